import Base
import EtcdAPI
import Foundation
import KVStore
import Testing

/// A store with everything that a checkpoint holds.
private func rich() throws -> Store {
  let store = Store(segmentBytes: 1024)
  store.identity = ClientIdentity(commonName: "admin", organizations: ["root"])
  try store.grant(5, ttl: 60)
  try store.grant(-7, ttl: 600)
  for number in 0..<24 {
    try store.put(
      Bytes("/k/\(number % 5)"), Bytes("value \(number)"), lease: number % 5 == 1 ? 5 : 0)
  }
  try store.delete("/k/2")
  try store.compact(10)
  store.finishCompaction()
  let alarm = AlarmRequest(action: .activate, memberID: 7, alarm: .nospace)
  _ = try store.apply(.memberAlarm, alarm, as: AlarmResponse.self)
  _ = try store.apply(.memberAttributes, "http://127.0.0.1:12379")
  _ = try store.apply(.certificateRoles, #"{"roles": []}"#)
  return store
}

private let batch = CommandBatch(
  clusterMilliseconds: 1_234_567, wallTime: WallTime(milliseconds: 1_700_000_000_123),
  commands: [
    Command(
      kind: .put, origin: NodeID(0x8E9E_05C5_2164_694D), request: 300,
      identity: ClientIdentity(commonName: "n1", organizations: ["node", "x"]), body: "body"),
    Command(kind: .memberAlarm, origin: NodeID(1), request: 0, identity: nil, body: ""),
  ])

@Suite struct `Formats` {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/kvstore")

  /// Compares with what an earlier build wrote, so that no format changes unnoticed.
  private func golden(_ name: String, _ bytes: Bytes) throws -> Bytes {
    let file = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1" {
      try Data(bytes.array).write(to: file)
    }
    let written = Bytes([UInt8](try Data(contentsOf: file)))
    #expect(bytes == written, "\(name): the format changed; give it a new version")
    return written
  }

  @Test func `a batch is written as ever`() throws {
    var buffer = ByteBuffer()
    batch.encode(into: &buffer)
    let written = try golden("batch-1.bin", buffer.take())
    #expect(try CommandBatch(decoding: written) == batch)
  }

  @Test func `a manifest and a segment are written as ever`() throws {
    let store = try rich()
    let checkpoint = store.space.checkpoint()
    let manifest = try golden("manifest-1.bin", checkpoint.manifest)
    let id = try #require(checkpoint.segments.first)
    let copy = store.space.segment(id)
    _ = try golden("segment-1.bin", try #require(copy))
    #expect(try KeySpaceRestoration.segments(of: manifest) == checkpoint.segments)
    #expect(id.fileName.hasSuffix(".segment"))
  }

  @Test(arguments: UInt64(1)...4)
  func `damaged batches are refused and never trap`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var buffer = ByteBuffer()
    batch.encode(into: &buffer)
    let whole = buffer.take().array
    for _ in 0..<5000 {
      let bytes = Self.damaged(whole, &random)
      do throws(KVFormatError) {
        let decoded = try CommandBatch(decoding: Bytes(bytes))
        var space = KeySpace()
        var outcomes = AppliedOutcomes()
        space.apply(
          decoded, answering: NodeID(1), header: ResponseHeader(), into: &outcomes)
      } catch {
        continue
      }
    }
    #expect(throws: KVFormatError.unknownVersion(2)) {
      try CommandBatch(decoding: Bytes([2] + whole.dropFirst()))
    }
  }

  /// Checksums are made good again, so that damage reaches what lies behind them.
  @Test(arguments: UInt64(1)...4)
  func `damaged checkpoints are refused or read, and never trap`(seed: UInt64) throws {
    let store = try rich()
    let checkpoint = store.space.checkpoint()
    let segments = try checkpoint.segments.map { id in
      let copy = store.space.segment(id)
      return try #require(copy).array
    }
    var random = PRNG(seed: seed)
    var restored = 0
    for _ in 0..<600 {
      var manifest = checkpoint.manifest.array
      var parts = segments
      if random.below(3) == 0 {
        manifest = Self.damaged(Array(manifest.dropLast(4)), &random) + [0, 0, 0, 0]
      } else {
        let victim = random.below(parts.count)
        let before = Self.littleEndian(CRC32C.checksum(Bytes(parts[victim])))
        let length = parts[victim].count
        parts[victim] = Self.damaged(parts[victim], &random, keepingLength: true)
        #expect(parts[victim].count == length)
        let after = Self.littleEndian(CRC32C.checksum(Bytes(parts[victim])))
        manifest = Self.replacing(before, by: after, in: manifest)
      }
      let body = Array(manifest.dropLast(4))
      manifest = body + Self.littleEndian(CRC32C.checksum(Bytes(body)))
      if Self.use(Bytes(manifest), parts.map { Bytes($0) }) { restored += 1 }
    }
    #expect(restored > 0, "some damage must get through the checks to be of use")
  }

  @Test func `a wrong checksum is named`() throws {
    let store = try rich()
    var manifest = store.space.checkpoint().manifest.array
    manifest[20] ^= 1
    #expect(throws: KVFormatError.self) {
      _ = try KeySpaceRestoration.segments(of: Bytes(manifest))
    }
    let checkpoint = store.space.checkpoint()
    var restoration = try KeySpaceRestoration(manifest: checkpoint.manifest)
    let id = try #require(checkpoint.segments.first)
    var refused: KVFormatError?
    do throws(KVFormatError) {
      try restoration.add("not the segment")
    } catch {
      refused = error
    }
    #expect(refused == .wrongSegment(id))
  }

  // MARK: Damage

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
  }

  private static func replacing(
    _ old: [UInt8], by new: [UInt8], in bytes: [UInt8]
  ) -> [UInt8] {
    for start in 0...bytes.count - 4 where bytes[start..<start + 4].elementsEqual(old) {
      return Array(bytes[..<start]) + new + bytes[(start + 4)...]
    }
    return bytes
  }

  private static func damaged(
    _ bytes: [UInt8], _ random: inout PRNG, keepingLength: Bool = false
  ) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<1 + random.below(3) {
      let place = random.below(bytes.count)
      switch random.below(keepingLength ? 3 : 5) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF][random.below(4)]
      case 2:
        for offset in place..<min(bytes.count, place + 1 + random.below(9)) {
          bytes[offset] = UInt8(random.below(256))
        }
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(9)))
      default: bytes.insert(UInt8(random.below(256)), at: place)
      }
      if bytes.isEmpty { bytes = [0] }
    }
    return bytes
  }

  /// Restores and then does everything with what came out.
  private static func use(_ manifest: Bytes, _ segments: [Bytes]) -> Bool {
    do throws(KVFormatError) {
      var restoration = try KeySpaceRestoration(
        manifest: manifest, configuration: KeySpaceConfiguration(segmentBytes: 1024))
      for segment in segments where restoration.next != nil { try restoration.add(segment) }
      if restoration.next != nil { return false }
      let store = Store(segmentBytes: 1024)
      store.space = try restoration.finish()
      store.time = 1 << 50
      store.identity = ClientIdentity(commonName: "admin", organizations: ["root"])
      exercise(store)
      return true
    } catch {
      return false
    }
  }

  private static func exercise(_ store: Store) {
    store.watch(WatchCreateRequest(key: "\0", rangeEnd: "\0", startRevision: 11, prevKv: true))
    let attempts: [() throws -> Void] = [
      { _ = try store.range("\0", "\0") },
      { _ = try store.range(RangeRequest(key: "\0", rangeEnd: "\0", sortTarget: .version)) },
      { _ = try store.range("\0", "\0", revision: 12) },
      { _ = try store.space.hash(at: 0) },
      { _ = try store.renew(5) },
      { _ = try store.timeToLive(5, keys: true) },
      { try store.put("/k/1", "new", prevKv: true) },
      { try store.delete("/k/", "/k0", prevKv: true) },
      { try store.compact(store.space.revision) },
      { try store.revoke(5) },
    ]
    for attempt in attempts {
      do { try attempt() } catch { continue }
    }
    _ = store.pump()
    store.finishCompaction()
    store.pass(seconds: 100_000)
    _ = store.space.checkpoint()
  }
}
