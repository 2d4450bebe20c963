/// JSON patch (RFC 6902): operations in order, all or none.
public struct JSONPatch: Hashable, Sendable {
  public let operations: [Operation]

  public enum Operation: Hashable, Sendable {
    case add(JSONPointer, JSONValue)
    case remove(JSONPointer)
    case replace(JSONPointer, JSONValue)
    case move(from: JSONPointer, to: JSONPointer)
    case copy(from: JSONPointer, to: JSONPointer)
    case test(JSONPointer, JSONValue)
  }

  /// As kube-apiserver bounds a patch.
  public static let operationsMax = 10_000
  /// Values that all copies of one patch may add: else a short patch could grow without end.
  public static let copiedValuesMax = 1 << 18

  public init(_ operations: [Operation]) {
    self.operations = operations
  }

  /// Reads a patch document.
  public init(_ document: JSONValue) throws(JSONPatchError) {
    guard let elements = document.array else { throw .notAnArray }
    guard elements.count <= Self.operationsMax else { throw .tooManyOperations(elements.count) }
    var operations: [Operation] = []
    for (index, element) in elements.enumerated() {
      operations.append(try Operation(element, index: index))
    }
    self.operations = operations
  }

  /// The patched value; what it is applied to stays as it is when an operation fails.
  public func apply(to target: JSONValue) throws(JSONPatchError) -> JSONValue {
    var result = target
    var copiedValues = 0
    for (index, operation) in operations.enumerated() {
      do {
        try operation.apply(to: &result, copiedValues: &copiedValues)
      } catch {
        throw .failed(index: index, error)
      }
    }
    return result
  }
}

/// Why a patch is none, or why it does not fit.
public enum JSONPatchError: Error, Hashable, Sendable {
  case notAnArray
  case tooManyOperations(Int)
  /// An operation lacks a member, or the member is of the wrong type.
  case malformed(index: Int, member: String)
  case unknownOperation(index: Int, String)
  case failed(index: Int, JSONPatchFailure)
}

/// Why one operation does not fit the value.
public enum JSONPatchFailure: Error, Hashable, Sendable {
  case nothingThere(JSONPointer)
  /// The array has no such place.
  case noPlace(JSONPointer)
  case testFailed(JSONPointer)
  /// A value cannot move into itself.
  case movedIntoItself(JSONPointer)
  case copiesTooMuch
}

extension JSONPatch.Operation {
  fileprivate init(_ json: JSONValue, index: Int) throws(JSONPatchError) {
    guard let name = json["op"]?.string else { throw .malformed(index: index, member: "op") }
    func pointer(_ member: String) throws(JSONPatchError) -> JSONPointer {
      guard let pointer = json[member]?.string.flatMap({ JSONPointer($0) }) else {
        throw .malformed(index: index, member: member)
      }
      return pointer
    }
    func value() throws(JSONPatchError) -> JSONValue {
      guard let value = json["value"] else { throw .malformed(index: index, member: "value") }
      return value
    }
    switch name {
    case "add": self = .add(try pointer("path"), try value())
    case "remove": self = .remove(try pointer("path"))
    case "replace": self = .replace(try pointer("path"), try value())
    case "move": self = .move(from: try pointer("from"), to: try pointer("path"))
    case "copy": self = .copy(from: try pointer("from"), to: try pointer("path"))
    case "test": self = .test(try pointer("path"), try value())
    default: throw .unknownOperation(index: index, name)
    }
  }

  fileprivate func apply(
    to target: inout JSONValue, copiedValues: inout Int
  ) throws(JSONPatchFailure) {
    switch self {
    case .add(let path, let value): try target.edit(.add(value), at: path)
    case .remove(let path): try target.edit(.remove, at: path)
    case .replace(let path, let value): try target.edit(.replace(value), at: path)
    case .move(let source, let path):
      guard let value = target[source] else { throw .nothingThere(source) }
      if source == path { return }
      if source.isPrefix(of: path) { throw .movedIntoItself(path) }
      try target.edit(.remove, at: source)
      try target.edit(.add(value), at: path)
    case .copy(let source, let path):
      guard let value = target[source] else { throw .nothingThere(source) }
      copiedValues += value.valueCount
      if copiedValues > JSONPatch.copiedValuesMax { throw .copiesTooMuch }
      try target.edit(.add(value), at: path)
    case .test(let path, let value):
      guard let found = target[path] else { throw .nothingThere(path) }
      if !found.isSame(as: value) { throw .testFailed(path) }
    }
  }
}

