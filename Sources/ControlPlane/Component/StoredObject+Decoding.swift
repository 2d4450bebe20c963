import Base
public import EtcdAPI
public import JSON
public import Objects

/// Why a key of the store is no object; it then counts as absent.
public enum UndecodableObject: Error, Hashable, Sendable {
  /// The control plane knows no such key.
  case unknownKey
  case notJSON(JSONError.Reason, line: Int, column: Int)
  /// A text, a number, an array.
  case notAnObject
}

extension StoredObject {
  /// Reads a key and its value as the store gives them. What a heartbeat, a grant or a candidate
  /// holds says nothing: their keys do. `keepsText`: a copy of the value stays with the object.
  public convenience init(
    decoding kv: KeyValue, keepsText: Bool = false
  ) throws(UndecodableObject) {
    var alone = SharedSubtrees(below: [])
    try self.init(decoding: kv, keepsText: keepsText, sharing: &alone)
  }

  /// As `init(decoding:)`; what `subtrees` has of the value already is held once. Objects of the
  /// kinds `asText` hold no tree.
  public convenience init(
    decoding kv: KeyValue, keepsText: Bool = false, asText kinds: Set<Kind> = [],
    sharing subtrees: inout SharedSubtrees
  ) throws(UndecodableObject) {
    guard let key = StoreKey(kv.key) else { throw .unknownKey }
    let isTextAlone = Self.isTextAlone(key, kv.value, kinds)
    self.init(
      key: key, json: try Self.json(of: kv, at: key, &subtrees), createRevision: kv.createRevision,
      modRevision: kv.modRevision, lease: kv.lease,
      value: keepsText || isTextAlone ? Bytes(kv.value.array) : nil, keepsTree: !isTextAlone)
  }

  /// A long text is mostly one long string of the tree's, and slow to read again.
  private static let textBytesMax = 2048

  private static func isTextAlone(_ key: StoreKey, _ value: Bytes, _ kinds: Set<Kind>) -> Bool {
    guard case .object(let object) = key else { return false }
    return value.count <= textBytesMax && kinds.contains(object.kind)
  }

  private static func json(
    of kv: KeyValue, at key: StoreKey, _ subtrees: inout SharedSubtrees
  ) throws(UndecodableObject) -> JSONObject {
    switch key {
    case .heartbeat, .grant, .candidate: return JSONObject()
    // The registry writes an object without members as no bytes.
    case .desiredPod, .actualPod, .actualNode, .allocation:
      if kv.value.isEmpty { return JSONObject() }
    case .object: break
    }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: kv.value, sharing: &subtrees)
    } catch {
      throw .notJSON(error.reason, line: error.line, column: error.column)
    }
    guard let object = value.object else { throw .notAnObject }
    return object
  }
}

extension SharedSubtrees {
  /// What the pods of one owner, and objects that one component writes, have alike.
  public static var ofObjects: SharedSubtrees {
    SharedSubtrees(below: [
      "affinity", "conditions", "containers", "env", "fieldsV1", "initContainers", "labels",
      "managedFields", "ownerReferences", "securityContext", "selector", "spec", "state",
      "template",
      "tolerations", "topologySpreadConstraints", "volumes",
    ])
  }
}
