import Base
import HTTP
import JSON
import Objects
import Registry

/// How the object of a write is answered: decided before anything is written, so that nothing is
/// written for a client that accepts no answer.
struct ObjectAnswer: Sendable {
  let representation: Representation
  let target: WriteTarget
  let aspect: ObjectAspect
  let status: StatusCode
  let now: WallTime

  /// As the store has it.
  func response(_ object: StoredObject) -> APIResponse {
    guard aspect != .scale, let state = ObjectState(object) else {
      return document(object.json, revision: object.modRevision)
    }
    return representation.response(status, state, as: target.served, now: now)
  }

  /// As a Txn leaves it; `revision` is 0 for what was never stored.
  func response(_ written: ObjectTransaction.Written, revision: Int64) -> APIResponse {
    guard aspect != .scale, revision > 0 else {
      return document(written.json, revision: revision)
    }
    return representation.response(
      status, ObjectState(written.key, written.value, revision: revision), as: target.served,
      now: now)
  }

  private func document(_ json: JSONObject, revision: Int64) -> APIResponse {
    var shown = aspect.shown(json, target)
    shown.edit("metadata") {
      $0["resourceVersion"] = revision > 0 ? .string(String(revision)) : nil
    }
    return representation.response(status, document: shown)
  }
}