extension JSONValue {
  /// Values within this one, itself among them.
  fileprivate var valueCount: Int {
    switch self {
    case .null, .bool, .number, .string: 1
    case .array(let elements): elements.reduce(1) { $0 + $1.valueCount }
    case .object(let object): object.members.reduce(1) { $0 + $1.value.valueCount }
    }
  }

  /// RFC 6902 section 4.6: as `==`, but numbers are equal when their values are.
  fileprivate func isSame(as other: JSONValue) -> Bool {
    switch (self, other) {
    case (.number(let left), .number(let right)):
      left == right || left.double.map { $0 == right.double } ?? false
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.members.allSatisfy { member in
          right[member.name].map { member.value.isSame(as: $0) } ?? false
        }
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _):
      self == other
    }
  }

  fileprivate mutating func edit(
    _ edit: Edit, at pointer: JSONPointer
  ) throws(JSONPatchFailure) {
    guard pointer.tokens.isEmpty else { return try descend(edit, pointer, depth: 0) }
    switch edit {
    case .add(let value), .replace(let value): self = value
    case .remove: throw .nothingThere(pointer)
    }
  }

  /// Each value is taken out on the way down, so that none is copied.
  private mutating func descend(
    _ edit: Edit, _ pointer: JSONPointer, depth: Int
  ) throws(JSONPatchFailure) {
    let token = pointer.tokens[depth]
    let isLast = depth == pointer.tokens.count - 1
    switch self {
    case .object(var object):
      self = .null
      if isLast {
        try object.edit(edit, member: token, at: pointer)
      } else {
        guard var inner = object[token] else { throw .nothingThere(pointer) }
        object[token] = .null
        try inner.descend(edit, pointer, depth: depth + 1)
        object[token] = inner
      }
      self = .object(object)
    case .array(var elements):
      self = .null
      if isLast {
        try elements.edit(edit, place: token, at: pointer)
      } else {
        guard let place = JSONPointer.place(token, count: elements.count) else {
          throw .nothingThere(pointer)
        }
        var inner = elements[place]
        elements[place] = .null
        try inner.descend(edit, pointer, depth: depth + 1)
        elements[place] = inner
      }
      self = .array(elements)
    case .null, .bool, .number, .string: throw .nothingThere(pointer)
    }
  }
}

/// What an operation does to one place.
private enum Edit {
  case add(JSONValue)
  case remove
  case replace(JSONValue)
}

extension JSONObject {
  fileprivate mutating func edit(
    _ edit: Edit, member: String, at pointer: JSONPointer
  ) throws(JSONPatchFailure) {
    switch edit {
    case .add(let value): self[member] = value
    case .remove:
      guard self[member] != nil else { throw .nothingThere(pointer) }
      self[member] = nil
    case .replace(let value):
      guard self[member] != nil else { throw .nothingThere(pointer) }
      self[member] = value
    }
  }
}

extension [JSONValue] {
  fileprivate mutating func edit(
    _ edit: Edit, place token: String, at pointer: JSONPointer
  ) throws(JSONPatchFailure) {
    if case .add(let value) = edit {
      let place = token == "-" ? count : JSONPointer.place(token, count: count + 1)
      guard let place else { throw .noPlace(pointer) }
      return insert(value, at: place)
    }
    guard let place = JSONPointer.place(token, count: count) else { throw .nothingThere(pointer) }
    if case .replace(let value) = edit { self[place] = value } else { remove(at: place) }
  }
}
