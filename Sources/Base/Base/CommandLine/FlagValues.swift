/// Why a command line was refused.
public enum FlagError: Error, Hashable, Sendable {
  /// `flag` as it was typed, dashes included.
  case unknown(flag: String, nearest: String?)
  case missingValue(flag: String, expected: String)
  case invalidValue(flag: String, value: String, source: FlagSource, expected: String)
}

/// Where a flag's value came from.
public enum FlagSource: Hashable, Sendable {
  case commandLine
  case environment(String)
}

extension FlagError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown(let flag, let nearest):
      let hint = nearest.map { "; did you mean --\($0)?" } ?? ""
      return "unknown flag: \(flag)\(hint)"
    case .missingValue(let flag, let expected):
      return "flag needs an argument: --\(flag) wants \(expected)"
    case .invalidValue(let flag, let value, .commandLine, let expected):
      return "invalid argument \"\(value)\" for --\(flag): it wants \(expected)"
    case .invalidValue(let flag, let value, .environment(let variable), let expected):
      return "invalid value \"\(value)\" of \(variable), which sets --\(flag): it wants \(expected)"
    }
  }
}

/// What a command line said. Asking for a flag that was not declared, or as another kind, traps.
public struct FlagValues: Sendable {
  /// What is no flag, in order.
  public private(set) var operands: [String] = []
  private var kinds: [String: FlagSet.Kind] = [:]
  private var texts: [String: [String]] = [:]
  private var sources: [String: FlagSource] = [:]

  init(declared: [FlagSet.Flag]) {
    for flag in declared {
      kinds[flag.name] = flag.kind
      texts[flag.name] = flag.defaultText.isEmpty ? [] : [flag.defaultText]
    }
  }

  /// Whether the command line or the environment gave the flag.
  public func isGiven(_ name: String) -> Bool { sources[name] != nil }

  /// Where the flag's value came from; nil where it is the default.
  public func source(of name: String) -> FlagSource? { sources[name] }

  /// Empty where neither given nor defaulted.
  public func text(_ name: String) -> String {
    only(name, .text)
  }

  public func boolean(_ name: String) -> Bool {
    FlagValue.boolean(only(name, .boolean)) ?? false
  }

  /// Zero where neither given nor defaulted.
  public func integer(_ name: String) -> Int64 {
    Int64(only(name, .integer)) ?? 0
  }

  /// Zero where neither given nor defaulted.
  public func duration(_ name: String) -> Duration {
    FlagValue.duration(only(name, .duration)) ?? .zero
  }

  public func repeated(_ name: String) -> [String] {
    precondition(kinds[name] == .repeated, "--\(name) is not declared as repeated")
    return texts[name] ?? []
  }

  mutating func append(operands more: some Sequence<String>) {
    operands += more
  }

  mutating func set(
    _ name: String, _ kind: FlagSet.Kind, to value: String, from source: FlagSource
  ) throws(FlagError) {
    if let expected = FlagValue.complaint(about: value, as: kind) {
      throw .invalidValue(flag: name, value: value, source: source, expected: expected)
    }
    if kind == .repeated, sources[name] != nil {
      texts[name, default: []].append(value)
    } else {
      texts[name] = [value]
    }
    sources[name] = source
  }

  private func only(_ name: String, _ kind: FlagSet.Kind) -> String {
    precondition(kinds[name] == kind, "--\(name) is not declared as \(kind)")
    return texts[name]?.last ?? ""
  }
}

/// How the texts of values are read.
enum FlagValue {
  /// What a value of this kind should have been; nil where `text` is one.
  static func complaint(about text: String, as kind: FlagSet.Kind) -> String? {
    let isValid =
      switch kind {
      case .text, .repeated: true
      case .boolean: boolean(text) != nil
      case .integer: Int64(text) != nil
      case .duration: duration(text) != nil
      }
    return isValid ? nil : expectation(of: kind)
  }

  static func expectation(of kind: FlagSet.Kind) -> String {
    switch kind {
    case .text, .repeated: "a text"
    case .boolean: "true or false"
    case .integer: "a whole number"
    case .duration: "a duration such as 5s, 100ms or 1h30m"
    }
  }

  static func placeholder(of kind: FlagSet.Kind) -> String {
    switch kind {
    case .text: "TEXT"
    case .repeated: "TEXT..."
    case .boolean: ""
    case .integer: "N"
    case .duration: "DURATION"
    }
  }

  /// The spellings that Go's strconv.ParseBool takes.
  static func boolean(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
  }

  /// Go's time.ParseDuration: decimal numbers with units, such as `1h30m`, `1.5s` or `-2ms`.
  static func duration(_ text: String) -> Duration? {
    var rest = Substring(text)
    var sign: Int64 = 1
    if let first = rest.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      rest = rest.dropFirst()
    }
    if rest == "0" { return .zero }
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    while !rest.isEmpty {
      guard let part = leadingPart(of: &rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { return nil }
      total = sum
    }
    return .nanoseconds(sign * total)
  }

  /// Takes one `<number><unit>` off the front: nanoseconds.
  private static func leadingPart(of rest: inout Substring) -> Int64? {
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(whole.count)
    var fraction = Substring()
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
    rest = rest.dropFirst(unit.count)
    guard let scale = nanoseconds(of: unit) else { return nil }
    guard let value = Int64(whole.isEmpty ? "0" : whole) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: scale)
    if overflow { return nil }
    var extra: Int64 = 0
    var place = scale
    for digit in fraction {
      place /= 10
      extra += Int64(digit.wholeNumberValue ?? 0) * place
    }
    let (sum, sumOverflow) = product.addingReportingOverflow(extra)
    return sumOverflow ? nil : sum
  }

  private static func nanoseconds(of unit: Substring) -> Int64? {
    switch unit {
    case "ns": 1
    case "us", "\u{B5}s", "\u{3BC}s": 1_000
    case "ms": 1_000_000
    case "s": 1_000_000_000
    case "m": 60_000_000_000
    case "h": 3_600_000_000_000
    default: nil
    }
  }
}

extension Duration {
  /// Go's time.ParseDuration, as flags of that kind are read; nil where `goText` is no duration or
  /// lasts more than 292 years.
  public init?(goText: String) {
    guard let duration = FlagValue.duration(goText) else { return nil }
    self = duration
  }
}
