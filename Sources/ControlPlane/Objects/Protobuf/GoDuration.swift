/// Durations as Go writes them: `1m30s`, `1.5s`, `300ms` (time.Duration.String, ParseDuration).
public enum GoDuration {
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("ns", 1), ("us", 1000), ("µs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// Negative ones too; `0s` for none.
  public static func text(nanoseconds: Int64) -> String {
    if nanoseconds == 0 { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let count = nanoseconds.magnitude
    if count < 1000 { return "\(sign)\(count)ns" }
    if count < 1_000_000 { return sign + decimal(count, of: 1000) + "µs" }
    if count < 1_000_000_000 { return sign + decimal(count, of: 1_000_000) + "ms" }
    let (minutes, rest) = count.quotientAndRemainder(dividingBy: 60_000_000_000)
    let seconds = decimal(rest, of: 1_000_000_000) + "s"
    if minutes == 0 { return sign + seconds }
    let (hours, left) = minutes.quotientAndRemainder(dividingBy: 60)
    return hours == 0 ? "\(sign)\(left)m\(seconds)" : "\(sign)\(hours)h\(left)m\(seconds)"
  }

  private static func decimal(_ count: UInt64, of unit: UInt64) -> String {
    let (whole, rest) = count.quotientAndRemainder(dividingBy: unit)
    if rest == 0 { return String(whole) }
    let digits = String(unit + rest).dropFirst()
    let end = digits.lastIndex { $0 != "0" } ?? digits.startIndex
    return "\(whole).\(digits[...end])"
  }

  /// Nil for what Go reads as none, or what 64 bits of nanoseconds do not hold.
  static func nanoseconds(_ text: String) -> Int64? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: Double = 0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
      rest = rest.dropFirst(unit.count)
      guard let count = Double(number), let scale = units.first(where: { $0.name == unit }) else {
        return nil
      }
      total += count * Double(scale.nanoseconds)
    }
    return Int64(exactly: (isNegative ? -total : total).rounded())
  }
}
