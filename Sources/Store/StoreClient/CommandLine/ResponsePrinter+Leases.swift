import Base
import EtcdAPI
import JSON

extension ResponsePrinter {
  func render(_ response: LeaseGrantResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      out.writeLine("lease \(GoText.hex16(response.id)) granted with TTL(\(response.ttl)s)")
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields:
      renderHeader(response.header, into: &out)
      field("ID", response.id, into: &out)
      field("TTL", response.ttl, into: &out)
    case .table, .protobuf: throw style.format.unsupported
    }
  }

  func render(
    _ response: LeaseRevokeResponse, id: Int64, into out: inout ByteBuffer
  ) throws(CommandFailure) {
    switch style.format {
    case .simple: out.writeLine("lease \(GoText.hex16(id)) revoked")
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields: renderHeader(response.header, into: &out)
    case .table, .protobuf: throw style.format.unsupported
    }
  }

  /// `withKeys`: whether the keys were asked for.
  func render(
    _ response: LeaseTimeToLiveResponse, withKeys: Bool, into out: inout ByteBuffer
  ) throws(CommandFailure) {
    switch style.format {
    case .simple: renderSimple(response, withKeys: withKeys, into: &out)
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields:
      renderHeader(response.header, into: &out)
      field("ID", response.id, into: &out)
      field("TTL", response.ttl, into: &out)
      field("GrantedTTL", response.grantedTTL, into: &out)
      for key in response.keys { field("Key", GoText.quoted(key), into: &out) }
    case .table, .protobuf: throw style.format.unsupported
    }
  }

  private func renderSimple(
    _ response: LeaseTimeToLiveResponse, withKeys: Bool, into out: inout ByteBuffer
  ) {
    let name = "lease \(GoText.hex16(response.id))"
    if response.grantedTTL == 0 && response.ttl == -1 {
      out.writeLine("\(name) already expired")
      return
    }
    out.write("\(name) granted with TTL(\(response.grantedTTL)s), remaining(\(response.ttl)s)")
    if withKeys {
      out.write(", attached keys([")
      for (place, key) in response.keys.enumerated() {
        if place > 0 { out.write(" ") }
        out.write(key)
      }
      out.write("])")
    }
    out.writeLine("")
  }

  func render(_ response: LeaseLeasesResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      out.writeLine("found \(response.leases.count) leases")
      for lease in response.leases { out.writeLine(GoText.hex16(lease.id)) }
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields:
      renderHeader(response.header, into: &out)
      for lease in response.leases { field("ID", lease.id, into: &out) }
    case .table, .protobuf: throw style.format.unsupported
    }
  }

  func render(
    _ response: LeaseKeepAliveResponse, into out: inout ByteBuffer
  ) throws(CommandFailure) {
    switch style.format {
    case .simple:
      out.writeLine("lease \(GoText.hex16(response.id)) keepalived with TTL(\(response.ttl))")
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields:
      renderHeader(response.header, into: &out)
      field("ID", response.id, into: &out)
      field("TTL", response.ttl, into: &out)
    case .table, .protobuf: throw style.format.unsupported
    }
  }
}
