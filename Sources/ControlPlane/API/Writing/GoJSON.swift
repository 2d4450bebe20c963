import JSON

/// The words of Go's encoding/json, which users know from Kubernetes.
enum GoJSON {
  static func text(of error: JSONError) -> String {
    switch error.reason {
    case .unexpectedEnd: "unexpected end of JSON input"
    case .unexpectedByte(let byte):
      "invalid character \(quoted(byte)) looking for beginning of value"
    case .trailingBytes, .invalidNumber, .invalidEscape, .loneSurrogate, .controlCharacter,
      .invalidUTF8, .duplicateMember, .tooDeep, .tooLong:
      "\(error)"
    }
  }

  static func kind(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  private static func quoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"): #"'\''"#
    case 0x20..<0x7F: "'\(Character(Unicode.Scalar(byte)))'"
    default: "'\\x\(String(byte >> 4, radix: 16))\(String(byte & 0xF, radix: 16))'"
    }
  }
}
