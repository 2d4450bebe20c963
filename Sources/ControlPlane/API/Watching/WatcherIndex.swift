import Base
import Objects

/// Which watches a change of an object can concern: by kind, namespace and name.
struct WatcherIndex: Sendable {
  /// In the order of their requests.
  private struct Slots: Sendable {
    private(set) var items: [Item] = []

    struct Item: Sendable {
      let id: RequestID
      let slot: Int
    }

    mutating func insert(_ id: RequestID, _ slot: Int) {
      let place = items.lastIndex { $0.id < id }.map { $0 + 1 } ?? 0
      items.insert(Item(id: id, slot: slot), at: place)
    }

    mutating func remove(_ id: RequestID) { items.removeAll { $0.id == id } }
  }

  private struct Names: Hashable {
    /// Empty for all.
    var namespace = ""
    var name = ""
  }

  private var kinds: [Kind: [Names: Slots]] = [:]

  mutating func insert(_ id: RequestID, slot: Int, _ scope: ObjectScope) {
    kinds[scope.kind, default: [:]][Self.names(scope), default: Slots()].insert(id, slot)
  }

  mutating func remove(_ id: RequestID, _ scope: ObjectScope) {
    let names = Self.names(scope)
    kinds[scope.kind]?[names]?.remove(id)
    if kinds[scope.kind]?[names]?.items.isEmpty == true { kinds[scope.kind]?[names] = nil }
    if kinds[scope.kind]?.isEmpty == true { kinds[scope.kind] = nil }
  }

  /// In the same order every time.
  func slots(of key: ObjectKey) -> [Int] {
    guard let kind = kinds[key.kind] else { return [] }
    var slots: [Int] = []
    func add(_ names: Names) {
      guard let found = kind[names] else { return }
      slots += found.items.map(\.slot)
    }
    add(Names())
    if !key.namespace.isEmpty { add(Names(namespace: key.namespace)) }
    add(Names(namespace: key.namespace, name: key.name))
    return slots
  }

  private static func names(_ scope: ObjectScope) -> Names {
    if let only = scope.only { return Names(namespace: only.namespace, name: only.name) }
    return Names(namespace: scope.namespace ?? "")
  }
}
