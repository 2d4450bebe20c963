public import Base

/// Bounds of a YAML reader.
public struct YAMLOptions: Hashable, Sendable {
  /// Sequences and mappings within each other: 1 allows a flat one.
  public var depthMax: Int
  /// Bytes of the whole text.
  public var bytesMax: Int
  /// Values of one document once its aliases are replaced by what they name: a bound against texts
  /// that grow without end.
  public var valuesMax: Int

  public init(depthMax: Int = 128, bytesMax: Int = 64 << 20, valuesMax: Int = 1 << 20) {
    self.depthMax = depthMax
    self.bytesMax = bytesMax
    self.valuesMax = valuesMax
  }
}

/// One document of a YAML or JSON text, as JSON, with the place of each field.
///
/// YAML 1.2 as people write manifests. Plain words mean what they mean to kubectl (YAML 1.1: `yes`,
/// `on`, `0o17`, `017`, `1_000`), keys that are numbers or booleans become texts, whole floats
/// become whole numbers, and dates stay texts. Keys that come twice are refused, as are tags beyond
/// YAML's core.
public struct YAMLDocument: Sendable {
  /// Null for a document that says nothing.
  public let value: JSONValue
  public let positions: FieldPositions

  /// All documents of a text, in order; texts of JSON objects one after the other count as well.
  public static func documents(
    in text: Bytes, options: YAMLOptions = YAMLOptions()
  ) throws(YAMLError) -> [YAMLDocument] {
    var parser = try YAMLParser(text: text.array, options: options)
    return try parser.parseStream()
  }
}
