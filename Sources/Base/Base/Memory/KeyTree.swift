/// A B+tree from keys to 63-bit values with order statistics: how many entries lie before a key
/// takes O(log n).
///
/// An entry with `KeyTree.uncounted` set in its value is present but does not count (a deleted key
/// whose history is still readable). Keys are ordered by unsigned bytes, a prefix before its
/// extensions. About 90 bytes and one cache miss per level above the key's own bytes.
public struct KeyTree: ~Copyable {
  /// Bit 63 of a value: the entry does not count.
  public static let uncounted = KeyTreeNode.uncounted

  private var slab = Slab()
  private var root: KeyTreeNode
  /// Entries, counted or not.
  public private(set) var count = 0
  /// Rises with every change of the tree's shape: a cursor from before is dead.
  private var generation: UInt64 = 0

  public init() {
    root = KeyTreeNode(leaf: true, in: &slab)
  }

  /// Entries that count.
  public var countedTotal: Int { root.counted }
  /// Bytes of memory that the tree holds.
  public var bytesHeld: Int { slab.bytesHeld }

  /// A place in the tree and the place where to stop; dead once the tree changes.
  public struct Cursor {
    fileprivate var leaf: KeyTreeNode?
    fileprivate var position: Int
    fileprivate let endLeaf: KeyTreeNode?
    fileprivate let endPosition: Int
    fileprivate let generation: UInt64
  }

  public func find(_ key: Bytes) -> UInt64? {
    // Safety: the key's bytes are borrowed for the search.
    unsafe key.withUnsafeBytes { key in
      let leaf = unsafe leaf(for: key)
      let bound = unsafe leaf.lowerBound(key)
      return bound.found ? unsafe leaf.values[bound.position] : nil
    }
  }

  /// Sets the value of `key` and gives the one that it had, nil for a new key.
  public mutating func set(_ key: Bytes, to value: UInt64) -> UInt64? {
    var change = Change(value: value)
    // Safety: the key's bytes are borrowed for the insertion, which copies them.
    let split = unsafe key.withUnsafeBytes { unsafe set($0, &change, below: root) }
    if let split { growRoot(split) }
    if change.previous == nil {
      count += 1
      generation += 1
    }
    return change.previous
  }

  /// Takes `key` out and gives its value, nil where it was not there.
  public mutating func remove(_ key: Bytes) -> UInt64? {
    // Safety: the key's bytes are borrowed for the removal.
    let removed = unsafe key.withUnsafeBytes { unsafe remove($0, below: root) }
    guard let removed else { return nil }
    while !root.isLeaf && root.count == 1 {
      let child = root.child(0)
      // Safety: the old root is unreachable now.
      unsafe slab.deallocate(root.raw, KeyTreeNode.innerBytes)
      root = child
    }
    count -= 1
    generation += 1
    return removed
  }

  /// Entries that count and whose key is less than `key`.
  public func countedBefore(_ key: Bytes) -> Int {
    // Safety: the key's bytes are borrowed for the search.
    unsafe key.withUnsafeBytes { key in
      var node = root
      var sum = 0
      while !node.isLeaf {
        let position = unsafe node.childPosition(key)
        for left in 0..<position { sum += unsafe node.counts[left] }
        node = node.child(position)
      }
      let end = unsafe node.lowerBound(key).position
      for position in 0..<end where unsafe node.values[position] & KeyTree.uncounted == 0 {
        sum += 1
      }
      return sum
    }
  }

  /// Entries that count in `start..<end`; nil is the end of all keys.
  public func counted(from start: Bytes, to end: Bytes?) -> Int {
    guard let end else { return countedTotal - countedBefore(start) }
    return start < end ? countedBefore(end) - countedBefore(start) : 0
  }

  /// Stands before the first key of `start..<end`; nil is the end of all keys.
  public func cursor(from start: Bytes, to end: Bytes?) -> Cursor {
    if let end, !(start < end) {
      return Cursor(
        leaf: nil, position: 0, endLeaf: nil, endPosition: 0, generation: generation)
    }
    let (leaf, position) = place(start)
    guard let end else {
      return Cursor(
        leaf: leaf, position: position, endLeaf: nil, endPosition: 0, generation: generation)
    }
    let (endLeaf, endPosition) = place(end)
    return Cursor(
      leaf: leaf, position: position, endLeaf: endLeaf, endPosition: endPosition,
      generation: generation)
  }

