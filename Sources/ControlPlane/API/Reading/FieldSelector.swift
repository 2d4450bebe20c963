import Objects

/// Which fields an object must have (apimachinery fields.ParseSelector): `a=b,c!=d`.
struct FieldSelector: Hashable, Sendable {
  /// All must hold.
  private let terms: [Term]

  struct Term: Hashable, Sendable {
    let field: Field
    let isEqual: Bool
    let value: String
  }

  enum Field: Hashable, Sendable {
    case name
    case namespace
    /// Among the kind's selectable fields.
    case place(Int)
  }

  static let everything = FieldSelector(terms: [])

  private init(terms: [Term]) {
    self.terms = terms
  }

  /// Throws 400 for what is no selector, and for a field that the kind has no selector of.
  init(parsing text: String, of kind: Kind) throws(APIStatus) {
    let selectable = SelectableFields[kind]
    var terms: [Term] = []
    for part in Self.parts(of: text) where !part.isEmpty {
      guard let (label, isEqual, value) = Self.sides(of: part) else {
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      terms.append(
        Term(
          field: try Self.field(label, selectable), isEqual: isEqual,
          value: try Self.unescaped(value)))
    }
    self.terms = terms
  }

  var isEverything: Bool { terms.isEmpty }

  /// The one name that an object can have.
  var name: String? { required(.name) }
  var namespace: String? { required(.namespace) }

  /// The one value that a field of the kind can have.
  func required(_ label: String, of kind: Kind) -> String? {
    SelectableFields[kind].place(of: label).flatMap { required(.place($0)) }
  }

  private func required(_ field: Field) -> String? {
    terms.first { $0.field == field && $0.isEqual }?.value
  }

  /// `value`: of the kind's field at a place.
  func matches(_ key: ObjectKey, _ value: (Int) -> String) -> Bool {
    terms.allSatisfy { term in
      let own =
        switch term.field {
        case .name: key.name
        case .namespace: key.namespace
        case .place(let place): value(place)
        }
      return (own == term.value) == term.isEqual
    }
  }

  // MARK: - Reading

  private static func field(
    _ label: String, _ selectable: SelectableFields
  ) throws(APIStatus) -> Field {
    switch label {
    case "metadata.name": return .name
    case "metadata.namespace": return .namespace
    default:
      guard let place = selectable.place(of: label) else {
        throw .badRequest("field label not supported: \(label)")
      }
      return .place(place)
    }
  }

  /// Between commas that no backslash goes before.
  private static func parts(of text: String) -> [String] {
    var parts: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: ","), !isEscaped {
        parts.append([])
        continue
      }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      parts[parts.count - 1].append(byte)
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  /// At the first of `!=`, `==`, `=`.
  private static func sides(of part: String) -> (String, isEqual: Bool, String)? {
    let bytes = Array(part.utf8)
    var place = 0
    while place < bytes.count {
      let next = place + 1 < bytes.count ? bytes[place + 1] : 0
      let (length, isEqual): (Int, Bool)
      switch (bytes[place], next) {
      case (UInt8(ascii: "\\"), _):
        place += 2
        continue
      case (UInt8(ascii: "!"), UInt8(ascii: "=")): (length, isEqual) = (2, false)
      case (UInt8(ascii: "="), UInt8(ascii: "=")): (length, isEqual) = (2, true)
      case (UInt8(ascii: "="), _): (length, isEqual) = (1, true)
      default:
        place += 1
        continue
      }
      return (
        String(decoding: bytes[..<place], as: UTF8.self), isEqual,
        String(decoding: bytes[(place + length)...], as: UTF8.self)
      )
    }
    return nil
  }

  /// A backslash stands before a backslash, a comma and an equals sign.
  private static func unescaped(_ text: String) throws(APIStatus) -> String {
    var unescaped: [UInt8] = []
    var isEscaped = false
    for byte in text.utf8 {
      let isSign = byte == UInt8(ascii: ",") || byte == UInt8(ascii: "=")
      if isEscaped {
        guard isSign || byte == UInt8(ascii: "\\") else {
          throw .badRequest(
            "invalid field selector: invalid escape sequence: "
              + "\\\(String(decoding: [byte], as: UTF8.self))")
        }
        unescaped.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        if isSign {
          throw .badRequest("invalid field selector: unescaped character in value: \(byte)")
        }
        unescaped.append(byte)
      }
    }
    if isEscaped { throw .badRequest("invalid field selector: invalid escape sequence: \\") }
    return String(decoding: unescaped, as: UTF8.self)
  }
}

/// Which objects of a kind are meant.
struct ObjectSelector: Hashable, Sendable {
  var labels = LabelSelector.everything
  var fields = FieldSelector.everything

  var isEverything: Bool { labels.isEverything && fields.isEverything }

  func matches(_ object: StoredObject) -> Bool {
    guard let key = object.objectKey else { return false }
    if !labels.isEverything, !labels.matches(object.meta.labels) { return false }
    if fields.isEverything { return true }
    let selectable = SelectableFields[key.kind]
    let json = object.json
    return fields.matches(key) { selectable.fields[$0].value(in: json) }
  }

  func matches(_ key: ObjectKey, _ facts: SelectableFacts) -> Bool {
    if !labels.isEverything, !labels.matches(facts.labels) { return false }
    return fields.isEverything || fields.matches(key) { facts.fields[$0] }
  }
}

/// What selectors ask of an object, kept when the object itself is not.
struct SelectableFacts: Hashable, Sendable {
  let labels: [String: String]
  /// One for each of the kind's selectable fields.
  let fields: [String]

  init(_ object: StoredObject, _ selectable: SelectableFields) {
    labels = object.meta.labels
    fields = selectable.values(of: object.json)
  }
}
