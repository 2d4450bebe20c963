public import Base

/// Names and uids that the registry gives.
public enum ObjectNames {
  /// Kubernetes' alphabet: no vowels, so that no words come out, and nothing that looks alike.
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
  private static let suffixLength = 5
  /// A generated name is a DNS label: 63 characters at most.
  private static let baseMax = 63 - suffixLength

  /// `base` and five characters; a longer base is cut (apiserver names.SimpleNameGenerator).
  public static func generated(_ base: String, _ random: inout PRNG) -> String {
    var name = String(decoding: base.utf8.prefix(baseMax), as: UTF8.self)
    for _ in 0..<suffixLength { name.append(alphabet[random.below(alphabet.count)]) }
    return name
  }

  /// A random UUID in its text form (RFC 9562 version 4).
  public static func uid(_ random: inout PRNG) -> String {
    let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = Array((Hex.digits(high) + Hex.digits(low)).utf8)
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for (place, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
      text.append(digit)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// `<object>.<16 hexadecimal digits>`, within the 253 characters of a name.
  static func event(of object: String, _ random: inout PRNG) -> String {
    var base = Array(object.utf8.prefix(253 - 17))
    while let last = base.last, last == UInt8(ascii: ".") || last == UInt8(ascii: "-") {
      base.removeLast()
    }
    return String(decoding: base, as: UTF8.self) + "." + Hex.digits(random.next())
  }
}
