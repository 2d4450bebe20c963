public import Base

/// How a value is laid out as text.
public enum JSONStyle: Hashable, Sendable {
  /// No white space at all.
  case compact
  /// One member or element a line, two spaces a level; no line break at the end.
  case indented
}

extension JSONValue {
  /// Writes the value as JSON text: UTF-8, escaping only what RFC 8259 section 7 asks for.
  public func write(into buffer: inout ByteBuffer, style: JSONStyle = .compact) {
    switch style {
    case .compact: write(into: &buffer, level: nil)
    case .indented: write(into: &buffer, level: 0)
    }
  }

  /// The value as JSON text.
  public func text(_ style: JSONStyle = .compact) -> String {
    var buffer = ByteBuffer()
    write(into: &buffer, style: style)
    return buffer.take().text
  }

  /// `level`: nil for compact.
  private func write(into buffer: inout ByteBuffer, level: Int?) {
    switch self {
    case .null: buffer.write("null")
    case .bool(true): buffer.write("true")
    case .bool(false): buffer.write("false")
    case .number(let number): buffer.write(number.text)
    case .string(let text): buffer.write(jsonString: text)
    case .array(let elements):
      buffer.write(UInt8(ascii: "["))
      for (place, element) in elements.enumerated() {
        buffer.separate(place, level)
        element.write(into: &buffer, level: level.map { $0 + 1 })
      }
      if !elements.isEmpty { buffer.breakLine(level) }
      buffer.write(UInt8(ascii: "]"))
    case .object(let object):
      buffer.write(UInt8(ascii: "{"))
      for (place, member) in object.members.enumerated() {
        buffer.separate(place, level)
        buffer.write(jsonString: member.name)
        buffer.write(level == nil ? ":" : ": ")
        member.value.write(into: &buffer, level: level.map { $0 + 1 })
      }
      if !object.isEmpty { buffer.breakLine(level) }
      buffer.write(UInt8(ascii: "}"))
    }
  }
}

extension ByteBuffer {
  /// Writes `text` as a JSON string with its quotes.
  public mutating func write(jsonString text: String) {
    write(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        write(UInt8(ascii: "\\"))
        write(byte)
      case 0x08: write("\\b")
      case 0x09: write("\\t")
      case 0x0A: write("\\n")
      case 0x0C: write("\\f")
      case 0x0D: write("\\r")
      case 0..<0x20:
        write("\\u00")
        write(hexDigit(byte >> 4))
        write(hexDigit(byte & 0xF))
      default: write(byte)
      }
    }
    write(UInt8(ascii: "\""))
  }

  private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// What stands before the element at `place`.
  fileprivate mutating func separate(_ place: Int, _ level: Int?) {
    if place > 0 { write(UInt8(ascii: ",")) }
    breakLine(level.map { $0 + 1 })
  }

  fileprivate mutating func breakLine(_ level: Int?) {
    guard let level else { return }
    write(UInt8(ascii: "\n"))
    for _ in 0..<level { write("  ") }
  }
}
