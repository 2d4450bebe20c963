/// A Kubernetes resource quantity (apimachinery resource.Quantity): digits, perhaps a fraction,
/// and a decimal (`m k M G T P E`), binary (`Ki Mi Gi Ti Pi Ei`) or exponent (`e3`) suffix.
struct Quantity: Hashable, Sendable {
  /// The value in thousandths, rounded up: Kubernetes rounds a quantity away from zero.
  let thousandths: Int64

  /// Whole units, rounded up.
  var units: Int64 { thousandths / 1000 + (thousandths % 1000 == 0 ? 0 : 1) }

  /// Nil where the text is no quantity, is negative, or does not fit.
  init?(_ text: String) {
    let characters = Array(text.utf8)
    var offset = 0
    var digits: Int64 = 0
    var fractionDigits = 0
    var seenDigit = false
    var seenPoint = false
    while offset < characters.count {
      let byte = characters[offset]
      if byte == UInt8(ascii: ".") && !seenPoint {
        seenPoint = true
      } else if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
        let (product, overflow) = digits.multipliedReportingOverflow(by: 10)
        let (sum, sumOverflow) = product.addingReportingOverflow(
          Int64(byte - UInt8(ascii: "0")))
        guard !overflow, !sumOverflow else { return nil }
        digits = sum
        seenDigit = true
        fractionDigits += seenPoint ? 1 : 0
      } else {
        break
      }
      offset += 1
    }
    let suffix = String(decoding: characters[offset...], as: UTF8.self)
    guard seenDigit, let scale = Self.scale(of: suffix) else { return nil }
    var value = digits
    for _ in 0..<scale.multiplications {
      let (product, overflow) = value.multipliedReportingOverflow(by: scale.base)
      guard !overflow else { return nil }
      value = product
    }
    // The value is in units of 10^exponent now; what remains is a power of ten.
    var exponent = scale.exponent + 3 - fractionDigits
    while exponent > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      value = product
      exponent -= 1
    }
    var isInexact = false
    while exponent < 0 {
      isInexact = isInexact || value % 10 != 0
      value /= 10
      exponent += 1
    }
    thousandths = value + (isInexact ? 1 : 0)
  }

  private struct Scale {
    var base: Int64 = 1
    var multiplications = 0
    var exponent = 0
  }

  private static func scale(of suffix: String) -> Scale? {
    switch suffix {
    case "": return Scale()
    case "m": return Scale(exponent: -3)
    case "k": return Scale(exponent: 3)
    case "M": return Scale(exponent: 6)
    case "G": return Scale(exponent: 9)
    case "T": return Scale(exponent: 12)
    case "P": return Scale(exponent: 15)
    case "E": return Scale(exponent: 18)
    case "Ki": return Scale(base: 1024, multiplications: 1)
    case "Mi": return Scale(base: 1024, multiplications: 2)
    case "Gi": return Scale(base: 1024, multiplications: 3)
    case "Ti": return Scale(base: 1024, multiplications: 4)
    case "Pi": return Scale(base: 1024, multiplications: 5)
    case "Ei": return Scale(base: 1024, multiplications: 6)
    default:
      guard let letter = suffix.first, letter == "e" || letter == "E",
        let exponent = Int(suffix.dropFirst()), exponent >= -18, exponent <= 18
      else { return nil }
      return Scale(exponent: exponent)
    }
  }
}
