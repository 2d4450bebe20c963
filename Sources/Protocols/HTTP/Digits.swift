import Base

/// The number that `text` writes in decimal digits only, or nil: no sign, no space, no overflow.
func decimal(_ text: Bytes) -> UInt64? {
  guard !text.isEmpty else { return nil }
  var value: UInt64 = 0
  for offset in 0..<text.count {
    let digit = text[offset] &- UInt8(ascii: "0")
    guard digit < 10 else { return nil }
    let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = scaled.addingReportingOverflow(UInt64(digit))
    if overflow || carry { return nil }
    value = sum
  }
  return value
}

/// The value of a hexadecimal digit, or nil.
func hexDigit(_ character: UInt8) -> UInt8? {
  switch character {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
  default: nil
  }
}