  /// Appends the next values, at most `limit`, in key order; false once nothing is left.
  public func read(
    _ cursor: inout Cursor, limit: Int, countedOnly: Bool, into values: inout [UInt64]
  ) -> Bool {
    precondition(cursor.generation == generation, "the tree changed under a cursor")
    var left = limit
    while let leaf = cursor.leaf {
      let isLast = leaf == cursor.endLeaf
      let end = isLast ? cursor.endPosition : leaf.count
      if !(countedOnly && leaf.counted == 0) {
        while cursor.position < end {
          if left == 0 { return true }
          // Safety: `end` is at most the leaf's count.
          let value = unsafe leaf.values[cursor.position]
          cursor.position += 1
          if countedOnly && value & KeyTree.uncounted != 0 { continue }
          values.append(value)
          left -= 1
        }
      }
      cursor.leaf = isLast ? nil : leaf.next
      cursor.position = 0
    }
    return false
  }

  /// A copy of the key before which a cursor stands after `read` gave true; nil at the end.
  public func key(at cursor: Cursor) -> Bytes? {
    precondition(cursor.generation == generation, "the tree changed under a cursor")
    guard let leaf = cursor.leaf, cursor.position < leaf.count else { return nil }
    // Safety: the position is below the leaf's count; the array copies the key.
    return unsafe Bytes(Array(leaf.keys[cursor.position].bytes))
  }

  private func leaf(for key: UnsafeRawBufferPointer) -> KeyTreeNode {
    var node = root
    while !node.isLeaf { node = unsafe node.child(node.childPosition(key)) }
    return node
  }

  private func place(_ key: Bytes) -> (KeyTreeNode, Int) {
    // Safety: the key's bytes are borrowed for the search.
    unsafe key.withUnsafeBytes { key in
      let leaf = unsafe leaf(for: key)
      return unsafe (leaf, leaf.lowerBound(key).position)
    }
  }
}

// MARK: - Change

extension KeyTree {
  /// What one `set` does: `delta` is by how much it changes the counts above.
  private struct Change {
    let value: UInt64
    var previous: UInt64?
    var delta = 0
  }

  /// A node's new right neighbour and the least key that belongs below it.
  private struct Split {
    let separator: KeyBlob
    let right: KeyTreeNode
  }

  private mutating func set(
    _ key: UnsafeRawBufferPointer, _ change: inout Change, below node: KeyTreeNode
  ) -> Split? {
    if node.isLeaf { return unsafe setInLeaf(key, &change, node) }
    let position = unsafe node.childPosition(key)
    let child = node.child(position)
    let split = unsafe set(key, &change, below: child)
    // Safety: `position` is below the node's count.
    unsafe node.counts[position] = child.counted
    node.counted += change.delta
    guard let split else { return nil }
    return insertChild(split, behind: position, in: node)
  }

  private mutating func setInLeaf(
    _ key: UnsafeRawBufferPointer, _ change: inout Change, _ leaf: KeyTreeNode
  ) -> Split? {
    let counts = change.value & KeyTree.uncounted == 0 ? 1 : 0
    let bound = unsafe leaf.lowerBound(key)
    if bound.found {
      // Safety: a found position is below the leaf's count.
      let previous = unsafe leaf.values[bound.position]
      unsafe leaf.values[bound.position] = change.value
      change.previous = previous
      change.delta = counts - (previous & KeyTree.uncounted == 0 ? 1 : 0)
      leaf.counted += change.delta
      return nil
    }
    change.delta = counts
    let blob = unsafe KeyBlob(key, in: &slab)
    guard leaf.count == KeyTreeNode.capacity else {
      leaf.insert(blob, change.value, counting: 0, at: bound.position)
      leaf.counted += counts
      return nil
    }
    let right = KeyTreeNode(leaf: true, in: &slab)
    // Keys that arrive in order fill their leaves.
    let isAppend = bound.position == leaf.count && leaf.next == nil
    leaf.moveTail(from: isAppend ? leaf.count : leaf.count / 2, to: right)
    right.next = leaf.next
    leaf.next = right
    leaf.refreshHeads()
    right.refreshHeads()
    let target = bound.position > leaf.count || isAppend ? right : leaf
    let position = target == leaf ? bound.position : bound.position - leaf.count
    target.insert(blob, change.value, counting: 0, at: position)
    target.counted += counts
    return Split(separator: separator(between: leaf, and: right), right: right)
  }

