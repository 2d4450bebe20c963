import Base

extension JSONValue {
  /// The value as YAML in block style, as kubectl prints it: two spaces a level, sequences in their
  /// mapping's own column. Ends with a line break.
  public var yaml: String {
    var buffer = ByteBuffer()
    writeYAML(into: &buffer, level: 0, isFirst: true)
    return buffer.take().text
  }

  /// `isFirst`: the value begins where the buffer is, behind `- ` or at the start of the text.
  private func writeYAML(into buffer: inout ByteBuffer, level: Int, isFirst: Bool) {
    switch self {
    case .null: buffer.write("null\n")
    case .bool(let flag): buffer.write(flag ? "true\n" : "false\n")
    case .number(let number): buffer.write(number.text + "\n")
    case .string(let text): buffer.writeYAML(text: text, level: level)
    case .array(let elements):
      if elements.isEmpty { buffer.write("[]\n") }
      for (place, element) in elements.enumerated() {
        if place > 0 || !isFirst { buffer.indent(level) }
        buffer.write("- ")
        element.writeYAML(into: &buffer, level: level + 1, isFirst: true)
      }
    case .object(let object):
      if object.isEmpty { buffer.write("{}\n") }
      for (place, member) in object.members.enumerated() {
        if place > 0 || !isFirst { buffer.indent(level) }
        buffer.writeYAML(key: member.name)
        member.value.writeYAMLMember(into: &buffer, level: level)
      }
    }
  }

  /// Behind a key and its colon.
  private func writeYAMLMember(into buffer: inout ByteBuffer, level: Int) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      buffer.write("\n")
      writeYAML(into: &buffer, level: level, isFirst: false)
    case .object(let object) where !object.isEmpty:
      buffer.write("\n")
      writeYAML(into: &buffer, level: level + 1, isFirst: false)
    case .null, .bool, .number, .string, .array, .object:
      buffer.write(" ")
      writeYAML(into: &buffer, level: level + 1, isFirst: true)
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func indent(_ level: Int) {
    for _ in 0..<level { write("  ") }
  }

  fileprivate mutating func writeYAML(key: String) {
    if key.isPlainYAML, key.utf8.count < 128 { write(key) } else { writeYAML(quoted: key) }
    write(":")
  }

  /// As a plain text, a block of lines or a quoted text, whichever says it.
  fileprivate mutating func writeYAML(text: String, level: Int) {
    if text.isPlainYAML {
      write(text)
      write("\n")
    } else if text.isYAMLBlock {
      writeYAML(block: text, level: level)
    } else {
      writeYAML(quoted: text)
      write("\n")
    }
  }

  private mutating func writeYAML(block text: String, level: Int) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    write("|")
    if lines.last?.isEmpty == true {
      lines.removeLast()
      // A block's own line break is one; more of them need to be kept.
      if lines.last?.isEmpty == true { write("+") }
    } else {
      write("-")
    }
    write("\n")
    for line in lines {
      if !line.isEmpty {
        indent(max(level, 1))
        write(String(line))
      }
      write("\n")
    }
  }

  /// JSON's strings are YAML's too.
  private mutating func writeYAML(quoted text: String) {
    write(jsonString: text)
  }
}

extension String {
  /// Whether the text, without quotes, is read as this text.
  fileprivate var isPlainYAML: Bool {
    guard let first = utf8.first, let last = utf8.last, first != 0x20, last != 0x20 else {
      return false
    }
    var before: UInt8 = 0
    for byte in utf8 {
      // Beyond ASCII lie characters that some readers take for line breaks.
      guard byte >= 0x20, byte < 0x7F else { return false }
      if before == UInt8(ascii: ":"), byte == 0x20 { return false }
      if before == 0x20, byte == UInt8(ascii: "#") { return false }
      before = byte
    }
    if last == UInt8(ascii: ":") || self == "---" || self == "..." || self == "=" { return false }
    if hasPrefix("--- ") || hasPrefix("... ") { return false }
    if ",[]{}#&*!|>'\"%@`".utf8.contains(first) { return false }
    if "-?:".utf8.contains(first), utf8.count == 1 || utf8.dropFirst().first == 0x20 {
      return false
    }
    return !looksLikeTime && YAMLTag.isText(self)
  }

  /// Dates, times and base-60 numbers: other readers take them for such.
  private var looksLikeTime: Bool {
    guard let first = utf8.first, first < UInt8(ascii: ":"), first >= UInt8(ascii: "+") else {
      return false
    }
    return utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: ":")).contains(byte) || "-+._TtZz ".utf8.contains(byte)
    } && utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Several lines that a block scalar keeps as they are.
  fileprivate var isYAMLBlock: Bool {
    guard utf8.contains(0x0A), first != "\n" else { return false }
    // A line of spaces alone, or a first line that begins with them, needs more care than it is
    // worth.
    return !hasPrefix(" ") && !utf8.contains { $0 < 0x20 && $0 != 0x0A || $0 >= 0x7F }
      && !split(separator: "\n", omittingEmptySubsequences: true).contains {
        $0.utf8.allSatisfy { $0 == 0x20 } || $0.hasSuffix(" ")
      }
  }
}
