/// RFC 3339 section 5.6, as Kubernetes writes it: `Time` in whole seconds, `MicroTime` with six
/// digits, logs with nine.
extension WallTime {
  public var rfc3339: String { String(CivilTime(self).description.dropLast(5)) + "Z" }

  public var rfc3339Micro: String { CivilTime(self).description.dropLast() + "000Z" }

  public var rfc3339Nano: String { CivilTime(self).description.dropLast() + "000000Z" }

  /// Nil where the text is no date and time, or names a day that does not exist. Digits below a
  /// millisecond are dropped; a leap second counts as the second before it.
  public init?(rfc3339 text: String) {
    var digits = DateDigits(Array(text.utf8))
    guard let year = digits.number(4), digits.take("-"), let month = digits.number(2),
      digits.take("-"), let day = digits.number(2), digits.take("T") || digits.take("t"),
      let hour = digits.number(2), digits.take(":"), let minute = digits.number(2),
      digits.take(":"), let second = digits.number(2), (1...12).contains(month),
      (1...Self.days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var milliseconds: Int64 = 0
    if digits.take(".") {
      guard let fraction = digits.fraction() else { return nil }
      milliseconds = fraction
    }
    guard let offsetMinutes = digits.offset(), digits.isAtEnd else { return nil }
    let minutes = (Self.days(toYear: year, month: month, day: day) * 24 + hour) * 60 + minute
    let seconds = (minutes - offsetMinutes) * 60 + min(second, 59)
    self.init(milliseconds: seconds * 1000 + milliseconds)
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    switch month {
    case 2: return isLeap ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  /// Days from 1970-01-01, by years that begin in March: the inverse of `CivilTime`.
  private static func days(toYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

private struct DateDigits {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let first = rest.first, UInt32(first) == character.value else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func number(_ count: Int) -> Int64? {
    guard rest.count >= count else { return nil }
    var value: Int64 = 0
    for byte in rest.prefix(count) {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    rest = rest.dropFirst(count)
    return value
  }

  /// Milliseconds from one digit or more.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let digit = number(1) {
      if count < 3 { value = value * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<max(count, 3) { value *= 10 }
    return value
  }

  /// Minutes east of UTC.
  mutating func offset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+"), let hours = number(2), take(":"), let minutes = number(2),
      hours < 24, minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (isWest ? -1 : 1)
  }
}
