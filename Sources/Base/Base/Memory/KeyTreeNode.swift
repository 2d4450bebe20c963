/// One node of a `KeyTree`: fixed arrays in one block of a slab.
///
/// A leaf's `values[i]` belongs to `keys[i]`. An inner node's `values[i]` is the child that holds
/// the keys from `keys[i]` up to `keys[i + 1]`; its `keys[0]` is not used. All used keys of a node
/// share their first `prefixLength` bytes; `heads[i]` holds the next 8 bytes of `keys[i]`,
/// big-endian and padded with zeros, so that most comparisons touch one cache line and no key.
@safe struct KeyTreeNode: Equatable {
  static let capacity = 64
  private static let headsOffset = 32
  private static let keysOffset = headsOffset + 8 * capacity
  private static let valuesOffset = keysOffset + 8 * capacity
  private static let countsOffset = valuesOffset + 8 * capacity
  static let leafBytes = countsOffset
  static let innerBytes = countsOffset + 8 * capacity
  /// Bit 63 of a leaf's value: the entry does not count.
  static let uncounted: UInt64 = 1 << 63

  let raw: UnsafeMutableRawPointer

  init(_ raw: UnsafeMutableRawPointer) {
    unsafe self.raw = raw
  }

  static func == (left: KeyTreeNode, right: KeyTreeNode) -> Bool {
    unsafe left.raw == right.raw
  }

  init(leaf: Bool, in slab: inout Slab) {
    unsafe raw = slab.allocate(leaf ? KeyTreeNode.leafBytes : KeyTreeNode.innerBytes)
    count = 0
    // Safety: the header lies within the block that was just allocated.
    unsafe raw.storeBytes(of: leaf ? 1 : 0, toByteOffset: 4, as: Int32.self)
    prefixLength = 0
    counted = 0
    next = nil
  }

  // Safety of what follows: offsets lie within the header or, for arrays, positions stay below
  // `capacity`, which every caller keeps by splitting full nodes first.

  /// Entries of a leaf, children of an inner node.
  var count: Int {
    get { unsafe Int(raw.load(as: Int32.self)) }
    nonmutating set { unsafe raw.storeBytes(of: Int32(newValue), as: Int32.self) }
  }
  var isLeaf: Bool { unsafe raw.load(fromByteOffset: 4, as: Int32.self) == 1 }
  var prefixLength: Int {
    get { unsafe raw.load(fromByteOffset: 8, as: Int.self) }
    nonmutating set { unsafe raw.storeBytes(of: newValue, toByteOffset: 8, as: Int.self) }
  }
  /// Entries below this node that count.
  var counted: Int {
    get { unsafe raw.load(fromByteOffset: 16, as: Int.self) }
    nonmutating set { unsafe raw.storeBytes(of: newValue, toByteOffset: 16, as: Int.self) }
  }
  /// The leaf to the right.
  var next: KeyTreeNode? {
    get {
      unsafe raw.load(fromByteOffset: 24, as: UnsafeMutableRawPointer?.self)
        .map { unsafe KeyTreeNode($0) }
    }
    nonmutating set {
      unsafe raw.storeBytes(
        of: newValue?.raw, toByteOffset: 24, as: UnsafeMutableRawPointer?.self)
    }
  }
  var heads: UnsafeMutablePointer<UInt64> {
    unsafe (raw + KeyTreeNode.headsOffset).assumingMemoryBound(to: UInt64.self)
  }
  var keys: UnsafeMutablePointer<KeyBlob> {
    unsafe (raw + KeyTreeNode.keysOffset).assumingMemoryBound(to: KeyBlob.self)
  }
  var values: UnsafeMutablePointer<UInt64> {
    unsafe (raw + KeyTreeNode.valuesOffset).assumingMemoryBound(to: UInt64.self)
  }
  /// Inner nodes only: what each child counts.
  var counts: UnsafeMutablePointer<Int> {
    unsafe (raw + KeyTreeNode.countsOffset).assumingMemoryBound(to: Int.self)
  }

  func child(_ position: Int) -> KeyTreeNode {
    guard let child = unsafe UnsafeMutableRawPointer(bitPattern: UInt(values[position])) else {
      preconditionFailure("an inner node's children exist")
    }
    return unsafe KeyTreeNode(child)
  }

  /// The first position whose key is used.
  var first: Int { isLeaf ? 0 : 1 }

  /// The first used position whose key is not less than `key`, and whether it is equal.
  func lowerBound(_ key: UnsafeRawBufferPointer) -> (position: Int, found: Bool) {
    let count = self.count
    let first = self.first
    guard first < count else { return (count, false) }
    let head = unsafe keyHead(key, from: prefixLength)
    var low = first
    var high = count
    while low < high {
      let middle = (low + high) >> 1
      if unsafe heads[middle] < head { low = middle + 1 } else { high = middle }
    }
    // The heads' order holds only where the key has the node's prefix: one comparison shows it.
    let candidate = min(low, count - 1)
    let blob = unsafe keys[candidate].bytes
    let shared = unsafe commonPrefixLength(blob, key)
    if shared < prefixLength {
      let isLess = unsafe shared == key.count || key[shared] < blob[shared]
      return (isLess ? first : count, false)
    }
    guard low < count, unsafe heads[low] == head else { return (low, false) }
    if shared == key.count && shared == blob.count { return (low, true) }
    if unsafe shared < blob.count && (shared == key.count || key[shared] < blob[shared]) {
      return (low, false)
    }
    return unsafe lowerBound(key, amongHead: head, from: low + 1)
  }

