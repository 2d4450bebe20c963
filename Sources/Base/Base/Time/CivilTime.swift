/// Year, month, day and time of day in UTC, by the proleptic Gregorian calendar.
public struct CivilTime: Hashable, Sendable {
  public let year: Int64
  /// 1...12.
  public let month: Int
  /// 1...31.
  public let day: Int
  public let hour: Int
  public let minute: Int
  public let second: Int
  public let millisecond: Int

  public init(_ time: WallTime) {
    let millisecondsPerDay: Int64 = 86_400_000
    var days = time.milliseconds / millisecondsPerDay
    var rest = time.milliseconds % millisecondsPerDay
    if rest < 0 {
      rest += millisecondsPerDay
      days -= 1
    }
    // Years begin in March, so that the leap day is the last; eras are the calendar's 400 years.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
    let yearOfEra = (dayOfEra - leapDays) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = Int(rest / 3_600_000)
    minute = Int(rest / 60_000 % 60)
    second = Int(rest / 1000 % 60)
    millisecond = Int(rest % 1000)
  }
}

extension CivilTime: CustomStringConvertible {
  /// RFC 3339 section 5.6 with milliseconds: `2026-11-22T17:30:00.123Z`.
  public var description: String {
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    let time = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    return "\(date)T\(time).\(padded(millisecond, 3))Z"
  }

  private func padded(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
