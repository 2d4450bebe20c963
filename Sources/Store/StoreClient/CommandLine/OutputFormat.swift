import Base
import JSON

/// etcdctl's `--write-out`.
enum OutputFormat: String, Hashable, Sendable {
  case simple, json, fields, table, protobuf

  /// - Throws: what etcdctl says of a format that it does not know.
  init(parsing text: String) throws(CommandFailure) {
    guard let format = OutputFormat(rawValue: text) else {
      throw CommandFailure(
        .badFeature, "unsupported output format",
        hint: "--write-out takes simple, json, fields, table or protobuf, not \"\(text)\".")
    }
    self = format
  }

  var unsupported: CommandFailure {
    CommandFailure(.badFeature, "\(rawValue) not supported as output format")
  }
}

/// How values are shown.
struct OutputStyle: Hashable, Sendable {
  var format: OutputFormat = .simple
  /// `--hex`: keys and values as `\x61\x62` where the format is simple.
  var isHex = false
  /// `--print-value-only`
  var valueOnly = false
  /// Standard output is a terminal: a value that is a JSON document is laid out for reading.
  var isTerminal = false
}

extension ByteBuffer {
  mutating func writeLine(_ text: String) {
    write(text)
    write(UInt8(ascii: "\n"))
  }

  mutating func writeLine(_ bytes: Bytes) {
    write(bytes)
    write(UInt8(ascii: "\n"))
  }

  /// One line of JSON, with what Go escapes beyond RFC 8259: `<`, `>`, `&`, which can stand only
  /// within strings.
  mutating func writeLine(goJSON value: JSONValue) {
    let text = value.text()
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): write("\\u003c")
      case UInt8(ascii: ">"): write("\\u003e")
      case UInt8(ascii: "&"): write("\\u0026")
      default: write(byte)
      }
    }
    write(UInt8(ascii: "\n"))
  }
}
