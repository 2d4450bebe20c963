public import Base
import JSON
import Objects

/// Reads manifests, YAML or JSON, with any number of documents and lists in a file. Goes on after a
/// bad one, so that all that is wrong is told at once.
public struct ManifestReader: Sendable {
  /// Where an object goes that names no namespace.
  public let namespace: String
  /// The user named it: an object that says another is refused, as kubectl does.
  public let isNamespaceGiven: Bool
  /// In the order of the input.
  public private(set) var manifests: [Manifest] = []
  public private(set) var problems: [ManifestProblem] = []

  public init(namespace: String = "default", isNamespaceGiven: Bool = false) {
    self.namespace = namespace
    self.isNamespaceGiven = isNamespaceGiven
  }

  /// `file` names the text in problems.
  public mutating func read(_ text: Bytes, file: String) {
    let documents: [YAMLDocument]
    do throws(YAMLError) {
      documents = try YAMLDocument.documents(in: text)
    } catch {
      problems.append(
        ManifestProblem(file: file, position: error.position, text: error.reason.text))
      return
    }
    for document in documents where !document.value.isNull {
      read(document.value, Manifest.Source(file: file, positions: document.positions))
    }
  }

  private mutating func read(_ value: JSONValue, _ source: Manifest.Source) {
    guard case .object(let object) = value else {
      problems.append(
        ManifestProblem(source, "expected an object with apiVersion and kind, found \(value.type)"))
      return
    }
    guard let kind = text("kind", of: value, source) else { return }
    guard let apiVersion = text("apiVersion", of: value, source) else { return }
    if kind == "List" || kind.hasSuffix("List"), value["items"] != nil {
      return readList(value, source)
    }
    guard let known = knownKind(apiVersion, kind, source) else { return }
    guard fits(object, known, source) else { return }
    take(object, known, source)
  }

  /// Holds the object against its type, strictly: a field that the type does not have is most often
  /// a slip. What must be there, and which words a field may hold, the registry tells.
  private mutating func fits(
    _ object: JSONObject, _ kind: Kind, _ source: Manifest.Source
  ) -> Bool {
    guard let type = Schema.kubernetes.type(of: kind) else {
      preconditionFailure("the schema has no \(kind.name)")
    }
    let before = problems.count
    for problem in SchemaCheck.problems(in: object, type: type, requiresFields: false) {
      switch problem.reason {
      case .unknownField(let path):
        problems.append(
          ManifestProblem(source, path: problem.path, at: "unknown field \"\(path)\""))
      case .wrongType, .malformed:
        problems.append(
          ManifestProblem(
            source, path: problem.path, "expected \(problem.expected), found \(problem.found)"))
      case .missing, .unsupported: break
      }
    }
    return problems.count == before
  }

  private mutating func readList(_ list: JSONValue, _ source: Manifest.Source) {
    guard let items = list["items"]?.array else {
      problems.append(ManifestProblem(source, path: "items", "expected a sequence of objects"))
      return
    }
    for (index, item) in items.enumerated() {
      read(
        item,
        Manifest.Source(
          file: source.file, positions: source.positions.element(index, of: "items")))
    }
  }

  private mutating func text(
    _ name: String, of value: JSONValue, _ source: Manifest.Source
  ) -> String? {
    if let text = value[name]?.string, !text.isEmpty { return text }
    let found = value[name].map { ", found \($0.type)" } ?? ""
    let example = name == "kind" ? "Deployment" : "apps/v1"
    problems.append(
      ManifestProblem(
        source, path: value[name] == nil ? "" : name,
        "\(name) is not set: expected a text such as \(example)\(found)"))
    return nil
  }

  private mutating func knownKind(
    _ apiVersion: String, _ kind: String, _ source: Manifest.Source
  ) -> Kind? {
    if let known = Kind.kept(apiVersion: apiVersion, name: kind) { return known }
    let names = Kind.all.map { "\($0.apiVersion) \($0.name)" }.joined(separator: ", ")
    var path = "kind"
    var hint = "expected one of \(names)"
    if let other = Kind.all.first(where: { $0.name == kind }) {
      path = "apiVersion"
      hint = "expected \(other.apiVersion)"
    } else if let nearest = Spelling.nearest(to: kind, among: Kind.all.map(\.name)) {
      hint = "did you mean \(nearest)?"
    }
    problems.append(
      ManifestProblem(
        source, path: path,
        "no matches for kind \"\(kind)\" in version \"\(apiVersion)\": \(hint)"))
    return nil
  }

  private mutating func take(_ object: JSONObject, _ kind: Kind, _ source: Manifest.Source) {
    let meta = object["metadata"]
    guard let name = meta?["name"]?.string, !name.isEmpty else {
      problems.append(
        ManifestProblem(source, path: "metadata.name", "expected the object's name, found none"))
      return
    }
    var object = object
    var namespace = ""
    if kind.isNamespaced {
      let own = meta?["namespace"]?.string ?? ""
      if isNamespaceGiven, !own.isEmpty, own != self.namespace {
        problems.append(
          ManifestProblem(
            source, path: "metadata.namespace",
            "the namespace from the provided object \"\(own)\" does not match the namespace "
              + "\"\(self.namespace)\". You must pass '--namespace=\(own)' to perform this operation."
          ))
        return
      }
      namespace = own.isEmpty ? self.namespace : own
      object.edit("metadata") { $0["namespace"] = .string(namespace) }
    } else if meta?["namespace"] != nil {
      object.edit("metadata") { $0["namespace"] = nil }
    }
    // A key of the store is made of both: what is no name must not become part of one.
    for (path, text) in [("metadata.name", name), ("metadata.namespace", namespace)]
    where text.contains("/") {
      problems.append(
        ManifestProblem(source, path: path, "expected a name without '/', found \"\(text)\""))
      return
    }
    manifests.append(
      Manifest(kind: kind, namespace: namespace, name: name, json: object, source: source))
  }
}

extension JSONValue {
  /// For error texts.
  var type: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a text"
    case .array: "a sequence"
    case .object: "an object"
    }
  }
}
