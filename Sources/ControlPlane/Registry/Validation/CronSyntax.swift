/// A cron schedule of five fields or a descriptor such as `@daily`, and the complaints of the
/// library that Kubernetes reads it with (robfig/cron ParseStandard).
enum CronSyntax {
  /// Nil for a good schedule.
  static func complaint(_ schedule: String) -> String? {
    var text = schedule[...]
    for prefix in ["TZ=", "CRON_TZ="] where text.hasPrefix(prefix) {
      text = text.drop { $0 != " " }.drop { $0 == " " }
    }
    if text.isEmpty { return "empty spec string" }
    if text.hasPrefix("@") { return descriptorComplaint(String(text)) }
    let fields = text.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
    guard fields.count == 5 else {
      return "expected exactly 5 fields, found \(fields.count): "
        + "[\(fields.joined(separator: " "))]"
    }
    for (field, bounds) in zip(fields, bounds) {
      for part in field.split(separator: ",", omittingEmptySubsequences: true) {
        if let complaint = rangeComplaint(String(part), bounds) { return complaint }
      }
    }
    return nil
  }

  private struct Bounds {
    let min: Int
    let max: Int
    var names: [String: Int] = [:]
  }

  private static let bounds = [
    Bounds(min: 0, max: 59), Bounds(min: 0, max: 23), Bounds(min: 1, max: 31),
    Bounds(
      min: 1, max: 12,
      names: numbered(
        [
          "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ], from: 1)),
    Bounds(
      min: 0, max: 6, names: numbered(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], from: 0)),
  ]

  private static func numbered(_ names: [String], from first: Int) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset + first) })
  }

  /// `5`, `*`, `1-5`, `*/15`, `10-20/2`.
  private static func rangeComplaint(_ text: String, _ bounds: Bounds) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    var start = bounds.min
    var end = bounds.max
    do {
      if ends[0] != "*", ends[0] != "?" {
        start = try number(ends[0], bounds.names)
        switch ends.count {
        case 1: end = start
        case 2: end = try number(ends[1], bounds.names)
        default: return "too many hyphens: \(text)"
        }
      }
      var step = 1
      switch parts.count {
      case 1: break
      case 2:
        step = try number(parts[1], [:])
        if ends.count == 1 { end = bounds.max }
      default: return "too many slashes: \(text)"
      }
      return orderComplaint(start...Swift.max(start, end), end, step, bounds, text)
    } catch {
      return error.text
    }
  }

  private static func orderComplaint(
    _ span: ClosedRange<Int>, _ end: Int, _ step: Int, _ bounds: Bounds, _ text: String
  ) -> String? {
    let start = span.lowerBound
    if start < bounds.min {
      return "beginning of range (\(start)) below minimum (\(bounds.min)): \(text)"
    }
    if end > bounds.max { return "end of range (\(end)) above maximum (\(bounds.max)): \(text)" }
    if start > end { return "beginning of range (\(start)) beyond end of range (\(end)): \(text)" }
    return step == 0 ? "step of range should be a positive number: \(text)" : nil
  }

  private struct NotANumber: Error {
    let text: String
  }

  private static func number(
    _ text: Substring, _ names: [String: Int]
  ) throws(NotANumber) -> Int {
    if let named = names[text.lowercased()] { return named }
    guard let number = Int(text) else {
      let digits = text.utf8.first == UInt8(ascii: "-") ? text.dropFirst() : text
      let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      throw NotANumber(
        text:
          "failed to parse int from \(text): strconv.Atoi: parsing \(GoText.quoted(String(text)))"
          + ": \(isNumber ? "value out of range" : "invalid syntax")")
    }
    guard number >= 0 else {
      throw NotANumber(text: "negative number (\(number)) not allowed: \(text)")
    }
    return number
  }

  // MARK: - Descriptors

  private static let descriptors: Set<String> = [
    "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
  ]

  private static func descriptorComplaint(_ text: String) -> String? {
    if descriptors.contains(text) { return nil }
    let every = "@every "
    guard text.hasPrefix(every) else { return "unrecognized descriptor: \(text)" }
    let duration = String(text.dropFirst(every.count))
    guard let complaint = durationComplaint(duration) else { return nil }
    return "failed to parse duration \(text): \(complaint)"
  }

  private static let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"]

  /// Go's durations: `1h30m`, `1.5s`.
  private static func durationComplaint(_ text: String) -> String? {
    var rest = text[...]
    if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
    if rest == "0" { return nil }
    guard !rest.isEmpty else { return "time: invalid duration \(GoText.quoted(text))" }
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      let points = number.count { $0 == "." }
      guard !number.isEmpty, points <= 1, number.count > points else {
        return "time: invalid duration \(GoText.quoted(text))"
      }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
      if unit.isEmpty { return "time: missing unit in duration \(GoText.quoted(text))" }
      guard units.contains(String(unit)) else {
        return "time: unknown unit \(GoText.quoted(String(unit))) in duration "
          + GoText.quoted(text)
      }
      rest = rest.dropFirst(unit.count)
    }
    return nil
  }
}
