import Base
import Testing

/// RFC 3339 section 5.6; expected seconds from GNU date: `date -u -d TEXT +%s`.
@Suite struct `Times as text` {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("2026-11-22T20:15:22Z", 1_795_378_522_000),
    ("2024-02-29T23:59:59Z", 1_709_251_199_000),
    ("2000-02-29T12:00:00.5Z", 951_825_600_500),
    ("1969-12-31T23:59:59.999Z", -1),
    ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ("2026-01-01T01:30:00+01:30", 1_767_225_600_000),
    ("2025-12-31T16:00:00-08:00", 1_767_225_600_000),
    ("2026-01-01t00:00:00.123456789z", 1_767_225_600_123),
    ("2016-12-31T23:59:60Z", 1_483_228_799_000),
  ]) func `are read`(_ text: String, _ milliseconds: Int64) {
    #expect(WallTime(rfc3339: text) == WallTime(milliseconds: milliseconds))
  }

  @Test(arguments: [
    "", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:61Z", "2026-11-22T10:00:00",
    "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00Z ", "2026-11-22T10:00:00+24:00",
    "2026-11-22 10:00:00Z", "26-11-22T10:00:00Z", "2026-11-22T1०:00:00Z", "+026-11-22T10:00:00Z",
  ]) func `that are none are refused`(_ text: String) {
    #expect(WallTime(rfc3339: text) == nil)
  }

  @Test func `are written and read back`() {
    var random = PRNG(seed: 3)
    for _ in 0..<20_000 {
      let seconds = Int64(random.below(UInt64(253_402_300_800 + 62_135_596_800))) - 62_135_596_800
      let time = WallTime(milliseconds: seconds * 1000 + Int64(random.below(1000)))
      #expect(WallTime(rfc3339: time.rfc3339Nano) == time)
      #expect(WallTime(rfc3339: time.rfc3339Micro) == time)
      #expect(WallTime(rfc3339: time.rfc3339)?.milliseconds == seconds * 1000)
    }
  }
}
