public import JSON

/// An amount of a resource (apimachinery resource.Quantity): a number and a decimal (`n u m k M G T
/// P E`), binary (`Ki Mi Gi Ti Pi Ei`) or exponent (`e3`) suffix. Exact to a thousand millionth;
/// what is finer rounds away from zero, as Kubernetes does.
public struct Quantity: Sendable {
  /// The value in thousand millionths.
  private let nanos: Int128
  public let format: Format

  /// What the suffix is taken from when the quantity is printed.
  public enum Format: Hashable, Sendable {
    case decimalSI
    case binarySI
    case decimalExponent
  }

  private static let nanosPerUnit: Int128 = 1_000_000_000
  private static let nanosPerMilli: Int128 = 1_000_000

  public static let zero = Quantity(nanos: 0, format: .decimalSI)

  private init(nanos: Int128, format: Format) {
    self.nanos = nanos
    self.format = format
  }

  public init(_ units: Int64, format: Format = .decimalSI) {
    self.init(nanos: Int128(units) * Self.nanosPerUnit, format: format)
  }

  public init(milli: Int64) {
    self.init(nanos: Int128(milli) * Self.nanosPerMilli, format: .decimalSI)
  }

  /// Nil where the text is no quantity or beyond 10^29. A binary one above 2^63 - 1 counts as that,
  /// as in Kubernetes.
  public init?(_ text: String) {
    guard let parts = QuantityText(text) else { return nil }
    guard let magnitude = parts.nanos else { return nil }
    let isTiny = magnitude > 0 && magnitude < Self.nanosPerUnit
    self.init(
      nanos: parts.isNegative ? -magnitude : magnitude,
      format: parts.format == .binarySI && isTiny ? .decimalSI : parts.format)
  }

  /// A text or a number, as the API takes either; nil for anything else.
  public init?(json: JSONValue?) {
    switch json {
    case .string(let text): self.init(text)
    case .number(let number): self.init(number.text)
    case .null, .bool, .array, .object, nil: return nil
    }
  }

  /// Whole units, rounded away from zero; the nearest Int64 where it does not fit.
  public var value: Int64 { rounded(by: Self.nanosPerUnit) }

  /// Thousandths, rounded away from zero; the nearest Int64 where it does not fit.
  public var milliValue: Int64 { rounded(by: Self.nanosPerMilli) }

  public var isZero: Bool { nanos == 0 }
  public var isNegative: Bool { nanos < 0 }

  /// No part of a unit is left over.
  public var isWhole: Bool { nanos % Self.nanosPerUnit == 0 }

  /// Parts of a thousandth rounded away from zero, as Kubernetes stores what pods ask for.
  public var roundedToMilli: Quantity {
    guard nanos % Self.nanosPerMilli != 0 else { return self }
    let milli = nanos / Self.nanosPerMilli + nanos.signum()
    return Quantity(nanos: milli * Self.nanosPerMilli, format: format)
  }

  /// Nil where the sum does not fit. Printed in the format of the left one, unless that is zero.
  public func adding(_ other: Quantity) -> Quantity? {
    let (sum, overflow) = nanos.addingReportingOverflow(other.nanos)
    guard !overflow else { return nil }
    return Quantity(nanos: sum, format: isZero ? other.format : format)
  }

  /// Nil where the difference does not fit.
  public func subtracting(_ other: Quantity) -> Quantity? {
    let (difference, overflow) = nanos.subtractingReportingOverflow(other.nanos)
    guard !overflow else { return nil }
    return Quantity(nanos: difference, format: isZero ? other.format : format)
  }

  private func rounded(by divisor: Int128) -> Int64 {
    let whole = nanos / divisor + (nanos % divisor).signum()
    return Int64(clamping: whole)
  }
}

/// By value: `1024Mi` is `1Gi`.
extension Quantity: Hashable, Comparable {
  public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
  public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
  public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }
}

// MARK: - Printing

