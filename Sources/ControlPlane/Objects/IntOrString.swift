public import JSON

/// A whole number or a text (apimachinery intstr.IntOrString): a port or its name, a count or a
/// percentage.
public enum IntOrString: Hashable, Sendable {
  case int(Int32)
  case string(String)

  /// Nil for anything but a text or a whole number of 32 bits.
  public init?(json: JSONValue?) {
    switch json {
    case .string(let text): self = .string(text)
    case .number(let number):
      guard let whole = number.int64.flatMap(Int32.init(exactly:)) else { return nil }
      self = .int(whole)
    case .null, .bool, .array, .object, nil: return nil
    }
  }

  public var json: JSONValue {
    switch self {
    case .int(let number): .number(JSONNumber(Int64(number)))
    case .string(let text): .string(text)
    }
  }

  /// The number before the sign of `25%`; nil for a number and for any other text.
  public var percent: Int64? {
    guard case .string(let text) = self, text.utf8.last == UInt8(ascii: "%") else { return nil }
    return Int64(text.dropLast())
  }

  /// Which whole number stands for a part of one.
  public enum Rounding: Hashable, Sendable { case up, down }

  /// The number itself, or the percentage of `total`; nil for a text that is no percentage and for
  /// what does not fit (intstr.GetScaledValueFromIntOrPercent). Kubernetes rounds maxSurge up and
  /// maxUnavailable down.
  public func scaled(of total: Int64, rounding: Rounding) -> Int64? {
    if case .int(let number) = self { return Int64(number) }
    guard let percent else { return nil }
    let (product, overflow) = percent.multipliedReportingOverflow(by: total)
    guard !overflow else { return nil }
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 100)
    switch rounding {
    case .up: return quotient + (remainder > 0 ? 1 : 0)
    case .down: return quotient - (remainder < 0 ? 1 : 0)
    }
  }
}

extension IntOrString: CustomStringConvertible {
  public var description: String {
    switch self {
    case .int(let number): "\(number)"
    case .string(let text): text
    }
  }
}
