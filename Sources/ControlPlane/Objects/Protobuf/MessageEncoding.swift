import Base
import JSON
import Protobuf

/// Turns JSON of a type into its message.
struct MessageEncoding {
  /// Messages around this one.
  let depth: Int

  func message(
    _ value: JSONValue, _ type: TypeSchema, at path: String
  ) throws(ProtobufObjectError) -> Bytes {
    guard depth < ProtobufReader.depthMax else { throw .tooDeep }
    guard type.form == .fields else {
      guard let bytes = try SpecialForms.encode(value, type.form, inside: self) else {
        throw .badValue(field: path)
      }
      return bytes
    }
    guard let object = value.object else { throw .badValue(field: path) }
    let table = MessageTable.kubernetes[type.name] ?? MessageTable()
    return try message(object, table, at: path)
  }

  /// Fields in the order of their numbers, as Kubernetes writes them.
  private func message(
    _ object: JSONObject, _ table: MessageTable, at path: String
  ) throws(ProtobufObjectError) -> Bytes {
    var buffer = ByteBuffer()
    for (number, place) in table.places.sorted(by: { $0.key < $1.key }) {
      switch place {
      case .inlined(let inner):
        let bytes = try message(object, inner, at: path)
        if !bytes.isEmpty { buffer.write(bytes: bytes, field: number) }
      case .field(let field):
        guard let value = object[field.name], !value.isNull else { continue }
        try write(value, field, number, at: "\(path).\(field.name)", into: &buffer)
      }
    }
    return buffer.take()
  }

  private func write(
    _ value: JSONValue, _ field: FieldSchema, _ number: UInt32, at path: String,
    into buffer: inout ByteBuffer
  ) throws(ProtobufObjectError) {
    switch field.type {
    case .list(let element):
      guard let elements = value.array else { throw .badValue(field: path) }
      if field.wireType != nil {
        buffer.write(bytes: try texts(value, at: path), field: number)
        return
      }
      for element in elements.enumerated().map({ ($0, $1, element) }) {
        try write(element.1, element.2, number, at: "\(path)[\(element.0)]", into: &buffer)
      }
    case .map(let element):
      guard let entries = value.object else { throw .badValue(field: path) }
      for entry in entries.members.sorted(by: { $0.name < $1.name }) {
        var inner = ByteBuffer()
        inner.write(string: entry.name, field: 1)
        if field.wireType != nil {
          inner.write(bytes: try texts(entry.value, at: path), field: 2)
        } else if !entry.value.isNull {
          try write(entry.value, element, 2, at: "\(path)[\(entry.name)]", into: &inner)
        }
        buffer.write(bytes: inner.take(), field: number)
      }
    case .string, .bytes, .int32, .int64, .double, .boolean, .any, .object:
      try write(value, field.type, number, at: path, into: &buffer)
    }
  }

  private func texts(_ value: JSONValue, at path: String) throws(ProtobufObjectError) -> Bytes {
    var buffer = ByteBuffer()
    for element in value.array ?? [] {
      guard let text = element.string else { throw .badValue(field: path) }
      buffer.write(string: text, field: 1)
    }
    return buffer.take()
  }

  private func write(
    _ value: JSONValue, _ type: ValueType, _ number: UInt32, at path: String,
    into buffer: inout ByteBuffer
  ) throws(ProtobufObjectError) {
    switch (type, value) {
    case (.string, .string(let text)): buffer.write(string: text, field: number)
    case (.bytes, .string(let text)):
      guard let bytes = Base64.decode(text) else { throw .badValue(field: path) }
      buffer.write(bytes: bytes, field: number)
    case (.int32, .number(let given)):
      guard let whole = given.int64.flatMap({ Int32(exactly: $0) }) else {
        throw .badValue(field: path)
      }
      buffer.write(varint: protobufVarint(whole), field: number)
    case (.int64, .number(let given)):
      guard let whole = given.int64 else { throw .badValue(field: path) }
      buffer.write(varint: UInt64(bitPattern: whole), field: number)
    case (.double, .number(let given)):
      guard let real = given.double else { throw .badValue(field: path) }
      buffer.write(fixed64: real.bitPattern, field: number)
    case (.boolean, .bool(let flag)): buffer.write(varint: flag ? 1 : 0, field: number)
    case (.any, _): buffer.write(bytes: Bytes(value.text()), field: number)
    case (.object(let name), _):
      guard let type = Schema.kubernetes.type(name) else { throw .badValue(field: path) }
      buffer.write(
        bytes: try MessageEncoding(depth: depth + 1).message(value, type, at: path), field: number)
    default: throw .badValue(field: path)
    }
  }
}
