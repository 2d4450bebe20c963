import Base
import JSON

/// The two parts of the generated text.
enum KubernetesText {
  static let resources = parts.resources
  static let types = parts.types

  private static let parts = split()

  private static func split() -> (resources: ArraySlice<UInt8>, types: ArraySlice<UInt8>) {
    let text = Bytes(kubernetesSchemaText).array
    let newline = UInt8(ascii: "\n")
    var offset = 0
    while !(text[offset] == newline && text[offset + 1] == newline) { offset += 1 }
    return (text[..<offset], text[(offset + 2)...])
  }
}

/// Reads the project's own schema text, which `schema/generate.py` checked: what does not fit is a
/// programmer error. `schema/types.txt` says what the lines mean.
enum SchemaReader {
  /// The words of each line; a line that goes on with the one above begins with an empty word.
  static func words(_ text: ArraySlice<UInt8>) -> some Sequence<[ArraySlice<UInt8>]> {
    text.split(separator: UInt8(ascii: "\n")).lazy.map {
      $0.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    }
  }

  static func types(of text: ArraySlice<UInt8>) -> [TypeSchema] {
    var types: [TypeSchema] = []
    var head: [ArraySlice<UInt8>] = []
    var fields: [FieldSchema] = []
    for words in words(text) {
      if words[0].isEmpty {
        fields.append(field(words))
      } else {
        if !head.isEmpty { types.append(type(head, fields)) }
        head = words
        fields = []
      }
    }
    types.append(type(head, fields))
    return types
  }

  private static func type(_ words: [ArraySlice<UInt8>], _ fields: [FieldSchema]) -> TypeSchema {
    var kinds: [String] = []
    var form = TypeSchema.Form.fields
    var isAtomic = false
    var isPublished = true
    var hasProtobuf = true
    var embedded: [TypeSchema.Embedded] = []
    var unions: [TypeSchema.Union] = []
    for word in words.dropFirst() {
      let (name, value) = option(word)
      switch name {
      case "kind": kinds.append(value)
      case "atomic": isAtomic = true
      case "unpublished": isPublished = false
      case "noproto": hasProtobuf = false
      case "form":
        guard let known = TypeSchema.Form(rawValue: value) else { fatal("form", word) }
        form = known
      case "embed":
        let parts = value.split(separator: ":")
        guard parts.count == 2, let number = Int(parts[0]) else { fatal("embedding", word) }
        embedded.append(TypeSchema.Embedded(number: number, type: String(parts[1])))
      case "union": unions.append(union(value))
      default: fatal("option", word)
      }
    }
    return TypeSchema(
      name: string(words[0]), kinds: kinds, form: form, isAtomic: isAtomic,
      isPublished: isPublished, hasProtobuf: hasProtobuf,
      fields: fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
      embedded: embedded, unions: unions)
  }

  private static func union(_ text: String) -> TypeSchema.Union {
    let parts = text.split(separator: ":")
    let members = parts[1].split(separator: ",").map { member in
      let pair = member.split(separator: ">")
      return TypeSchema.Union.Member(field: String(pair[0]), value: String(pair[1]))
    }
    return TypeSchema.Union(discriminator: String(parts[0]), members: members)
  }

  private static func field(_ words: [ArraySlice<UInt8>]) -> FieldSchema {
    var list: String?
    var options = FieldOptions()
    for (place, word) in words.enumerated().dropFirst(4) {
      let (name, value) = option(word)
      switch name {
      case "required": options.isRequired = true
      case "pointer": options.isPointer = true
      case "omitempty": options.omitsEmpty = true
      case "list": list = value
      case "keys": options.keys = texts(value)
      case "patch": options.patch = strategy(value)
      case "mergekey": options.mergeKey = value
      case "struct": options.isAtomic = value == "atomic"
      case "wire": options.wireType = value
      case "default": options.defaultValue = json(value)
      case "enum":
        // The last option: its values may hold spaces.
        let rest = words[place...].joined(separator: [UInt8(ascii: " ")])
        options.allowed = string(ArraySlice(rest)).dropFirst("enum=".count)
          .split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        return options.field(words, list: list)
      default: fatal("option", word)
      }
    }
    return options.field(words, list: list)
  }

  private struct FieldOptions {
    var isRequired = false
    var isPointer = false
    var omitsEmpty = false
    var keys: [String] = []
    var patch = FieldSchema.PatchStrategy()
    var mergeKey: String?
    var isAtomic: Bool?
    var wireType: String?
    var defaultValue: JSONValue?
    var allowed: [String] = []

    func field(_ words: [ArraySlice<UInt8>], list: String?) -> FieldSchema {
      FieldSchema(
        name: string(words[1]), type: valueType(words[2]), wire: wire(string(words[3])),
        wireType: wireType, isRequired: isRequired, isPointer: isPointer, omitsEmpty: omitsEmpty,
        list: list.map(listKind), isAtomic: isAtomic, patch: patch, mergeKey: mergeKey,
        defaultValue: defaultValue, allowed: allowed)
    }

    private func listKind(_ name: String) -> FieldSchema.ListKind {
      switch name {
      case "atomic": .atomic
      case "set": .set
      case "map": .map(keys: keys)
      default: preconditionFailure("schema: unknown kind of list \(name)")
      }
    }
  }

  private static func wire(_ text: String) -> FieldSchema.Wire {
    if text == "envelope" { return .envelope }
    if text == "-" { return .none }
    let numbers = text.split(separator: ".").map { part in
      guard let number = Int(part) else { preconditionFailure("schema: no number: \(text)") }
      return number
    }
    return numbers.count == 1 ? .number(numbers[0]) : .nested(numbers)
  }

  private static func valueType(_ text: ArraySlice<UInt8>) -> ValueType {
    if text.starts(with: "[]".utf8) { return .list(valueType(text.dropFirst(2))) }
    if text.starts(with: "map[]".utf8) { return .map(valueType(text.dropFirst(5))) }
    let name = string(text)
    switch name {
    case "string": return .string
    case "bytes": return .bytes
    case "int32": return .int32
    case "int64": return .int64
    case "double": return .double
    case "boolean": return .boolean
    case "any": return .any
    default: return .object(name)
    }
  }

  private static func strategy(_ text: String) -> FieldSchema.PatchStrategy {
    var strategy = FieldSchema.PatchStrategy()
    for name in texts(text) {
      switch name {
      case "merge": strategy.merges = true
      case "retainKeys": strategy.retainsKeys = true
      case "replace": strategy.replaces = true
      default: preconditionFailure("schema: unknown patch strategy \(name)")
      }
    }
    return strategy
  }

  private static func json(_ text: String) -> JSONValue {
    switch text {
    case "\"\"": return ""
    case "{}": return [:]
    default:
      do {
        return try JSONValue(parsing: Bytes(text))
      } catch {
        preconditionFailure("schema: a default is no JSON: \(text)")
      }
    }
  }

  // MARK: - Words

  /// `name=value`, or a name alone.
  static func option(_ word: ArraySlice<UInt8>) -> (name: String, value: String) {
    guard let sign = word.firstIndex(of: UInt8(ascii: "=")) else { return (string(word), "") }
    return (string(word[..<sign]), string(word[(sign + 1)...]))
  }

  static func texts(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

  static func string(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  static func fatal(_ what: String, _ word: ArraySlice<UInt8>) -> Never {
    preconditionFailure("schema: unknown \(what) in \(string(word))")
  }
}
