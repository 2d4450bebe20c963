import Base

/// Folds everything that happens into one number (FNV-1a): two runs of a seed must agree on it.
struct TraceHash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ number: UInt64) {
    value = (value ^ number) &* 0x100_0000_01B3
  }

  mutating func add(_ bytes: Bytes) {
    var checksum = CRC32C()
    checksum.update(bytes)
    add(UInt64(checksum.value) << 32 | UInt64(UInt32(truncatingIfNeeded: bytes.count)))
  }
}