extension Quantity: CustomStringConvertible {
  /// The canonical form: no fraction, the largest suffix that keeps the value exact.
  public var description: String {
    guard nanos != 0 else { return "0" }
    let sign = nanos < 0 ? "-" : ""
    let isBinary = format == .binarySI && isWhole && nanos.magnitude >= 1024 * 1_000_000_000
    return sign + (isBinary ? binaryText : decimalText)
  }

  private var binaryText: String {
    var units = nanos.magnitude / 1_000_000_000
    var power = 0
    while power < 6, units % 1024 == 0 {
      units /= 1024
      power += 1
    }
    return "\(units)" + ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]
  }

  private var decimalText: String {
    var mantissa = nanos.magnitude
    var exponent = -9
    while mantissa % 1000 == 0, exponent < 18 {
      mantissa /= 1000
      exponent += 3
    }
    guard format == .decimalExponent else {
      return "\(mantissa)" + ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][exponent / 3 + 3]
    }
    while mantissa % 1000 == 0 {
      mantissa /= 1000
      exponent += 3
    }
    return exponent == 0 ? "\(mantissa)" : "\(mantissa)e\(exponent)"
  }
}

// MARK: - Parsing

/// The parts of a quantity's text.
private struct QuantityText {
  var isNegative = false
  /// The digits without the point.
  var mantissa: Int128 = 0
  var fractionDigits = 0
  var format = Quantity.Format.decimalSI
  /// Of ten, or of 1024 in a binary one.
  var exponent = 0

  /// Beyond these no value fits, or all of them round to the smallest.
  private static let exponents = -100...100

  init?(_ text: String) {
    let bytes = Array(text.utf8)
    var offset = 0
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      offset = 1
    }
    var digits = 0
    var seenPoint = false
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, sumOverflow) = product.addingReportingOverflow(Int128(byte - UInt8(ascii: "0")))
        guard !overflow, !sumOverflow else { return nil }
        mantissa = sum
        digits += 1
        fractionDigits += seenPoint ? 1 : 0
      } else {
        break
      }
      offset += 1
    }
    guard digits > 0, readSuffix(bytes[offset...]) else { return nil }
  }

  private mutating func readSuffix(_ bytes: ArraySlice<UInt8>) -> Bool {
    let suffix = String(decoding: bytes, as: UTF8.self)
    switch suffix {
    case "": return true
    case "n": exponent = -9
    case "u": exponent = -6
    case "m": exponent = -3
    case "k": exponent = 3
    case "M": exponent = 6
    case "G": exponent = 9
    case "T": exponent = 12
    case "P": exponent = 15
    case "E": exponent = 18
    case "Ki": (format, exponent) = (.binarySI, 1)
    case "Mi": (format, exponent) = (.binarySI, 2)
    case "Gi": (format, exponent) = (.binarySI, 3)
    case "Ti": (format, exponent) = (.binarySI, 4)
    case "Pi": (format, exponent) = (.binarySI, 5)
    case "Ei": (format, exponent) = (.binarySI, 6)
    default:
      guard let letter = suffix.utf8.first, letter | 0x20 == UInt8(ascii: "e"),
        let power = Int(suffix.dropFirst())
      else { return false }
      format = .decimalExponent
      exponent = min(max(power, Self.exponents.lowerBound), Self.exponents.upperBound)
    }
    return true
  }

  /// The magnitude in thousand millionths, rounded up; nil where it does not fit.
  var nanos: Int128? {
    guard mantissa != 0 else { return 0 }
    var value = mantissa
    var power = 9 - fractionDigits
    if format == .binarySI {
      let (product, overflow) = value.multipliedReportingOverflow(by: Int128(1) << (10 * exponent))
      if overflow { return fractionDigits == 0 ? Self.binaryMax : nil }
      value = product
    } else {
      power += exponent
    }
    var isInexact = false
    while power < 0, value != 0 {
      isInexact = isInexact || value % 10 != 0
      value /= 10
      power += 1
    }
    value += isInexact ? 1 : 0
    while power > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return format == .binarySI ? Self.binaryMax : nil }
      value = product
      power -= 1
    }
    return format == .binarySI ? min(value, Self.binaryMax) : value
  }

  private static let binaryMax = Int128(Int64.max) * 1_000_000_000
}
