public import JSON
public import Objects

/// One object of a manifest: what a user wants, and where it is written.
public struct Manifest: Sendable {
  public let kind: Kind
  /// Empty for kinds without namespaces.
  public let namespace: String
  public let name: String
  /// As it was written, with its namespace.
  public let json: JSONObject
  public let source: Source

  /// The text that an object was read from.
  public struct Source: Sendable {
    /// As the user named it; `-` is the standard input.
    public let file: String
    public let positions: FieldPositions
  }

  public var key: ObjectKey { ObjectKey(kind, namespace: namespace, name: name) }
}

/// Why a manifest is refused: file, line, path and what was expected.
public struct ManifestProblem: Error, Hashable, Sendable {
  public var file: String
  public var position: TextPosition
  /// The field; empty where the object as a whole is meant.
  public var path: String
  public var text: String

  public init(file: String, position: TextPosition, path: String = "", text: String) {
    self.file = file
    self.position = position
    self.path = path
    self.text = text
  }

  /// The text names the field itself.
  init(_ source: Manifest.Source, path: String, at text: String) {
    self.init(file: source.file, position: source.positions.position(of: path), text: text)
  }

  init(_ source: Manifest.Source, path: String = "", _ text: String) {
    self.init(
      file: source.file, position: source.positions.position(of: path), path: path, text: text)
  }
}

extension ManifestProblem: CustomStringConvertible {
  /// `web.yaml:5:3: spec.replicas: expected a whole number`
  public var description: String {
    let place = "\(file == "-" ? "standard input" : file):\(position.line):\(position.column): "
    return place + (path.isEmpty ? "" : path + ": ") + text
  }
}

extension Rejection {
  /// The problems of a manifest that the registry refuses: one for each bad field, at its line.
  public func problems(of manifest: Manifest) -> [ManifestProblem] {
    guard case .invalid(let kind, let name, let errors) = self else {
      return [ManifestProblem(manifest.source, message)]
    }
    return errors.map { error in
      ManifestProblem(
        file: manifest.source.file,
        position: manifest.source.positions.position(of: error.path),
        text: "\(kind.qualifiedName) \"\(name)\" is invalid: \(error.description)")
    }
  }
}
