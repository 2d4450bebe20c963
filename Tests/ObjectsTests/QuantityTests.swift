import Base
import JSON
import Testing

@testable import Objects

@Suite struct `Quantities` {
  /// What Kubernetes 1.33 stored for each; the last ones are resource.Quantity's documented rules.
  @Test(arguments: [
    ("1000m", "1"), ("1024Mi", "1Gi"), ("0.5", "500m"), ("1.5Gi", "1536Mi"), ("100000000", "100M"),
    ("1e3", "1e3"), ("0", "0"), ("-0", "0"), ("0Gi", "0"), ("1Ki", "1Ki"), ("1.5Ki", "1536"),
    ("1000Ki", "1000Ki"), ("0.5Ki", "512"), ("0.0001", "100u"), ("1n", "1n"), ("0.1n", "1n"),
    ("1.1n", "2n"), ("-0.1n", "-1n"), ("1000000k", "1G"), ("-1.5Gi", "-1536Mi"), ("+1", "1"),
    ("1E", "1E"), ("1000E", "1000E"), ("12e6", "12e6"), ("1200e4", "12e6"), ("1E3", "1e3"),
    ("1e-3", "1e-3"), ("100e-3", "100e-3"), ("1e0", "1"), (".5", "500m"), ("5.", "5"),
    ("0.001Ki", "1024m"), ("1.01Ki", "1034240m"), ("100Ei", "9223372036854775807"),
    ("99999999999999999999Ki", "9223372036854775807"), ("1e+3", "1e3"), ("000012", "12"),
    ("1e-99", "1e-9"),
  ])
  func `the canonical form`(text: String, canonical: String) {
    #expect(Quantity(text)?.description == canonical)
  }

  @Test(arguments: [
    "", ".", "Mi", "1mi", "1 Mi", " 1", "1 ", "0x10", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu",
    ".5i", "1i", "-3.01i", "-3.01e-", "1e", "1e1.5", "1KI", "1K", "--1", "+-1", "1e99",
    "999999999999999999999999999999999999999999",
  ])
  func `a text that is none`(text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test func `whole and milli values round away from zero`() {
    #expect(Quantity("1.0001")?.value == 2)
    #expect(Quantity("1.0001")?.milliValue == 1001)
    #expect(Quantity("-1.0001")?.value == -2)
    #expect(Quantity("0.0001")?.milliValue == 1)
    #expect(Quantity("123Mi")?.value == 128_974_848)
    #expect(Quantity("1000E")?.value == Int64.max)
    #expect(Quantity("-1000E")?.milliValue == Int64.min)
    #expect(Quantity("0.0001")?.roundedToMilli.description == "1m")
    #expect(Quantity("-0.0001")?.roundedToMilli.description == "-1m")
    #expect(Quantity("1.5")?.roundedToMilli.description == "1500m")
  }

  @Test func `sums keep the left format and tell when they do not fit`() throws {
    let gibibyte = try #require(Quantity("1Gi"))
    #expect(gibibyte.adding(gibibyte)?.description == "2Gi")
    #expect(Quantity.zero.adding(gibibyte)?.description == "1Gi")
    #expect(gibibyte.subtracting(try #require(Quantity("512Mi")))?.description == "512Mi")
    #expect(Quantity(2).subtracting(Quantity(milli: 2500))?.description == "-500m")
    let huge = try #require(Quantity("100000000000E"))
    #expect(huge.adding(huge) == nil)
    #expect(Quantity("1024Mi") == gibibyte)
    #expect(Quantity("1025Mi").map { $0 > gibibyte } == true)
  }

  @Test func `read from JSON`() {
    #expect(Quantity(json: 2)?.description == "2")
    #expect(Quantity(json: .string("2k"))?.description == "2k")
    #expect(Quantity(json: .bool(true)) == nil)
    #expect(Quantity(json: .null) == nil)
    #expect(Quantity(json: nil) == nil)
  }

  /// Random texts against integer arithmetic on the same digits.
  @Test func `decimal values against whole numbers`() throws {
    var random = PRNG(seed: 7)
    let suffixes = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9]
    for _ in 0..<2_000 {
      let mantissa = Int128(random.below(1_000_000))
      let fractionDigits = random.below(6)
      var digits = String(mantissa)
      while digits.count <= fractionDigits { digits = "0" + digits }
      if fractionDigits > 0 {
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -fractionDigits))
      }
      let name = suffixes.keys.sorted()[random.below(suffixes.count)]
      let power = try #require(suffixes[name]) - fractionDigits
      // In units of 10^-15, where every one of these is whole.
      var scaled = mantissa
      for _ in 0..<(15 + power) { scaled *= 10 }
      let nanos = (scaled + 999_999) / 1_000_000
      let quantity = try #require(Quantity(digits + name))
      #expect(quantity.milliValue == Int64((nanos + 999_999) / 1_000_000))
      #expect(quantity.value == Int64((nanos + 999_999_999) / 1_000_000_000))
      let again = try #require(Quantity(quantity.description))
      #expect(again == quantity)
      #expect(again.description == quantity.description)
    }
  }

  @Test func `random texts never trap, and print as themselves again`() {
    var random = PRNG(seed: 11)
    let alphabet = Array("0123456789.+-eEinumkKMGTP ")
    var read = 0
    for _ in 0..<20_000 {
      let text = String((0..<random.below(12)).map { _ in alphabet[random.below(alphabet.count)] })
      guard let quantity = Quantity(text) else { continue }
      read += 1
      #expect(Quantity(quantity.description) == quantity, "\(text)")
    }
    #expect(read > 1_000)
  }
}

@Suite struct `Numbers or texts` {
  /// intstr.GetScaledValueFromIntOrPercent, and the examples of maxSurge and maxUnavailable.
  @Test(arguments: [
    ("25%", 10, 3, 2), ("25%", 4, 1, 1), ("25%", 1, 1, 0), ("0%", 9, 0, 0), ("100%", 7, 7, 7),
    ("150%", 3, 5, 4), ("30%", 10, 3, 3), ("1%", 1000, 10, 10), ("-10%", 15, -1, -2),
  ])
  func `a percentage`(text: String, total: Int64, up: Int64, down: Int64) {
    #expect(IntOrString.string(text).scaled(of: total, rounding: .up) == up)
    #expect(IntOrString.string(text).scaled(of: total, rounding: .down) == down)
  }

  @Test(arguments: ["", "%", "a%", "25", "2.5%", "9223372036854775807%", "http"])
  func `a text that is none`(text: String) {
    #expect(IntOrString.string(text).scaled(of: 3, rounding: .up) == nil)
  }

  @Test func `read from JSON and written again`() {
    #expect(IntOrString(json: 5) == .int(5))
    #expect(IntOrString(json: "http") == .string("http"))
    #expect(IntOrString(json: 2_147_483_648) == nil)
    #expect(IntOrString(json: true) == nil)
    #expect(IntOrString(json: nil) == nil)
    #expect(IntOrString.int(5).json == 5)
    #expect(IntOrString.int(7).scaled(of: 3, rounding: .down) == 7)
  }
}
