public import Base
public import JSON

/// One key and its value as an informer holds it: immutable, shared by all readers.
public final class StoredObject: Sendable {
  public let key: StoreKey
  /// Nil where the text alone is held.
  private let tree: JSONObject?
  public let meta: ObjectMeta
  public let createRevision: Int64
  /// What a write that relies on this state compares.
  public let modRevision: Int64
  /// The lease that the key ends with; 0 for none.
  public let lease: Int64
  /// For a Pod, and for what a node reports of one.
  public let pod: PodFacts?
  /// For a Node, and for what a node reports of itself.
  public let node: NodeFacts?
  /// The text that `json` was read from, for who hands it on; nil where nobody does.
  public let value: Bytes?

  /// `keepsTree`: false only where `value` is the text that `json` was read from. The object then
  /// holds that text alone, a fourth of the memory, and each look at `json` reads it anew.
  public init(
    key: StoreKey, json: JSONObject, createRevision: Int64, modRevision: Int64, lease: Int64 = 0,
    value: Bytes? = nil, keepsTree: Bool = true
  ) {
    precondition(keepsTree || value != nil, "an object has its tree or its text")
    self.key = key
    self.value = value
    tree = keepsTree ? json : nil
    self.createRevision = createRevision
    self.modRevision = modRevision
    self.lease = lease
    meta = ObjectMeta(of: json)
    switch key {
    case .object(let object):
      pod = object.kind == .pod ? PodFacts(json) : nil
      node = object.kind == .node ? NodeFacts(json) : nil
    case .desiredPod, .actualPod:
      pod = PodFacts(json)
      node = nil
    case .actualNode:
      pod = nil
      node = NodeFacts(json)
    case .grant, .heartbeat, .candidate, .allocation:
      pod = nil
      node = nil
    }
  }

  /// Empty for keys whose value says nothing, such as a heartbeat. Costs the reading of a text
  /// where the object holds nothing else: who looks more than once keeps it.
  public var json: JSONObject {
    if let tree { return tree }
    guard let value else { preconditionFailure("neither tree nor text") }
    do throws(JSONError) {
      if let object = try JSONValue(parsing: value).object { return object }
    } catch {}
    preconditionFailure("an object's text was read before")
  }

  /// The object's name; nil for a key that is no API object's.
  public var objectKey: ObjectKey? {
    if case .object(let key) = key { key } else { nil }
  }
}

extension StoredObject: Hashable {
  public static func == (left: StoredObject, right: StoredObject) -> Bool {
    left === right
      || left.key == right.key && left.modRevision == right.modRevision && left.json == right.json
        && left.createRevision == right.createRevision && left.lease == right.lease
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(modRevision)
  }
}
