import JSON
import Objects

/// Walks an object and collects what is wrong with it, each with the path of its field, in
/// Kubernetes' words (apimachinery field.ErrorList, apis/core/validation).
///
/// Fields of another type than their own count as absent: the schema's check tells of them. Paths
/// are kept as parts and put together only for an error, because most objects have none.
struct Validator {
  /// At most `errorsMax`: nobody reads more, and an object can be wrong in very many places.
  private(set) var errors: [FieldError] = []
  private static let errorsMax = 256
  private var path: [Part] = []
  /// The version that the writer of a new object speaks: few rules differ by it.
  var apiVersion = ""

  private enum Part {
    case field(String)
    case index(Int)
    case key(String)
  }

  // MARK: - Where

  /// Looks at a member of the present field.
  mutating func within(_ field: String, _ body: (inout Validator) -> Void) {
    path.append(.field(field))
    body(&self)
    path.removeLast()
  }

  /// Looks at an entry of a map.
  mutating func within(key: String, _ body: (inout Validator) -> Void) {
    path.append(.key(key))
    body(&self)
    path.removeLast()
  }

  /// Looks at the member, where it is an object.
  mutating func ifObject(
    _ field: String, of parent: JSONObject, _ body: (inout Validator, JSONObject) -> Void
  ) {
    guard case .object(let object)? = parent[field] else { return }
    within(field) { body(&$0, object) }
  }

  /// Looks at each element of a list; one that is no object counts as empty.
  mutating func each(
    _ field: String, of parent: JSONObject, _ body: (inout Validator, JSONObject, Int) -> Void
  ) {
    guard case .array(let elements)? = parent[field], !elements.isEmpty else { return }
    path.append(.field(field))
    for (place, element) in elements.enumerated() {
      path.append(.index(place))
      body(&self, element.object ?? JSONObject(), place)
      path.removeLast()
    }
    path.removeLast()
  }

  /// Looks at each text of a list.
  mutating func eachText(
    _ field: String, of parent: JSONObject, _ body: (inout Validator, String) -> Void
  ) {
    guard case .array(let elements)? = parent[field] else { return }
    path.append(.field(field))
    for (place, element) in elements.enumerated() {
      guard let text = element.string else { continue }
      path.append(.index(place))
      body(&self, text)
      path.removeLast()
    }
    path.removeLast()
  }

  // MARK: - What

  /// An error of the present field, or of its member `field`; `value` as Go prints it.
  mutating func report(
    _ type: FieldError.ErrorType, _ field: String? = nil, value: String? = nil,
    _ detail: String = ""
  ) {
    guard errors.count < Self.errorsMax else { return }
    errors.append(FieldError(path: pathText(field), type: type, value: value, detail: detail))
  }

  mutating func required(_ field: String? = nil, _ detail: String = "") {
    report(.required, field, detail)
  }

  mutating func forbidden(_ field: String? = nil, _ detail: String) {
    report(.forbidden, field, detail)
  }

  mutating func invalid(_ field: String? = nil, _ text: String, _ detail: String) {
    report(.invalid, field, value: GoText.quoted(text), detail)
  }

  mutating func invalid(_ field: String? = nil, _ number: Int64, _ detail: String) {
    report(.invalid, field, value: String(number), detail)
  }

  /// One error for each complaint about the text.
  mutating func invalid(_ field: String? = nil, _ text: String, _ complaints: [String]) {
    for complaint in complaints { invalid(field, text, complaint) }
  }

  mutating func duplicate(_ field: String? = nil, _ text: String) {
    report(.duplicate, field, value: GoText.quoted(text))
  }

  mutating func unsupported(_ field: String? = nil, _ value: String, _ supported: [String]) {
    report(.unsupported, field, value: GoText.quoted(value), Self.supported(supported))
  }

  static func supported(_ values: [String]) -> String {
    "supported values: " + values.map(GoText.quoted).joined(separator: ", ")
  }

  // MARK: - Often asked

  /// A text that is one of these, where the field is there.
  mutating func oneOf(_ supported: [String], _ field: String, of parent: JSONObject) {
    guard let text = parent[field]?.string, !supported.contains(text) else { return }
    unsupported(field, text, supported)
  }

  /// A text that is one of these; defaults have filled it, so that only nonsense leaves it empty.
  mutating func requiredOneOf(_ supported: [String], _ field: String, of parent: JSONObject) {
    let text = parent[field]?.string ?? ""
    if text.isEmpty { required(field) } else { oneOf(supported, field, of: parent) }
  }

  mutating func nonnegative(_ field: String, of parent: JSONObject) {
    guard let number = parent[field]?.int64, number < 0 else { return }
    invalid(field, number, "must be greater than or equal to 0")
  }

  private func pathText(_ last: String?) -> String {
    var text = ""
    for part in path {
      switch part {
      case .field(let name): text += text.isEmpty ? name : ".\(name)"
      case .index(let place): text += "[\(place)]"
      case .key(let key): text += "[\(key)]"
      }
    }
    guard let last else { return text }
    return text.isEmpty ? last : "\(text).\(last)"
  }
}

/// Values as Go's `%q` and `%#v` print them, which Kubernetes' messages show.
public enum GoText {
  public static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// `map[string]string{"a":"b"}`, by key.
  static func map(_ value: JSONValue?) -> String {
    guard let members = value?.object?.members else { return "map[string]string(nil)" }
    let entries = members.compactMap { member in
      member.value.string.map { (member.name, $0) }
    }
    let texts = entries.sorted { $0.0 < $1.0 }.map { "\(quoted($0.0)):\(quoted($0.1))" }
    return "map[string]string{\(texts.joined(separator: ", "))}"
  }

  static func intOrString(_ value: IntOrString) -> String {
    switch value {
    case .int(let number): "intstr.IntOrString{Type:0, IntVal:\(number), StrVal:\"\"}"
    case .string(let text): "intstr.IntOrString{Type:1, IntVal:0, StrVal:\(quoted(text))}"
    }
  }

  /// Go prints a number beside the text; nobody may rely on it.
  static func quantity(_ quantity: Quantity) -> String {
    "resource.Quantity{s:\(quoted(quantity.description))}"
  }

  /// Go prints a struct's fields; ours are its JSON. Nobody may rely on either.
  static func structure(_ name: String, _ value: JSONValue?) -> String {
    name + JSONValue.object(value?.object ?? JSONObject()).text()
  }
}
