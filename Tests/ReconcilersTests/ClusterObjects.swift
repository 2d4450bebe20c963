import Base
import JSON
import Objects
import Registry

@testable import Reconcilers

/// What tests put into a view: objects as the store holds them.
extension StoredObject {
  /// An API object by its own `kind` and `metadata`.
  static func of(_ json: JSONValue, revision: Int64 = 1) -> StoredObject {
    guard let object = json.object,
      let kind = Kind.kept(
        apiVersion: object["apiVersion"]?.string ?? "", name: object["kind"]?.string ?? "")
    else { preconditionFailure("no object of a kept kind: \(json.text())") }
    let meta = ObjectMeta(of: object)
    let key = ObjectKey(kind, namespace: meta.namespace, name: meta.name)
    return StoredObject(
      key: .object(key), json: object, createRevision: revision, modRevision: revision)
  }
}

extension JSONValue {
  /// The value with another one at a path of member names, made where there is none.
  func setting(_ path: [String], _ value: JSONValue?) -> JSONValue {
    guard let name = path.first else { return value ?? .null }
    var members = object ?? JSONObject()
    if path.count == 1 {
      members[name] = value
    } else {
      members[name] = (members[name] ?? [:]).setting(Array(path.dropFirst()), value)
    }
    return .object(members)
  }
}
