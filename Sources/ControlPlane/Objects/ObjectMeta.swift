public import Base
public import JSON

/// What every API object says of itself (meta/v1 ObjectMeta), the part that decisions need.
public struct ObjectMeta: Hashable, Sendable {
  public var name: String
  public var namespace: String
  public var uid: String
  /// Counts the changes of what is wanted; 0 where the object does not say.
  public var generation: Int64
  public var labels: [String: String]
  public var annotations: [String: String]
  public var owners: [OwnerReference]
  public var finalizers: [String]
  public var creationTime: WallTime?
  /// Set: the object is on its way out.
  public var deletionTime: WallTime?
  public var deletionGraceSeconds: Int64?

  /// Reads `metadata`; a field of another type than its own counts as absent.
  public init(of object: JSONObject) {
    let meta = object["metadata"]
    name = meta?["name"]?.string ?? ""
    namespace = meta?["namespace"]?.string ?? ""
    uid = meta?["uid"]?.string ?? ""
    generation = meta?["generation"]?.int64 ?? 0
    labels = Self.texts(meta?["labels"])
    annotations = Self.texts(meta?["annotations"])
    owners = (meta?["ownerReferences"]?.array ?? []).compactMap(OwnerReference.init)
    finalizers = (meta?["finalizers"]?.array ?? []).compactMap(\.string)
    creationTime = meta?["creationTimestamp"]?.string.flatMap(WallTime.init(rfc3339:))
    deletionTime = meta?["deletionTimestamp"]?.string.flatMap(WallTime.init(rfc3339:))
    deletionGraceSeconds = meta?["deletionGracePeriodSeconds"]?.int64
  }

  public var isBeingDeleted: Bool { deletionTime != nil }

  /// The one owner that manages the object; nil for an object that nobody controls.
  public var controller: OwnerReference? { owners.first(where: \.isController) }

  private static func texts(_ value: JSONValue?) -> [String: String] {
    var texts: [String: String] = [:]
    for member in value?.object?.members ?? [] {
      if let text = member.value.string { texts[member.name] = text }
    }
    return texts
  }
}

/// meta/v1 OwnerReference.
public struct OwnerReference: Hashable, Sendable {
  public var apiVersion: String
  public var kind: String
  public var name: String
  public var uid: String
  public var isController: Bool
  /// The owner, when deleted in the foreground, waits for this object.
  public var blocksOwnerDeletion: Bool

  public init(
    apiVersion: String, kind: String, name: String, uid: String, isController: Bool = true,
    blocksOwnerDeletion: Bool = true
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
    self.isController = isController
    self.blocksOwnerDeletion = blocksOwnerDeletion
  }

  /// Nil without a uid: then it names nobody.
  public init?(_ json: JSONValue) {
    guard let uid = json["uid"]?.string, !uid.isEmpty else { return nil }
    self.init(
      apiVersion: json["apiVersion"]?.string ?? "", kind: json["kind"]?.string ?? "",
      name: json["name"]?.string ?? "", uid: uid,
      isController: json["controller"]?.bool ?? false,
      blocksOwnerDeletion: json["blockOwnerDeletion"]?.bool ?? false)
  }

  public var json: JSONValue {
    [
      "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
      "uid": .string(uid), "controller": .bool(isController),
      "blockOwnerDeletion": .bool(blocksOwnerDeletion),
    ]
  }
}
