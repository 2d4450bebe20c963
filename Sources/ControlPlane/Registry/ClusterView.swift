import Base
public import Objects

/// Local, indexed copies of the collections that a component's informers follow.
///
/// Every answer is in the order of the store's keys, so that decisions do not depend on hashing.
public struct ClusterView: Sendable {
  private var objects: [StoreKey: StoredObject] = [:]
  private var byCollection: [Collection: SortedObjects] = [:]
  private var byUID: [String: StoredObject] = [:]
  private var byOwner: [String: SortedObjects] = [:]
  private var podsByNode: [String: SortedObjects] = [:]
  private var entriesByNode: [String: SortedObjects] = [:]
  private var uncontrolledByKind: [Kind: SortedObjects] = [:]
  /// Every collection holds all changes up to this revision. What a component's informers say; a
  /// view made of objects is complete.
  public var reached: Int64 = .max

  public init() {}

  /// For tests and tools: a view of just these.
  public init(_ objects: [StoredObject]) {
    for object in objects { _ = put(object) }
  }

  // MARK: - Reading

  public subscript(key: StoreKey) -> StoredObject? { objects[key] }

  public subscript(key: ObjectKey) -> StoredObject? { objects[.object(key)] }

  /// The API object with this uid.
  public func object(uid: String) -> StoredObject? { byUID[uid] }

  /// All of a kind; within one namespace where one is named.
  public func objects(_ kind: Kind, in namespace: String? = nil) -> ArraySlice<StoredObject> {
    guard let all = byCollection[.objects(kind)] else { return [] }
    guard let namespace else { return all.items[...] }
    return all.range(below: Bytes("/registry/\(kind.plural)/\(namespace)/"))
  }

  public func objects(in collection: Collection) -> ArraySlice<StoredObject> {
    byCollection[collection]?.items[...] ?? []
  }

  /// The API objects that name this uid among their owners.
  public func dependents(of uid: String) -> ArraySlice<StoredObject> {
    byOwner[uid]?.items[...] ?? []
  }

  /// The objects of a namespaced kind that no owner controls.
  public func uncontrolled(_ kind: Kind, in namespace: String) -> ArraySlice<StoredObject> {
    uncontrolledByKind[kind]?.range(below: Bytes("/registry/\(kind.plural)/\(namespace)/")) ?? []
  }

  /// The Pods that are bound to a node; for an empty name those that are bound to none.
  public func pods(onNode node: String) -> ArraySlice<StoredObject> {
    podsByNode[node]?.items[...] ?? []
  }

  /// Everything under `/nodes/<node>/`.
  public func entries(ofNode node: String) -> ArraySlice<StoredObject> {
    entriesByNode[node]?.items[...] ?? []
  }

  // MARK: - Following the store

  /// Takes a new or changed object; gives the one that it replaces. A change that moves the object
  /// in no index replaces it in its places.
  public mutating func put(_ object: StoredObject) -> StoredObject? {
    let bytes = object.key.bytes
    let old = objects.updateValue(object, forKey: object.key)
    byCollection[object.key.collection, default: SortedObjects()].put(object, bytes)
    switch object.key {
    case .object(let key):
      putIntoIndexes(object, bytes, key, replacing: old)
    case .desiredPod(let node, _), .grant(let node, _), .actualPod(let node, _),
      .actualNode(let node), .heartbeat(let node):
      entriesByNode[node, default: SortedObjects()].put(object, bytes)
    case .candidate, .allocation: break
    }
    return old
  }

  private mutating func putIntoIndexes(
    _ object: StoredObject, _ bytes: Bytes, _ key: ObjectKey, replacing old: StoredObject?
  ) {
    if let old, byUID[old.meta.uid] === old { byUID[old.meta.uid] = nil }
    if !object.meta.uid.isEmpty { byUID[object.meta.uid] = object }
    let owners = ownerUIDs(object)
    if let old {
      for owner in ownerUIDs(old).subtracting(owners) { Self.remove(bytes, from: &byOwner, owner) }
    }
    for owner in owners { byOwner[owner, default: SortedObjects()].put(object, bytes) }
    if key.kind.isNamespaced {
      if object.meta.controller == nil {
        uncontrolledByKind[key.kind, default: SortedObjects()].put(object, bytes)
      } else if let old, old.meta.controller == nil {
        uncontrolledByKind[key.kind]?.remove(bytes)
      }
    }
    guard key.kind == .pod, let node = object.pod?.node else { return }
    if let before = old?.pod?.node, before != node {
      Self.remove(bytes, from: &podsByNode, before)
    }
    podsByNode[node, default: SortedObjects()].put(object, bytes)
  }

  /// Forgets a key; gives what it held.
  public mutating func remove(_ key: StoreKey) -> StoredObject? {
    guard let old = objects.removeValue(forKey: key) else { return nil }
    let bytes = key.bytes
    byCollection[key.collection]?.remove(bytes)
    switch key {
    case .object(let key):
      if key.kind.isNamespaced, old.meta.controller == nil {
        uncontrolledByKind[key.kind]?.remove(bytes)
      }
      if byUID[old.meta.uid] === old { byUID[old.meta.uid] = nil }
      for owner in ownerUIDs(old) { Self.remove(bytes, from: &byOwner, owner) }
      if let node = old.pod?.node { Self.remove(bytes, from: &podsByNode, node) }
    case .desiredPod(let node, _), .grant(let node, _), .actualPod(let node, _),
      .actualNode(let node), .heartbeat(let node):
      Self.remove(bytes, from: &entriesByNode, node)
    case .candidate, .allocation: break
    }
    return old
  }

  private func ownerUIDs(_ object: StoredObject) -> Set<String> {
    Set(object.meta.owners.map(\.uid))
  }

  private static func remove(
    _ key: Bytes, from index: inout [String: SortedObjects], _ name: String
  ) {
    index[name]?.remove(key)
    if index[name]?.items.isEmpty == true { index[name] = nil }
  }
}

/// Objects in the order of their keys.
private struct SortedObjects: Sendable {
  private(set) var items: [StoredObject] = []
  private var keys: [Bytes] = []

  /// `key`: the object's, which its maker has at hand.
  mutating func put(_ object: StoredObject, _ key: Bytes) {
    let place = place(of: key)
    if place < keys.count, keys[place] == key {
      items[place] = object
    } else {
      items.insert(object, at: place)
      keys.insert(key, at: place)
    }
  }

  mutating func remove(_ key: Bytes) {
    let place = place(of: key)
    guard place < keys.count, keys[place] == key else { return }
    items.remove(at: place)
    keys.remove(at: place)
  }

  /// Those whose key begins so; `prefix` ends with a slash.
  func range(below prefix: Bytes) -> ArraySlice<StoredObject> {
    items[place(of: prefix)..<place(of: Bytes(prefix.array.dropLast() + [UInt8(ascii: "/") + 1]))]
  }

  /// The first place whose key is not below this one.
  private func place(of key: Bytes) -> Int {
    if let last = keys.last, last < key { return keys.count }
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
