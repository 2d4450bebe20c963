public import EtcdAPI
import Objects
public import Registry

extension ObjectTransaction {
  /// The Txn as the store takes it, without a fence. Events go with `eventLease`; 0: with none.
  public func request(eventLease: Int64) -> TxnRequest {
    var request = TxnRequest()
    request.compare = compares.map { expected in
      switch expected.revision {
      case .modified(let revision):
        Compare(target: .mod, key: expected.key, targetUnion: .modRevision(revision))
      case .created(let revision):
        Compare(target: .create, key: expected.key, targetUnion: .createRevision(revision))
      }
    }
    request.success = writes.map { write in
      switch write {
      case .put(let key, let value):
        RequestOp(request: .put(PutRequest(key: key.bytes, value: value)))
      case .putEvent(let key, let value):
        RequestOp(request: .put(PutRequest(key: key.bytes, value: value, lease: eventLease)))
      case .delete(let key):
        RequestOp(request: .deleteRange(DeleteRangeRequest(key: key.bytes)))
      }
    }
    return request
  }
}
