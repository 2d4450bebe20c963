import Base
import Component
import EtcdAPI
import JSON
import Objects
import Registry

/// One object at one of its revisions, as the store wrote it.
struct ObjectState: Sendable {
  let key: ObjectKey
  let value: Bytes
  /// Its resourceVersion.
  let revision: Int64
  /// The same decoded, where it is at hand.
  private let decoded: StoredObject?

  /// Nil for a key that is no API object's.
  init?(_ object: StoredObject) {
    guard let key = object.objectKey else { return nil }
    self.key = key
    value = object.value ?? object.json.bytes
    revision = object.modRevision
    decoded = object
  }

  init(_ key: ObjectKey, _ value: Bytes, revision: Int64) {
    self.key = key
    self.value = value
    self.revision = revision
    decoded = nil
  }

  /// Decodes where that was not done; nil for a value that is no object.
  var object: StoredObject? {
    if let decoded { return decoded }
    do throws(UndecodableObject) {
      return try StoredObject(
        decoding: KeyValue(
          key: StoreKey.object(key).bytes, modRevision: revision, value: value))
    } catch {
      return nil
    }
  }

  /// The object as answers show it: with its resourceVersion, in the version that was asked for.
  func json(as kind: Kind) -> JSONObject {
    var json = KindVersion.shown(object?.json ?? JSONObject(), as: kind)
    json["kind"] = .string(kind.name)
    json["apiVersion"] = .string(kind.apiVersion)
    json.edit("metadata") { $0["resourceVersion"] = .string(String(revision)) }
    return json
  }
}
