public import Base
public import JSON
public import Objects

/// What the store is asked to do in one Txn, before a component adds its fence.
public struct ObjectTransaction: Hashable, Sendable {
  /// All must hold; no two are alike.
  public var compares: [Expectation]
  /// Empty where everything is as the step wants it: then nothing is to be sent.
  public var writes: [Write]
  /// The API objects among the writes, for who answers with them: as the writes leave them, and one
  /// that goes as it was at its end.
  public private(set) var written: [Written] = []

  public struct Written: Hashable, Sendable {
    public let key: ObjectKey
    public let json: JSONObject
    /// The same as text.
    public let value: Bytes
  }

  public struct Expectation: Hashable, Sendable {
    public var key: Bytes
    public var revision: Revision

    /// The half of a key's history that is compared.
    public enum Revision: Hashable, Sendable {
      /// Its last change; 0: the key must not exist.
      case modified(Int64)
      /// Its creation: the key has existed without a break since then. 0: it must not exist.
      case created(Int64)
    }

    public init(key: Bytes, revision: Revision) {
      self.key = key
      self.revision = revision
    }

    public init(key: Bytes, modRevision: Int64) {
      self.init(key: key, revision: .modified(modRevision))
    }
  }

  public enum Write: Hashable, Sendable {
    case put(key: StoreKey, value: Bytes)
    /// Under the component's lease for events, whose time to live is an hour as in Kubernetes.
    case putEvent(key: StoreKey, value: Bytes)
    case delete(key: StoreKey)

    public var key: StoreKey {
      switch self {
      case .put(let key, _), .putEvent(let key, _), .delete(let key): key
      }
    }
  }

  public init(compares: [Expectation] = [], writes: [Write] = []) {
    self.compares = compares
    self.writes = writes
  }

  /// Adds a compare unless it is there already.
  mutating func expect(_ expectation: Expectation) {
    if !compares.contains(expectation) { compares.append(expectation) }
  }

  mutating func put(_ key: ObjectKey, _ json: JSONObject) {
    let (store, value) = (StoreKey.object(key), json.bytes)
    // What happened is told for an hour after it was told last.
    writes.append(
      key.kind == .event ? .putEvent(key: store, value: value) : .put(key: store, value: value))
    written.append(Written(key: key, json: json, value: value))
  }

  mutating func remove(_ key: ObjectKey, last json: JSONObject) {
    writes.append(.delete(key: .object(key)))
    written.append(Written(key: key, json: json, value: json.bytes))
  }

  mutating func expect(_ key: StoreKey, modRevision: Int64) {
    expect(Expectation(key: key.bytes, modRevision: modRevision))
  }
}
