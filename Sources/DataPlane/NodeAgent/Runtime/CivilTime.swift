public import Base

extension WallTime {
  /// `2026-11-22T17:30:00Z`: RFC 3339 in UTC, as Kubernetes writes `metav1.Time`.
  public var rfc3339: String { civilDateAndTime + "Z" }

  /// `2026-11-22T17:30:00.123000000Z`: as CRI logs write it.
  public var rfc3339Nano: String {
    let milliseconds = String(self.milliseconds.modulo(1000))
    let padding = String(repeating: "0", count: 3 - milliseconds.count)
    return civilDateAndTime + "." + padding + milliseconds + "000000Z"
  }

  private var civilDateAndTime: String {
    let seconds = milliseconds.quotient(1000)
    let date = CivilDate(daysSinceEpoch: seconds.quotient(86_400))
    let second = seconds.modulo(86_400)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let year = String(date.year)
    let padding = String(repeating: "0", count: max(0, 4 - year.count))
    return "\(padding)\(year)-\(two(date.month))-\(two(date.day))"
      + "T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
  }
}

/// A date of the proleptic Gregorian calendar.
private struct CivilDate {
  let year: Int64
  let month: Int64
  let day: Int64

  /// Counts in years that begin in March, so that the leap day is the last of its year.
  init(daysSinceEpoch days: Int64) {
    // 719,468 days lie between 0000-03-01 and 1970-01-01; an era is 400 years.
    let shifted = days + 719_468
    let era = shifted.quotient(146_097)
    let dayOfEra = shifted.modulo(146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}

extension Int64 {
  /// Rounded towards negative infinity; `divisor` > 0.
  fileprivate func quotient(_ divisor: Int64) -> Int64 {
    (self - modulo(divisor)) / divisor
  }

  /// 0..<divisor.
  fileprivate func modulo(_ divisor: Int64) -> Int64 {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
