import Base

/// What types and their fields are, a sentence each: for OpenAPI documents and `kubectl explain`.
public struct Descriptions: Sendable {
  /// By a type's name, or by type, space and field.
  private let sentences: [String: String]
  private let schema: Schema

  /// Kubernetes 1.33's types in Keelson's words, read from their text at the first use.
  public static let kubernetes = Descriptions(kubernetesDescriptionsText, of: .kubernetes)

  /// `schema/descriptions.txt` says what the lines mean; generate.py has checked them.
  init(_ text: StaticString, of schema: Schema) {
    var sentences: [String: String] = [:]
    var owner = ""
    for line in Bytes(text).array.split(separator: UInt8(ascii: "\n")) {
      let isField = line.first == UInt8(ascii: " ")
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
      let name = String(decoding: words[0], as: UTF8.self)
      if !isField { owner = name }
      guard words.count > 1 else { continue }
      sentences[isField ? "\(owner) \(name)" : name] = String(decoding: words[1], as: UTF8.self)
    }
    self.sentences = sentences
    self.schema = schema
  }

  /// `core.v1.Pod`; nil for a type that nothing is said about yet.
  public func type(_ name: String) -> String? { sentences[name] }

  /// What the field is in that type; nil where nothing is said about it yet.
  public func field(_ name: String, of type: String) -> String? {
    if let own = sentences["\(type) \(name)"] { return own }
    let isKind = schema.type(type).map { !$0.kinds.isEmpty } ?? false
    return isKind || sentences[type] != nil ? sentences["* \(name)"] : nil
  }
}