  /// The shortest key that is greater than all of `left` and not greater than any of `right`.
  private mutating func separator(between left: KeyTreeNode, and right: KeyTreeNode) -> KeyBlob {
    // Safety: both leaves have entries; the shared length plus one is within the right key, which
    // is the greater one.
    let low = unsafe left.keys[left.count - 1].bytes
    let high = unsafe right.keys[0].bytes
    let length = unsafe commonPrefixLength(low, high) + 1
    return unsafe KeyBlob(UnsafeRawBufferPointer(rebasing: high[0..<length]), in: &slab)
  }

  private mutating func insertChild(
    _ split: Split, behind position: Int, in node: KeyTreeNode
  ) -> Split? {
    // Safety: positions stay below the counts of the nodes that they index.
    let value = unsafe UInt64(UInt(bitPattern: split.right.raw))
    let counting = split.right.counted
    unsafe node.counts[position] = node.child(position).counted
    guard node.count == KeyTreeNode.capacity else {
      node.insert(split.separator, value, counting: counting, at: position + 1)
      node.recount()
      return nil
    }
    let right = KeyTreeNode(leaf: false, in: &slab)
    let isAppend = position + 1 == node.count
    let middle = isAppend ? node.count - 2 : node.count / 2
    let separator = unsafe node.keys[middle]
    node.moveTail(from: middle, to: right)
    node.refreshHeads()
    right.refreshHeads()
    let target = position + 1 > node.count ? right : node
    let place = target == node ? position + 1 : position + 1 - node.count
    target.insert(split.separator, value, counting: counting, at: place)
    node.recount()
    right.recount()
    return Split(separator: separator, right: right)
  }

  private mutating func growRoot(_ split: Split) {
    let grown = KeyTreeNode(leaf: false, in: &slab)
    // Safety: an inner node's block holds `capacity` children; keys[0] is never read.
    unsafe grown.values[0] = UInt64(UInt(bitPattern: root.raw))
    unsafe grown.counts[0] = root.counted
    grown.count = 1
    let value = unsafe UInt64(UInt(bitPattern: split.right.raw))
    grown.insert(split.separator, value, counting: split.right.counted, at: 1)
    grown.recount()
    root = grown
  }

  // MARK: Removal

  private mutating func remove(_ key: UnsafeRawBufferPointer, below node: KeyTreeNode) -> UInt64? {
    if node.isLeaf {
      let bound = unsafe node.lowerBound(key)
      guard bound.found else { return nil }
      // Safety: a found position is below the leaf's count; its blob is unreachable afterwards.
      let value = unsafe node.values[bound.position]
      unsafe node.keys[bound.position].free(in: &slab)
      node.remove(at: bound.position)
      node.counted -= value & KeyTree.uncounted == 0 ? 1 : 0
      return value
    }
    let position = unsafe node.childPosition(key)
    let child = node.child(position)
    guard let removed = unsafe remove(key, below: child) else { return nil }
    // Safety: `position` is below the node's count.
    unsafe node.counts[position] = child.counted
    node.counted -= removed & KeyTree.uncounted == 0 ? 1 : 0
    if child.count < KeyTreeNode.capacity / 4 { mergeChild(at: position, in: node) }
    return removed
  }

  /// Joins an underfull child with a neighbour where both fit loosely into one node.
  private mutating func mergeChild(at position: Int, in node: KeyTreeNode) {
    for left in [position - 1, position] where left >= 0 && left + 1 < node.count {
      let target = node.child(left)
      let source = node.child(left + 1)
      let sum = target.count + source.count
      let hasEmpty = target.count == 0 || source.count == 0
      guard sum <= KeyTreeNode.capacity * 3 / 4 || hasEmpty else { continue }
      // Safety: `left + 1` is below the node's count; the source's block is unreachable afterwards.
      let separator = unsafe node.keys[left + 1]
      if target.isLeaf {
        target.next = source.next
        separator.free(in: &slab)
      } else {
        unsafe source.keys[0] = separator
      }
      source.moveTail(from: 0, to: target)
      target.refreshHeads()
      unsafe slab.deallocate(
        source.raw, target.isLeaf ? KeyTreeNode.leafBytes : KeyTreeNode.innerBytes)
      node.remove(at: left + 1)
      unsafe node.counts[left] = target.counted
      return
    }
  }
}
