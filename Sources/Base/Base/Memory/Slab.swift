/// Gives out small blocks of raw memory from large ones and takes them back by size class.
///
/// Blocks of up to `classBytesMax` bytes are rounded up to 16 and reused by free lists; larger ones
/// come from the system. Everything is freed when the slab goes.
@safe struct Slab: ~Copyable {
  /// Rounded sizes 16, 32, ... up to here are served from chunks.
  static let classBytesMax = 4096
  private static let chunkBytes = 1 << 18

  /// Addresses of the chunks.
  private var chunks: [UInt] = []
  /// Where the newest chunk's unused rest begins.
  private var next: UInt = 0
  private var left = 0
  /// Heads of the free lists, by size / 16; a free block's first word is the next one, 0 ends.
  private var free = [UInt](repeating: 0, count: Slab.classBytesMax / 16 + 1)
  /// Large blocks in use, so that `deinit` can free them.
  private var large: Set<UInt> = []
  /// Bytes taken from the system.
  private(set) var bytesHeld = 0

  init() {}

  deinit {
    // Safety: every chunk was allocated here and no block outlives its slab.
    for chunk in chunks { unsafe Slab.pointer(chunk).deallocate() }
    for block in large { unsafe Slab.pointer(block).deallocate() }
  }

  private static func pointer(_ address: UInt) -> UnsafeMutableRawPointer {
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
      preconditionFailure("no block lies at address zero")
    }
    return unsafe pointer
  }

  /// A block of at least `size` bytes, 16-aligned, not cleared.
  mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    let rounded = (max(size, 1) + 15) & ~15
    guard rounded <= Slab.classBytesMax else {
      let block = UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: 16)
      large.insert(UInt(bitPattern: block))
      bytesHeld += rounded
      return unsafe block
    }
    if free[rounded / 16] != 0 {
      // Safety: a free block is at least 16 bytes and holds the next address in its first word.
      let block = unsafe Slab.pointer(free[rounded / 16])
      free[rounded / 16] = unsafe block.load(as: UInt.self)
      return unsafe block
    }
    if left < rounded {
      let chunk = UnsafeMutableRawPointer.allocate(
        byteCount: Slab.chunkBytes, alignment: 16)
      next = UInt(bitPattern: chunk)
      chunks.append(next)
      left = Slab.chunkBytes
      bytesHeld += Slab.chunkBytes
    }
    // Safety: `rounded` bytes are left in the chunk.
    let block = unsafe Slab.pointer(next)
    next += UInt(rounded)
    left -= rounded
    return unsafe block
  }

  /// Takes back a block that `allocate` gave out for `size` bytes.
  mutating func deallocate(_ block: UnsafeMutableRawPointer, _ size: Int) {
    let rounded = (max(size, 1) + 15) & ~15
    guard rounded <= Slab.classBytesMax else {
      precondition(large.remove(UInt(bitPattern: block)) != nil, "not a block of this slab")
      bytesHeld -= rounded
      // Safety: allocated above and now unknown to the slab.
      return unsafe block.deallocate()
    }
    // Safety: the block is at least 16 bytes and no longer used.
    unsafe block.storeBytes(of: free[rounded / 16], as: UInt.self)
    free[rounded / 16] = UInt(bitPattern: block)
  }
}
