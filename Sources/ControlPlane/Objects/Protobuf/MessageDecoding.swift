import Base
import JSON
import Protobuf

/// Turns one message into the JSON that Kubernetes writes of it.
struct MessageDecoding {
  /// Messages around this one.
  let depth: Int
  let budget: ValueBudget

  private var inner: MessageDecoding { MessageDecoding(depth: depth + 1, budget: budget) }

  private typealias Failure = ProtobufObjectError

  func object(_ bytes: Bytes, _ type: TypeSchema) throws(ProtobufObjectError) -> JSONObject {
    guard depth < ProtobufReader.depthMax else { throw .tooDeep }
    guard budget.take(type.fields.count + 1) else { throw .tooManyValues }
    var found: [String: JSONValue] = [:]
    if let table = MessageTable.kubernetes[type.name] {
      do throws(ProtobufError) {
        try read(bytes, table, into: &found)
      } catch {
        throw .malformed(error)
      }
    }
    var object = JSONObject()
    for field in type.fields {
      if let value = found[field.name] {
        if field.isPointer || !field.omitsEmpty || !isEmpty(value, field) {
          object[field.name] = value
        }
      } else if let value = try zero(field) {
        object[field.name] = value
      }
    }
    return object
  }

  // MARK: - Fields

  /// Values that cannot be told are left as null: `failures` of the world's making are thrown as
  /// what protobuf calls them.
  private func read(
    _ bytes: Bytes, _ table: MessageTable, into found: inout [String: JSONValue]
  ) throws(ProtobufError) {
    var reader = ProtobufReader(bytes)
    while let tag = try reader.nextField() {
      switch table.places[tag.number] {
      case nil: try reader.skip(tag)
      case .inlined(let inner)?: try read(try reader.readBytes(tag), inner, into: &found)
      case .field(let field)?:
        switch field.type {
        case .list(let element) where field.wireType == nil:
          let value = try value(element, tag, &reader)
          var elements = found.removeValue(forKey: field.name)?.array ?? []
          elements.append(value)
          found[field.name] = .array(elements)
        case .list:
          found[field.name] = .array(try texts(try reader.readBytes(tag)))
        case .map(let element):
          let entry = try entry(
            try reader.readBytes(tag), element, isWrapped: field.wireType != nil)
          var entries = found.removeValue(forKey: field.name)?.object ?? JSONObject()
          entries[entry.name] = entry.value
          found[field.name] = .object(entries)
        case .string, .bytes, .int32, .int64, .double, .boolean, .any, .object:
          found[field.name] = try value(field.type, tag, &reader)
        }
      }
    }
  }

  private func entry(
    _ bytes: Bytes, _ type: ValueType, isWrapped: Bool
  ) throws(ProtobufError) -> JSONObject.Member {
    var reader = ProtobufReader(bytes)
    var name = ""
    var found: JSONValue?
    while let tag = try reader.nextField() {
      switch tag.number {
      case 1: name = try reader.readString(tag)
      case 2 where isWrapped: found = .array(try texts(try reader.readBytes(tag)))
      case 2: found = try value(type, tag, &reader)
      default: try reader.skip(tag)
      }
    }
    return .init(name: name, value: found ?? (isWrapped ? .array([]) : zero(type)))
  }

  /// A message of texts, which JSON shows as their list: ExtraValue, Verbs.
  private func texts(_ bytes: Bytes) throws(ProtobufError) -> [JSONValue] {
    var reader = ProtobufReader(bytes)
    var texts: [JSONValue] = []
    while let tag = try reader.nextField() {
      if tag.number == 1 {
        texts.append(.string(try reader.readString(tag)))
      } else {
        try reader.skip(tag)
      }
    }
    return texts
  }

  private func value(
    _ type: ValueType, _ tag: ProtobufField, _ reader: inout ProtobufReader
  ) throws(ProtobufError) -> JSONValue {
    switch type {
    case .string: return .string(try reader.readString(tag))
    case .bytes: return .string(Base64.encode(try reader.readBytes(tag)))
    case .int32: return .number(JSONNumber(Int64(try reader.readInt32(tag))))
    case .int64: return .number(JSONNumber(try reader.readInt64(tag)))
    case .double:
      let number = Double(bitPattern: try reader.readFixed64(tag))
      return JSONNumber(number).map(JSONValue.number) ?? .null
    case .boolean: return .bool(try reader.readBool(tag))
    case .any: return SpecialForms.json(try reader.readBytes(tag))
    case .object(let name):
      let bytes = try reader.readBytes(tag)
      guard let type = Schema.kubernetes.type(name) else { return .null }
      return try message(bytes, type, tag)
    // Lists and maps do not lie in each other but in messages.
    case .list, .map:
      try reader.skip(tag)
      return .null
    }
  }

  private func message(
    _ bytes: Bytes, _ type: TypeSchema, _ tag: ProtobufField
  ) throws(ProtobufError) -> JSONValue {
    guard type.form == .fields else {
      return try SpecialForms.decode(bytes, type.form, inside: self)
    }
    do throws(ProtobufObjectError) {
      return .object(try inner.object(bytes, type))
    } catch {
      switch error {
      case .malformed(let inner): throw inner
      case .notEnveloped, .unknownKind, .badValue, .tooDeep, .tooManyValues:
        throw .tooDeep(offset: 0)
      }
    }
  }

  // MARK: - Zero

  /// Go's `omitempty`: nothing, zero, no elements. It has no effect on a struct that is no pointer.
  private func isEmpty(_ value: JSONValue, _ field: FieldSchema) -> Bool {
    switch value {
    case .null: !isStruct(field.type)
    case .bool(let flag): !flag
    case .number(let number): !isStruct(field.type) && number.double == 0
    case .string(let text): !isStruct(field.type) && text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object):
      if case .map = field.type { object.isEmpty } else { false }
    }
  }

  private func isStruct(_ type: ValueType) -> Bool {
    if case .object = type { true } else { false }
  }

  /// What JSON writes of a field that the message does not have; nil for one that it leaves out.
  private func zero(_ field: FieldSchema) throws(ProtobufObjectError) -> JSONValue? {
    switch field.wire {
    case .envelope, .none, .nested: return .none
    case .number: break
    }
    let isKept = !field.omitsEmpty
    if field.isPointer { return isKept ? JSONValue.null : Optional.none }
    guard case .object(let name) = field.type else {
      return isKept ? zero(field.type) : Optional.none
    }
    guard let type = Schema.kubernetes.type(name) else { return .none }
    switch type.form {
    case .fields: return .object(try inner.object(Bytes(), type))
    case .quantity: return isKept ? "0" : Optional.none
    case .intOrString: return isKept ? 0 : Optional.none
    case .duration: return "0s"
    case .time, .microTime, .any, .anyObject: return JSONValue.null
    case .schemaOrSchemas, .schemaOrBoolean, .schemaOrStrings: return .none
    }
  }

  private func zero(_ type: ValueType) -> JSONValue {
    switch type {
    case .string, .bytes: ""
    case .int32, .int64, .double: 0
    case .boolean: false
    case .any, .object, .list, .map: .null
    }
  }
}

/// What one body may grow to: two bytes can stand for an object of many empty fields.
final class ValueBudget {
  /// Fields of messages, empty ones too: several times what a body of 3 MiB holds in earnest.
  static let valuesMax = 2_000_000

  private var left = valuesMax
  /// Something was refused because of it.
  var isSpent: Bool { left < 0 }

  /// False: it is used up.
  func take(_ count: Int) -> Bool {
    left -= count
    return left >= 0
  }
}
