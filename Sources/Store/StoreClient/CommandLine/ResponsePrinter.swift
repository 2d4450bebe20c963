import Base
import EtcdAPI
import JSON
import Protobuf

/// Writes responses as etcdctl 3.4 prints them.
struct ResponsePrinter: Hashable, Sendable {
  let style: OutputStyle

  init(_ style: OutputStyle) {
    self.style = style
  }

  func render(_ response: RangeResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple: for kv in response.kvs { renderSimple(kv, into: &out) }
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields: renderFields(response, into: &out)
    case .protobuf: out.write(response.encoded)
    case .table: throw style.format.unsupported
    }
  }

  /// A count alone: what `--count-only` asks for.
  func render(count response: RangeResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple: out.writeLine("\(response.count)")
    case .json, .fields, .protobuf, .table: try render(response, into: &out)
    }
  }

  func render(_ response: PutResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      out.writeLine("OK")
      if let kv = response.prevKv { renderSimple(kv, into: &out) }
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields: renderFields(response, into: &out)
    case .protobuf: out.write(response.encoded)
    case .table: throw style.format.unsupported
    }
  }

  func render(_ response: DeleteRangeResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      out.writeLine("\(response.deleted)")
      for kv in response.prevKvs { renderSimple(kv, into: &out) }
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields: renderFields(response, into: &out)
    case .protobuf: out.write(response.encoded)
    case .table: throw style.format.unsupported
    }
  }

  func render(_ response: TxnResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple: try renderSimple(response, into: &out)
    case .json: out.writeLine(goJSON: response.goJSON)
    case .fields: try renderFields(response, into: &out)
    case .protobuf: out.write(response.encoded)
    case .table: throw style.format.unsupported
    }
  }

  func render(_ batch: WatchBatch, into out: inout ByteBuffer) throws(CommandFailure) {
    switch style.format {
    case .simple:
      for event in batch.events {
        out.writeLine(event.type.goText)
        if let kv = event.prevKv { renderSimple(kv, into: &out) }
        if let kv = event.kv { renderSimple(kv, into: &out) }
      }
    case .json: out.writeLine(goJSON: batch.goJSON)
    case .fields: renderFields(batch, into: &out)
    case .protobuf:
      out.write(WatchResponse(header: batch.header, events: batch.events).encoded)
    case .table: throw style.format.unsupported
    }
  }

  // MARK: - Simple

  private func renderSimple(_ response: TxnResponse, into out: inout ByteBuffer)
    throws(CommandFailure)
  {
    out.writeLine(response.succeeded ? "SUCCESS" : "FAILURE")
    for operation in response.responses {
      out.writeLine("")
      switch operation.response {
      case .range(let response): try render(response, into: &out)
      case .put(let response): try render(response, into: &out)
      case .deleteRange(let response): try render(response, into: &out)
      case .txn(let response): try render(response, into: &out)
      case nil: break
      }
    }
  }

  func renderSimple(_ kv: KeyValue, into out: inout ByteBuffer) {
    if !style.valueOnly { out.writeLine(shown(kv.key)) }
    out.writeLine(shownValue(kv.value))
  }

  private func shown(_ bytes: Bytes) -> Bytes {
    guard style.isHex else { return bytes }
    var text = ByteBuffer(capacity: bytes.count * 4)
    for offset in 0..<bytes.count {
      text.write("\\x")
      text.write(Hex.encode(bytes[offset..<offset + 1]))
    }
    return text.take()
  }

  private func shownValue(_ value: Bytes) -> Bytes {
    guard style.isTerminal, !style.isHex, !value.isEmpty else { return shown(value) }
    guard value[0] == UInt8(ascii: "{") || value[0] == UInt8(ascii: "[") else { return value }
    do throws(JSONError) {
      let document = try JSONValue(parsing: value, options: JSONOptions(bytesMax: 4 << 20))
      return Bytes(document.text(.indented))
    } catch {
      return value
    }
  }
}

extension Event.EventType {
  /// As Go prints the enum.
  var goText: String {
    switch self {
    case .put: "PUT"
    case .delete: "DELETE"
    case .unrecognized(let number): "\(number)"
    }
  }
}

extension AlarmType {
  /// As Go prints the enum.
  var goText: String {
    switch self {
    case .none: "NONE"
    case .nospace: "NOSPACE"
    case .corrupt: "CORRUPT"
    case .unrecognized(let number): "\(number)"
    }
  }
}
