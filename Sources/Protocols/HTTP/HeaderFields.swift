public import Base

/// One line of a header section (RFC 9110 §5). The name is lower case; a pseudo-header field's
/// starts with ":".
public struct HeaderField: Hashable, Sendable {
  public let name: Bytes
  public let value: Bytes

  @inlinable
  public init(_ name: Bytes, _ value: Bytes) {
    self.name = name
    self.value = value
  }
}

/// An ordered list of header fields. Copying it costs one retain.
public struct HeaderFields: Hashable, Sendable {
  @usableFromInline var fields: [HeaderField]

  @inlinable
  public init(_ fields: [HeaderField] = []) {
    self.fields = fields
  }

  @inlinable public var count: Int { fields.count }
  @inlinable public var isEmpty: Bool { fields.isEmpty }

  @inlinable
  public mutating func append(_ name: Bytes, _ value: Bytes) {
    fields.append(HeaderField(name, value))
  }

  @inlinable
  public mutating func append(_ field: HeaderField) {
    fields.append(field)
  }

  /// The first value under `name`, which must be lower case.
  @inlinable
  public subscript(name: Bytes) -> Bytes? {
    for field in fields where field.name == name { return field.value }
    return nil
  }

  /// Every value under `name` in order; `name` must be lower case.
  public func values(of name: Bytes) -> [Bytes] {
    var values: [Bytes] = []
    for field in fields where field.name == name { values.append(field.value) }
    return values
  }

  /// Whether some name begins so; `prefix` must be lower case.
  public func hasName(startingWith prefix: Bytes) -> Bool {
    for field in fields where field.name.hasPrefix(prefix) { return true }
    return false
  }

  /// Size as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113 §6.5.2): 32 bytes on top per field.
  public var listBytes: Int {
    fields.reduce(0) { $0 + $1.name.count + $1.value.count + 32 }
  }
}

extension HeaderFields: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { fields.count }
  @inlinable public subscript(position: Int) -> HeaderField { fields[position] }
}

extension HeaderFields: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (Bytes, Bytes)...) {
    self.init(elements.map { HeaderField($0.0, $0.1) })
  }
}
