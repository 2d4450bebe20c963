/// A place in a text, both from 1; columns count characters (Unicode scalars).
public struct TextPosition: Hashable, Comparable, Sendable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  public static func < (left: TextPosition, right: TextPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// Why a text is no YAML that has a JSON form, and where.
public struct YAMLError: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case notUTF8
    /// UTF-16 and UTF-32 are YAML too, and nobody's manifests.
    case otherEncoding
    case tooLong(limit: Int)
    case tooDeep(limit: Int)
    /// Aliases make more of the text than this many values.
    case tooManyValues(limit: Int)
    case controlCharacter(UInt8)
    /// A character that begins nothing: `@`, a backquote, a stray indicator.
    case cannotStart(UInt8)
    case tabIndents
    /// Something of a block where only the rest of a line may stand.
    case notHere(String)
    /// What was expected, and what stands there.
    case expected(String, found: String)
    /// The text ends within what began there.
    case unterminated(String, from: TextPosition)
    case unknownEscape(UInt8)
    case badEscape
    case duplicateKey(String, first: TextPosition)
    case unknownAnchor(String)
    case unknownTag(String)
    /// A value that its tag does not allow.
    case notOfTag(String, value: String)
    /// JSON has no such keys: maps, sequences, null.
    case keyIsNoScalar
    /// `.inf` and `.nan` have no JSON form.
    case notFinite(String)
    case unknownDirective(String)
    case badMerge
  }

  public let reason: Reason
  public let position: TextPosition

  public init(reason: Reason, position: TextPosition) {
    self.reason = reason
    self.position = position
  }
}

extension YAMLError: CustomStringConvertible {
  public var description: String {
    "line \(position.line), column \(position.column): \(reason.text)"
  }
}

extension YAMLError.Reason {
  /// What is wrong, without the place.
  public var text: String {
    switch self {
    case .notUTF8: "not UTF-8"
    case .otherEncoding: "expected UTF-8, found UTF-16 or UTF-32"
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .tooDeep(let limit): "nested deeper than \(limit)"
    case .tooManyValues(let limit): "aliases make it more than \(limit) values"
    case .controlCharacter(let byte): "control character \(byte)"
    case .cannotStart(let byte):
      "'\(Character(Unicode.Scalar(byte)))' cannot begin a value; put it in quotes"
    case .tabIndents: "expected spaces before the value, found a tab"
    case .notHere(let what): "\(what) cannot stand here; is the line indented as meant?"
    case .expected(let what, let found): "expected \(what), found \(found)"
    case .unterminated(let what, let from): "\(what) that began on line \(from.line) has no end"
    case .unknownEscape(let byte): "unknown escape \\\(Character(Unicode.Scalar(byte)))"
    case .badEscape: "an escape without its hexadecimal digits, or no character"
    case .duplicateKey(let name, let first):
      "the key \"\(name)\" comes twice, first on line \(first.line)"
    case .unknownAnchor(let name): "no anchor &\(name) before this alias"
    case .unknownTag(let tag):
      "unknown tag \(tag); expected !!str, !!int, !!float, !!bool, !!null, !!map or !!seq"
    case .notOfTag(let tag, let value): "\"\(value)\" is no \(tag)"
    case .keyIsNoScalar: "expected a text as key"
    case .notFinite(let text): "\(text) has no JSON form; put it in quotes if it is a text"
    case .unknownDirective(let name): "unknown directive %\(name); expected %YAML 1.1 or 1.2"
    case .badMerge: "expected a mapping, or a sequence of mappings, behind <<"
    }
  }
}
