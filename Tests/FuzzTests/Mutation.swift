import Base
import Foundation
import Testing

/// Seeds per fuzzed decoder: 50, or what `KEELSON_FUZZ_SEEDS` says (CI: 1,000 in release).
let fuzzSeeds: Range<UInt64> = {
  let text = ProcessInfo.processInfo.environment["KEELSON_FUZZ_SEEDS"] ?? "50"
  return 0..<(UInt64(text) ?? 50)
}()

/// Damages bytes in the ways of networks, disks and attackers.
struct Mutation {
  var random: PRNG

  init(seed: UInt64) {
    random = PRNG(seed: seed)
  }

  /// One to eight damages; now and then none, so that the way through is walked too.
  mutating func damage(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0..<random.below(9) { damageOnce(&bytes) }
    return bytes
  }

  private mutating func damageOnce(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = noise(random.below(64))
      return
    }
    let place = random.below(bytes.count)
    let end = min(bytes.count, place + 1 + random.below(40))
    switch random.below(8) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.below(6)]
    case 2: bytes.removeSubrange(place...)
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.insert(contentsOf: noise(1 + random.below(20)), at: place)
    case 5: bytes.insert(contentsOf: Array(bytes[place..<end]), at: random.below(bytes.count))
    case 6: for offset in place..<end { bytes[offset] = 0xFF }
    default: for offset in place..<end { bytes[offset] = UInt8(random.below(256)) }
    }
  }

  mutating func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(random.below(256)) }
  }

  /// `bytes` in pieces of random length.
  mutating func cut(_ bytes: [UInt8]) -> [Bytes] {
    var pieces: [Bytes] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1 + random.below(random.chance(Ratio(1, in: 2)) ? 8 : 4000))
      pieces.append(Bytes(Array(piece)))
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }
}

@Suite struct `The fuzzer itself` {
  /// A decoder with a planted bug: it believes a length.
  private func overruns(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 9, bytes[3] == 0 else { return false }
    return Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2]) > bytes.count - 9
  }

  @Test func `finds a planted overrun`() {
    let sound: [UInt8] = [0, 0, 3, 0, 0, 0, 0, 0, 1, 7, 7, 7]
    #expect(!overruns(sound))
    let found = (0..<50).filter { seed in
      var mutation = Mutation(seed: UInt64(seed))
      return overruns(mutation.damage(sound))
    }
    #expect(found.count > 5)
  }

  @Test func `leaves some inputs whole`() {
    let whole = (0..<100).filter { seed in
      var mutation = Mutation(seed: UInt64(seed))
      return mutation.damage([1, 2, 3, 4, 5, 6, 7, 8]) == [1, 2, 3, 4, 5, 6, 7, 8]
    }
    #expect(whole.count > 3)
  }
}
