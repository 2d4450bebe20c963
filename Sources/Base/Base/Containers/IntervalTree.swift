/// Half-open ranges of keys with payloads, found by a key that they contain.
///
/// A treap over the ranges' starts, each node with the greatest end below it; equal ranges share a
/// node. Priorities come from a counter, so that equal histories give equal trees. Finding takes
/// O(log n + hits).
public struct IntervalTree<Payload: Equatable> {
  fileprivate struct Node {
    let start: Bytes
    /// nil is the end of all keys.
    let end: Bytes?
    var payloads: [Payload]
    let priority: UInt64
    var left = -1
    var right = -1
    var greatestEnd: Bytes?
  }

  private var nodes: [Node?] = []
  private var free: [Int] = []
  private var root = -1
  private var random = PRNG(seed: 0x1A7E)
  /// Payloads in all ranges.
  public private(set) var count = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  /// Adds a payload to the range `start..<end`; an end of nil is the end of all keys.
  public mutating func insert(_ start: Bytes, _ end: Bytes?, _ payload: Payload) {
    count += 1
    root = insert(start, end, payload, below: root)
  }

  /// Takes one payload out of the range that it was added to; false where it is not there.
  public mutating func remove(_ start: Bytes, _ end: Bytes?, _ payload: Payload) -> Bool {
    var removed = false
    root = remove(start, end, payload, &removed, below: root)
    if removed { count -= 1 }
    return removed
  }

  /// Appends the payloads of all ranges that contain `key`: by start, then by end, then as added.
  public func collect(containing key: Bytes, into payloads: inout [Payload]) {
    collect(containing: key, into: &payloads, below: root)
  }

  private subscript(node index: Int) -> Node {
    get {
      guard let node = nodes[index] else { preconditionFailure("a link to a free node") }
      return node
    }
    set { nodes[index] = newValue }
  }

  private func collect(containing key: Bytes, into payloads: inout [Payload], below index: Int) {
    guard index >= 0 else { return }
    let node = self[node: index]
    if let greatest = node.greatestEnd, !(key < greatest) { return }
    collect(containing: key, into: &payloads, below: node.left)
    if key < node.start { return }
    if node.end.map({ key < $0 }) ?? true { payloads += node.payloads }
    collect(containing: key, into: &payloads, below: node.right)
  }

  // MARK: Shape

  private mutating func insert(
    _ start: Bytes, _ end: Bytes?, _ payload: Payload, below index: Int
  ) -> Int {
    guard index >= 0 else {
      let node = Node(
        start: start, end: end, payloads: [payload], priority: random.next(), greatestEnd: end)
      if let reused = free.popLast() {
        nodes[reused] = node
        return reused
      }
      nodes.append(node)
      return nodes.count - 1
    }
    let order = compare(start, end, with: index)
    if order == 0 {
      self[node: index].payloads.append(payload)
      return index
    }
    if order < 0 {
      let left = insert(start, end, payload, below: self[node: index].left)
      self[node: index].left = left
      if self[node: left].priority > self[node: index].priority { return rotateRight(index) }
    } else {
      let right = insert(start, end, payload, below: self[node: index].right)
      self[node: index].right = right
      if self[node: right].priority > self[node: index].priority { return rotateLeft(index) }
    }
    refresh(index)
    return index
  }

  private mutating func remove(
    _ start: Bytes, _ end: Bytes?, _ payload: Payload, _ removed: inout Bool, below index: Int
  ) -> Int {
    guard index >= 0 else { return index }
    let order = compare(start, end, with: index)
    if order < 0 {
      let left = remove(start, end, payload, &removed, below: self[node: index].left)
      self[node: index].left = left
    } else if order > 0 {
      let right = remove(start, end, payload, &removed, below: self[node: index].right)
      self[node: index].right = right
    } else {
      guard let place = self[node: index].payloads.firstIndex(of: payload) else { return index }
      removed = true
      self[node: index].payloads.remove(at: place)
      if self[node: index].payloads.isEmpty {
        let joined = join(self[node: index].left, self[node: index].right)
        nodes[index] = nil
        free.append(index)
        return joined
      }
    }
    refresh(index)
    return index
  }

  /// Joins two treaps of which the left one's ranges come first.
  private mutating func join(_ left: Int, _ right: Int) -> Int {
    if left < 0 { return right }
    if right < 0 { return left }
    if self[node: left].priority > self[node: right].priority {
      let joined = join(self[node: left].right, right)
      self[node: left].right = joined
      refresh(left)
      return left
    }
    let joined = join(left, self[node: right].left)
    self[node: right].left = joined
    refresh(right)
    return right
  }

  private mutating func rotateRight(_ index: Int) -> Int {
    let left = self[node: index].left
    self[node: index].left = self[node: left].right
    self[node: left].right = index
    refresh(index)
    refresh(left)
    return left
  }

  private mutating func rotateLeft(_ index: Int) -> Int {
    let right = self[node: index].right
    self[node: index].right = self[node: right].left
    self[node: right].left = index
    refresh(index)
    refresh(right)
    return right
  }

  private mutating func refresh(_ index: Int) {
    let node = self[node: index]
    var greatest = node.end
    for child in [node.left, node.right] where child >= 0 {
      guard let own = greatest, let other = self[node: child].greatestEnd else {
        greatest = nil
        break
      }
      greatest = max(own, other)
    }
    self[node: index].greatestEnd = greatest
  }

  private func compare(_ start: Bytes, _ end: Bytes?, with index: Int) -> Int {
    let node = self[node: index]
    if start != node.start { return start < node.start ? -1 : 1 }
    switch (end, node.end) {
    case (nil, nil): return 0
    case (nil, _): return 1
    case (_, nil): return -1
    case (let end?, let other?): return end == other ? 0 : end < other ? -1 : 1
    }
  }
}

extension IntervalTree: Sendable where Payload: Sendable {}
extension IntervalTree.Node: Sendable where Payload: Sendable {}
