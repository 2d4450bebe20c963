import Base

/// Keys and values, and what was acknowledged: every client writes keys of its own, so that what a
/// read must give is known.
final class BenchKeys {
  let keysPerClient: Int
  let valueBytes: Int
  /// Of every key, the stamp of its last acknowledged value; 0: never written.
  private var stamps: [UInt64]
  /// Per client the keys that were written.
  private(set) var written: [[Int]]
  private let pool: Bytes
  private var random = PRNG(seed: 0x5EED)
  private var nextStamp: UInt64 = 1

  private static let stampBytes = 16
  /// A write of unknown outcome: any value may be there.
  private static let unknown = UInt64.max

  init(clients: Int, valueBytes: Int) {
    precondition(valueBytes >= Self.stampBytes, "a value begins with its stamp")
    keysPerClient = min(9999, 100_000 / clients)
    self.valueBytes = valueBytes
    stamps = Array(repeating: 0, count: clients * keysPerClient)
    written = Array(repeating: [], count: clients)
    var filler = ByteBuffer(capacity: valueBytes + 65_536)
    for _ in 0..<(valueBytes + 65_536) { filler.write(UInt8(0x20 + random.below(0x5F))) }
    pool = filler.take()
  }

  func anyKey(of client: Int) -> Int {
    client * keysPerClient + random.below(keysPerClient)
  }

  func anyWritten(of client: Int) -> Int? {
    written[client].isEmpty ? nil : written[client][random.below(written[client].count)]
  }

  /// Eight decimal digits.
  func text(_ key: Int) -> Bytes {
    var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 8)
    var rest = key
    for place in digits.indices.reversed() {
      digits[place] += UInt8(rest % 10)
      rest /= 10
    }
    return Bytes(digits)
  }

  func newStamp() -> UInt64 {
    nextStamp += 1
    return nextStamp
  }

  /// The stamp in hexadecimal, then filler that differs by stamp.
  func value(_ stamp: UInt64) -> Bytes {
    let digits = Array("0123456789abcdef".utf8)
    var value = ByteBuffer(capacity: valueBytes)
    for place in 0..<Self.stampBytes {
      value.write(digits[Int(stamp >> UInt64(60 - 4 * place) & 15)])
    }
    let start = Int(stamp &* 0x9E37_79B9 % 65_536)
    value.write(pool[start..<start + valueBytes - Self.stampBytes])
    return value.take()
  }

  func acknowledged(_ key: Int, _ stamp: UInt64) {
    if stamps[key] == 0 { written[key / keysPerClient].append(key) }
    stamps[key] = stamp
  }

  func failed(_ key: Int) {
    if stamps[key] != 0 { stamps[key] = Self.unknown }
  }

  /// Nil where any value is right.
  func expected(_ key: Int) -> Bytes? {
    stamps[key] == Self.unknown ? nil : value(stamps[key])
  }
}
