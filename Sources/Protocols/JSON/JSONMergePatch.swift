/// JSON merge patch (RFC 7396): members replace, null removes, objects merge, all else is replaced.
public enum JSONMergePatch {
  /// RFC 7396 section 2.
  public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
    guard case .object(let patch) = patch else { return patch }
    return .object(apply(patch, to: target.object ?? JSONObject()))
  }

  public static func apply(_ patch: JSONObject, to target: JSONObject) -> JSONObject {
    var result = target
    for member in patch.members {
      if member.value.isNull {
        result[member.name] = nil
      } else {
        result[member.name] = apply(member.value, to: result[member.name] ?? .null)
      }
    }
    return result
  }

  /// The patch that makes `new` of `old`; empty where they are equal. A null within `new` cannot be
  /// said by a merge patch and counts as absent.
  public static func difference(from old: JSONObject, to new: JSONObject) -> JSONObject {
    var patch = JSONObject()
    for member in new.members where !member.value.isNull {
      let before = old[member.name]
      if case .object(let after) = member.value, case .object(let before) = before {
        let inner = difference(from: before, to: after)
        if !inner.isEmpty { patch[member.name] = .object(inner) }
      } else if before != member.value {
        patch[member.name] = member.value
      }
    }
    for member in old.members where new[member.name]?.isNull ?? true {
      patch[member.name] = .null
    }
    return patch
  }
}
