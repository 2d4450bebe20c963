/// Why a text is no JSON, and where.
public struct JSONError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case unexpectedEnd
    /// A byte that cannot stand here.
    case unexpectedByte(UInt8)
    /// Something other than white space behind the value.
    case trailingBytes
    case invalidNumber
    /// A backslash and something that it does not escape.
    case invalidEscape
    /// `\u` with half of a surrogate pair.
    case loneSurrogate
    /// A control character within a string must be escaped.
    case controlCharacter(UInt8)
    case invalidUTF8
    case duplicateMember(String)
    /// Arrays and objects lie deeper in each other than the limit.
    case tooDeep(limit: Int)
    /// The text has more bytes than the limit.
    case tooLong(limit: Int)
  }

  public let reason: Reason
  /// From 1.
  public let line: Int
  /// From 1, in characters (Unicode scalars).
  public let column: Int

  public init(reason: Reason, line: Int, column: Int) {
    self.reason = reason
    self.line = line
    self.column = column
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "line \(line), column \(column): \(reason.text)" }
}

extension JSONError.Reason {
  fileprivate var text: String {
    switch self {
    case .unexpectedEnd: "the text ends too early"
    case .unexpectedByte(let byte) where byte > 0x20 && byte < 0x7F:
      "unexpected character '\(Character(Unicode.Scalar(byte)))'"
    case .unexpectedByte(let byte): "unexpected byte \(byte)"
    case .trailingBytes: "more text behind the value"
    case .invalidNumber: "not a number"
    case .invalidEscape: "unknown escape"
    case .loneSurrogate: "half of a surrogate pair"
    case .controlCharacter(let byte): "control character \(byte) in a string"
    case .invalidUTF8: "not UTF-8"
    case .duplicateMember(let name): "the member \"\(name)\" comes twice"
    case .tooDeep(let limit): "nested deeper than \(limit)"
    case .tooLong(let limit): "longer than \(limit) bytes"
    }
  }
}
