import Base
import EtcdAPI
import KVStore
import Testing

/// What a file on a disk would hold, in memory; not always what was asked for.
private final class MappedCopy: MappedFile {
  let bytes: UnsafeRawBufferPointer
  private(set) var releases = 0

  init(_ content: Bytes) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
    copy.copyBytes(from: content.array)
    bytes = UnsafeRawBufferPointer(copy)
  }

  deinit { bytes.deallocate() }

  func releasePages() { releases += 1 }
}

@Suite struct `Mapped segments` {
  private static let every = RangeRequest(key: Bytes([0]), rangeEnd: Bytes([0]))

  /// Whether the store takes a file with these bytes for a segment's.
  private func map(_ id: SegmentID, to bytes: Bytes, in store: Store) -> Bool {
    store.space.map(id, to: MappedCopy(bytes))
  }

  private func segment(_ id: SegmentID, of store: Store) throws -> Bytes {
    let bytes = store.space.segment(id)
    return try #require(bytes)
  }

  private func unmapped(_ store: Store) -> [SegmentID] { store.space.unmappedSegments }

  /// A store with history in sealed segments, each in a file.
  private func mapped() throws -> Store {
    let store = Store(segmentBytes: 1024)
    for number in 0..<200 { try store.put(Bytes("key \(number % 50)"), Bytes("value \(number)")) }
    #expect(unmapped(store).count > 5)
    for id in unmapped(store) { #expect(map(id, to: try segment(id, of: store), in: store)) }
    #expect(unmapped(store).isEmpty)
    return store
  }

  @Test func `every revision reads as before`() throws {
    let store = try mapped()
    let plain = Store(segmentBytes: 1024)
    for number in 0..<200 { try plain.put(Bytes("key \(number % 50)"), Bytes("value \(number)")) }
    for revision in stride(from: Int64(2), through: 201, by: 7) {
      var request = Self.every
      request.revision = revision
      #expect(try store.range(request).kvs == plain.range(request).kvs)
    }
    let checkpoint = store.space.checkpoint()
    let expected = plain.space.checkpoint()
    #expect(checkpoint == expected)
  }

  @Test func `writes and compactions go on`() throws {
    let store = try mapped()
    try store.put("key 7", "new")
    _ = try store.compact(store.space.revision)
    while store.space.isCompacting { store.space.compactSlice(bytesMax: 1 << 20) }
    let found = try store.range(Self.every).kvs
    #expect(found.count == 50)
    #expect(found.first { $0.key == "key 7" }?.value == "new")
    #expect(found.first { $0.key == "key 8" }?.value == "value 158")
  }

  @Test func `a file of other bytes is not taken`() throws {
    let store = Store(segmentBytes: 1024)
    for number in 0..<40 { try store.put(Bytes("key \(number)"), Bytes("value \(number)")) }
    let id = try #require(unmapped(store).first)
    var bytes = try segment(id, of: store).array
    #expect(!map(id, to: Bytes(bytes).dropFirst(1), in: store))
    #expect(!map(id, to: Bytes(), in: store))
    bytes[bytes.count - 1] ^= 1
    #expect(!map(id, to: Bytes(bytes), in: store))
    #expect(unmapped(store).first == id)
  }

  @Test func `what was looked at is given back`() throws {
    let store = Store(segmentBytes: 1024)
    for number in 0..<40 { try store.put(Bytes("key \(number)"), Bytes("value \(number)")) }
    let id = try #require(unmapped(store).first)
    let file = MappedCopy(try segment(id, of: store))
    let isTaken = store.space.map(id, to: file)
    #expect(isTaken)
    #expect(file.releases == 1)
    store.space.releaseMappedPages()
    #expect(file.releases == 2)
  }
}
