import Base
public import JSON

/// One step from a value to a value within it, as managed fields spell it (structured-merge-diff
/// fieldpath.PathElement).
public enum PathElement: Sendable {
  /// A field of an object, or an entry of a map: `f:replicas`.
  case field(String)
  /// An element of a list that keys tell apart: `k:{"name":"web"}`. In the order of the names.
  case key([KeyField])
  /// An element of a set: `v:"kubernetes"`.
  case value(JSONValue)
  /// A place in a list: `i:0`.
  case index(Int)

  public struct KeyField: Hashable, Sendable {
    public let name: String
    public let value: JSONValue

    public init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }
}

// MARK: - Order

extension PathElement: Hashable, Comparable {
  public static func == (left: PathElement, right: PathElement) -> Bool {
    order(left, right) == .same
  }

  public static func < (left: PathElement, right: PathElement) -> Bool {
    order(left, right) == .before
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .field(let name): for byte in name.utf8 { hasher.combine(byte) }
    case .key(let fields): hasher.combine(fields.count)
    case .value: hasher.combine(1)
    case .index(let index): hasher.combine(index)
    }
  }

  enum Order {
    case before
    case same
    case after
  }

  /// Fields, then keys, values, indexes: the order in which `fieldsV1` has them.
  static func order(_ left: PathElement, _ right: PathElement) -> Order {
    switch (left, right) {
    case (.field(let left), .field(let right)): order(left, right)
    case (.key(let left), .key(let right)): order(left, right)
    case (.value(let left), .value(let right)): order(left, right)
    case (.index(let left), .index(let right)):
      left == right ? .same : left < right ? .before : .after
    case (.field, _), (.key, .value), (.key, .index), (.value, .index): .before
    case (_, .field), (.value, .key), (.index, .key), (.index, .value): .after
    }
  }

  /// By the bytes of their UTF-8, as Go compares texts.
  private static func order(_ left: String, _ right: String) -> Order {
    var right = right.utf8.makeIterator()
    for byte in left.utf8 {
      guard let other = right.next() else { return .after }
      if byte != other { return byte < other ? .before : .after }
    }
    return right.next() == nil ? .same : .before
  }

  private static func order(_ left: [KeyField], _ right: [KeyField]) -> Order {
    for (left, right) in zip(left, right) {
      let byName = order(left.name, right.name)
      if byName != .same { return byName }
      let byValue = order(left.value, right.value)
      if byValue != .same { return byValue }
    }
    return left.count == right.count ? .same : left.count < right.count ? .before : .after
  }

  /// Any order of all values, the same everywhere: numbers by their value, texts by their bytes.
  private static func order(_ left: JSONValue, _ right: JSONValue) -> Order {
    switch (left, right) {
    case (.string(let left), .string(let right)): return order(left, right)
    case (.number(let one), .number(let other)):
      if one == other { return .same }
      if let one = one.int64, let other = other.int64 { return one < other ? .before : .after }
      return order(one.text, other.text)
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _):
      if left == right { return .same }
      let ranks = (left.rank, right.rank)
      if ranks.0 != ranks.1 { return ranks.0 < ranks.1 ? .before : .after }
      return order(left.text(), right.text())
    }
  }
}

extension JSONValue {
  fileprivate var rank: Int {
    switch self {
    case .null: 0
    case .number: 1
    case .string: 2
    case .bool: 3
    case .array: 4
    case .object: 5
    }
  }
}

// MARK: - Texts

extension PathElement {
  /// As messages spell a path: `.replicas`, `[name="web"]`, `[="kubernetes"]`, `[0]`.
  var pathText: String {
    switch self {
    case .field(let name): ".\(name)"
    case .key(let fields):
      "[" + fields.map { "\($0.name)=\($0.value.text())" }.joined(separator: ",") + "]"
    case .value(let value): "[=\(value.text())]"
    case .index(let index): "[\(index)]"
    }
  }

  /// As a member's name of `fieldsV1`.
  var memberName: String {
    switch self {
    case .field(let name): "f:\(name)"
    case .key(let fields):
      "k:"
        + JSONValue.object(
          JSONObject(fields.map { JSONObject.Member(name: $0.name, value: $0.value) })
        ).text()
    case .value(let value): "v:\(value.text())"
    case .index(let index): "i:\(index)"
    }
  }

  /// Nil for a name of another kind, which a later version may know: it is passed over.
  init?(memberName name: String) throws(FieldSetError) {
    let rest = String(name.utf8.dropFirst(2)) ?? ""
    if name.utf8.starts(with: "f:".utf8) {
      self = .field(rest)
    } else if name.utf8.starts(with: "v:".utf8) {
      self = .value(try Self.value(rest, of: name))
    } else if name.utf8.starts(with: "i:".utf8) {
      guard let index = Int(rest) else { throw .malformed(name) }
      self = .index(index)
    } else if name.utf8.starts(with: "k:".utf8) {
      guard let object = try Self.value(rest, of: name).object else { throw .malformed(name) }
      self = .key(
        object.members.map { KeyField(name: $0.name, value: $0.value) }
          .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    } else {
      return nil
    }
  }

  private static func value(_ text: String, of name: String) throws(FieldSetError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: Bytes(text))
    } catch {
      throw .malformed(name)
    }
  }
}

/// Why a `fieldsV1` cannot be read.
public enum FieldSetError: Error, Hashable, Sendable {
  /// A member whose name is no path element.
  case malformed(String)
  /// A member that is no object.
  case notAnObject(String)
}
