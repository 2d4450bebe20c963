import Base
import EtcdAPI

/// `"Name" : value` a line, strings in Go's quotes.
extension ResponsePrinter {
  func renderFields(_ response: RangeResponse, into out: inout ByteBuffer) {
    renderHeader(response.header, into: &out)
    for kv in response.kvs { renderFields(kv, prefix: "", into: &out) }
    field("More", response.more, into: &out)
    field("Count", response.count, into: &out)
  }

  func renderFields(_ response: PutResponse, into out: inout ByteBuffer) {
    renderHeader(response.header, into: &out)
    if let kv = response.prevKv { renderFields(kv, prefix: "Prev", into: &out) }
  }

  func renderFields(_ response: DeleteRangeResponse, into out: inout ByteBuffer) {
    renderHeader(response.header, into: &out)
    field("Deleted", response.deleted, into: &out)
    for kv in response.prevKvs { renderFields(kv, prefix: "Prev", into: &out) }
  }

  func renderFields(_ response: TxnResponse, into out: inout ByteBuffer) throws(CommandFailure) {
    renderHeader(response.header, into: &out)
    field("Succeeded", response.succeeded, into: &out)
    for operation in response.responses {
      switch operation.response {
      case .range(let response): renderFields(response, into: &out)
      case .put(let response): renderFields(response, into: &out)
      case .deleteRange(let response): renderFields(response, into: &out)
      case .txn(let response): try renderFields(response, into: &out)
      case nil: break
      }
    }
  }

  func renderFields(_ batch: WatchBatch, into out: inout ByteBuffer) {
    renderHeader(batch.header, into: &out)
    for event in batch.events {
      field("Type", event.type.goText, into: &out)
      if let kv = event.prevKv { renderFields(kv, prefix: "Prev", into: &out) }
      if let kv = event.kv { renderFields(kv, prefix: "", into: &out) }
    }
  }

  func renderHeader(_ header: ResponseHeader?, into out: inout ByteBuffer) {
    let header = header ?? ResponseHeader()
    field("ClusterID", header.clusterID, into: &out)
    field("MemberID", header.memberID, into: &out)
    field("Revision", header.revision, into: &out)
    field("RaftTerm", header.raftTerm, into: &out)
  }

  private func renderFields(_ kv: KeyValue, prefix: String, into out: inout ByteBuffer) {
    field("\(prefix)Key", GoText.quoted(kv.key), into: &out)
    field("\(prefix)CreateRevision", kv.createRevision, into: &out)
    field("\(prefix)ModRevision", kv.modRevision, into: &out)
    field("\(prefix)Version", kv.version, into: &out)
    field("\(prefix)Value", GoText.quoted(kv.value), into: &out)
    field("\(prefix)Lease", kv.lease, into: &out)
  }

  func field(_ name: String, _ value: some CustomStringConvertible, into out: inout ByteBuffer) {
    out.writeLine("\"\(name)\" : \(value)")
  }
}