  /// Equal heads: by whole keys.
  private func lowerBound(
    _ key: UnsafeRawBufferPointer, amongHead head: UInt64, from start: Int
  ) -> (position: Int, found: Bool) {
    var low = start
    var high = start
    while high < count, unsafe heads[high] == head { high += 1 }
    while low < high {
      let middle = (low + high) >> 1
      let order = unsafe compareBytes(keys[middle].bytes, key)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// The child below which `key` belongs.
  func childPosition(_ key: UnsafeRawBufferPointer) -> Int {
    let bound = unsafe lowerBound(key)
    return bound.found ? bound.position : bound.position - 1
  }

  /// Recomputes the prefix from the outermost used keys, and the heads.
  func refreshHeads() {
    let first = self.first
    guard first < count else {
      prefixLength = 0
      return
    }
    prefixLength = unsafe commonPrefixLength(keys[first].bytes, keys[count - 1].bytes)
    for position in first..<count {
      unsafe heads[position] = keyHead(keys[position].bytes, from: prefixLength)
    }
  }

  /// Makes room at `position` and stores an entry there. The node is not full.
  func insert(_ key: KeyBlob, _ value: UInt64, counting: Int, at position: Int) {
    let count = self.count
    precondition(count < KeyTreeNode.capacity && position <= count, "insertion into a full node")
    let moved = count - position
    unsafe (heads + position + 1).update(from: heads + position, count: moved)
    unsafe (keys + position + 1).update(from: keys + position, count: moved)
    unsafe (values + position + 1).update(from: values + position, count: moved)
    unsafe keys[position] = key
    unsafe values[position] = value
    if !isLeaf {
      unsafe (counts + position + 1).update(from: counts + position, count: moved)
      unsafe counts[position] = counting
    }
    self.count = count + 1
    let other = position > first ? position - 1 : position + 1
    let shares =
      unsafe other < count + 1 && commonPrefixLength(keys[other].bytes, key.bytes) >= prefixLength
    if shares && count > first {
      unsafe heads[position] = keyHead(key.bytes, from: prefixLength)
    } else {
      refreshHeads()
    }
  }

  /// Closes the gap of an entry whose key was taken out.
  func remove(at position: Int) {
    let moved = count - position - 1
    unsafe (heads + position).update(from: heads + position + 1, count: moved)
    unsafe (keys + position).update(from: keys + position + 1, count: moved)
    unsafe (values + position).update(from: values + position + 1, count: moved)
    if !isLeaf {
      unsafe (counts + position).update(from: counts + position + 1, count: moved)
    }
    count -= 1
  }

  /// Moves the entries from `position` on to the end of `target`, whose own come before them.
  func moveTail(from position: Int, to target: KeyTreeNode) {
    let moved = count - position
    let end = target.count
    precondition(end + moved <= KeyTreeNode.capacity, "the target has no room")
    unsafe (target.keys + end).update(from: keys + position, count: moved)
    unsafe (target.values + end).update(from: values + position, count: moved)
    if !isLeaf { unsafe (target.counts + end).update(from: counts + position, count: moved) }
    count = position
    target.count = end + moved
    recount()
    target.recount()
  }

  func recount() {
    var sum = 0
    if isLeaf {
      for position in 0..<count where unsafe values[position] & KeyTreeNode.uncounted == 0 {
        sum += 1
      }
    } else {
      for position in 0..<count { sum += unsafe counts[position] }
    }
    counted = sum
  }
}

/// A key in a slab: its length in 4 bytes, then its bytes.
@safe struct KeyBlob {
  let raw: UnsafeMutableRawPointer

  init(_ key: UnsafeRawBufferPointer, in slab: inout Slab) {
    unsafe raw = slab.allocate(4 + key.count)
    // Safety: the block holds 4 + count bytes.
    unsafe raw.storeBytes(of: UInt32(key.count), as: UInt32.self)
    if let source = key.baseAddress {
      unsafe (raw + 4).copyMemory(from: source, byteCount: key.count)
    }
  }

  var bytes: UnsafeRawBufferPointer {
    // Safety: written by init, freed only by the tree that owns the blob.
    unsafe UnsafeRawBufferPointer(start: raw + 4, count: Int(raw.load(as: UInt32.self)))
  }

  func free(in slab: inout Slab) {
    unsafe slab.deallocate(raw, 4 + bytes.count)
  }
}

/// Eight bytes of `key` from `offset` on, big-endian, padded with zeros: ordered as the keys are,
/// but for ties.
func keyHead(_ key: UnsafeRawBufferPointer, from offset: Int) -> UInt64 {
  // Safety: loads stay within the buffer.
  if offset + 8 <= key.count {
    return unsafe UInt64(bigEndian: key.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
  var head: UInt64 = 0
  var shift: UInt64 = 56
  var position = offset
  while position < key.count {
    head |= unsafe UInt64(key[position]) << shift
    shift &-= 8
    position += 1
  }
  return head
}
