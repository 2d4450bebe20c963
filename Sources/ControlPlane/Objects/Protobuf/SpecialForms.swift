import Base
import JSON
import Protobuf

/// Types whose JSON is not an object of their message's fields.
enum SpecialForms {
  static func decode(
    _ bytes: Bytes, _ form: TypeSchema.Form, inside decoding: MessageDecoding
  ) throws(ProtobufError) -> JSONValue {
    switch form {
    case .quantity: return try .string(text(bytes, field: 1))
    case .intOrString: return try intOrString(bytes)
    case .time, .microTime: return try time(bytes, isMicro: form == .microTime)
    case .duration: return try .string(GoDuration.text(nanoseconds: number(bytes, field: 1)))
    case .any, .anyObject:
      var reader = ProtobufReader(bytes)
      var raw = Bytes()
      while let tag = try reader.nextField() {
        if tag.number == 1 { raw = try reader.readBytes(tag) } else { try reader.skip(tag) }
      }
      return json(raw)
    case .schemaOrSchemas, .schemaOrBoolean, .schemaOrStrings:
      return try schemaUnion(bytes, form, inside: decoding)
    case .fields: preconditionFailure("a message of fields has no special form")
    }
  }

  /// JSON text that an object holds as it is; null for none and for what is no JSON. An object in
  /// protobuf of its own is told in JSON.
  static func json(_ raw: Bytes) -> JSONValue {
    if raw.hasPrefix(ProtobufObject.magic) {
      do { return .object(try ProtobufObject.decode(raw)) } catch { return .null }
    }
    do { return try JSONValue(parsing: raw) } catch { return .null }
  }

  private static func text(_ bytes: Bytes, field: UInt32) throws(ProtobufError) -> String {
    var reader = ProtobufReader(bytes)
    var text = ""
    while let tag = try reader.nextField() {
      if tag.number == field { text = try reader.readString(tag) } else { try reader.skip(tag) }
    }
    return text.isEmpty ? "0" : text
  }

  private static func number(_ bytes: Bytes, field: UInt32) throws(ProtobufError) -> Int64 {
    var reader = ProtobufReader(bytes)
    var number: Int64 = 0
    while let tag = try reader.nextField() {
      if tag.number == field { number = try reader.readInt64(tag) } else { try reader.skip(tag) }
    }
    return number
  }

  private static func intOrString(_ bytes: Bytes) throws(ProtobufError) -> JSONValue {
    var reader = ProtobufReader(bytes)
    var isText = false
    var number: Int32 = 0
    var text = ""
    while let tag = try reader.nextField() {
      switch tag.number {
      case 1: isText = try reader.readInt64(tag) == 1
      case 2: number = try reader.readInt32(tag)
      case 3: text = try reader.readString(tag)
      default: try reader.skip(tag)
      }
    }
    return isText ? .string(text) : .number(JSONNumber(Int64(number)))
  }

  /// No bytes are no time. Years beyond 9999 cannot be written and count as none.
  private static func time(_ bytes: Bytes, isMicro: Bool) throws(ProtobufError) -> JSONValue {
    guard !bytes.isEmpty else { return .null }
    let seconds = try number(bytes, field: 1)
    let nanoseconds = try number(bytes, field: 2)
    guard (-62_135_596_800..<253_402_300_800).contains(seconds),
      (0..<1_000_000_000).contains(nanoseconds)
    else { return .null }
    let whole = WallTime(milliseconds: seconds * 1000).rfc3339
    guard isMicro else { return .string(whole) }
    let digits = String(nanoseconds / 1000)
    let fraction = String(repeating: "0", count: 6 - digits.count) + digits
    return .string("\(whole.dropLast()).\(fraction)Z")
  }

  private static func schemaUnion(
    _ bytes: Bytes, _ form: TypeSchema.Form, inside decoding: MessageDecoding
  ) throws(ProtobufError) -> JSONValue {
    guard let type = Schema.kubernetes.type("apiextensions.v1.JSONSchemaProps") else {
      return .null
    }
    var reader = ProtobufReader(bytes)
    var schema: JSONValue?
    var others: [JSONValue] = []
    var flag = false
    // OrBool has its flag first, the others their schema.
    let schemaField: UInt32 = form == .schemaOrBoolean ? 2 : 1
    while let tag = try reader.nextField() {
      switch tag.number {
      case schemaField: schema = try self.schema(try reader.readBytes(tag), type, decoding)
      case 1: flag = try reader.readBool(tag)
      case 2 where form == .schemaOrStrings: others.append(.string(try reader.readString(tag)))
      case 2: others.append(try self.schema(try reader.readBytes(tag), type, decoding))
      default: try reader.skip(tag)
      }
    }
    if let schema { return schema }
    return form == .schemaOrBoolean ? .bool(flag) : .array(others)
  }

  private static func schema(
    _ bytes: Bytes, _ type: TypeSchema, _ decoding: MessageDecoding
  ) throws(ProtobufError) -> JSONValue {
    do throws(ProtobufObjectError) {
      return .object(
        try MessageDecoding(
          depth: decoding.depth + 1, budget: decoding.budget
        ).object(bytes, type))
    } catch {
      if case .malformed(let inner) = error { throw inner }
      throw .tooDeep(offset: 0)
    }
  }

  // MARK: - Encoding

  /// The message of such a value; nil for a value that the type cannot have.
  static func encode(
    _ value: JSONValue, _ form: TypeSchema.Form, inside encoding: MessageEncoding
  ) throws(ProtobufObjectError) -> Bytes? {
    var buffer = ByteBuffer()
    switch form {
    case .quantity:
      switch value {
      case .string(let text): buffer.write(string: text, field: 1)
      case .number(let number): buffer.write(string: number.text, field: 1)
      case .null, .bool, .array, .object: return nil
      }
    case .intOrString:
      switch value {
      case .string(let text):
        buffer.write(varint: 1, field: 1)
        buffer.write(varint: 0, field: 2)
        buffer.write(string: text, field: 3)
      case .number(let number):
        guard let whole = number.int64, let number = Int32(exactly: whole) else { return nil }
        buffer.write(varint: 0, field: 1)
        buffer.write(varint: protobufVarint(number), field: 2)
        buffer.write(string: "", field: 3)
      case .null, .bool, .array, .object: return nil
      }
    case .time, .microTime:
      guard let text = value.string, let time = WallTime(rfc3339: text) else { return nil }
      buffer.write(varint: UInt64(bitPattern: seconds(time)), field: 1)
      buffer.write(
        varint: form == .microTime ? UInt64(nanoseconds(of: text)) : 0, field: 2)
    case .duration:
      guard let text = value.string, let nanoseconds = GoDuration.nanoseconds(text) else {
        return nil
      }
      buffer.write(varint: UInt64(bitPattern: nanoseconds), field: 1)
    case .any, .anyObject: buffer.write(bytes: Bytes(value.text()), field: 1)
    case .schemaOrSchemas, .schemaOrBoolean, .schemaOrStrings:
      return try encodeUnion(value, form, inside: encoding)
    case .fields: preconditionFailure("a message of fields has no special form")
    }
    return buffer.take()
  }

  private static func seconds(_ time: WallTime) -> Int64 {
    let (quotient, remainder) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// Of the digits behind the seconds' point.
  private static func nanoseconds(of text: String) -> Int64 {
    guard let point = text.firstIndex(of: ".") else { return 0 }
    let digits = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }.prefix(9)
    let padded = digits + String(repeating: "0", count: 9 - digits.count)
    return Int64(padded) ?? 0
  }

  private static func encodeUnion(
    _ value: JSONValue, _ form: TypeSchema.Form, inside encoding: MessageEncoding
  ) throws(ProtobufObjectError) -> Bytes? {
    guard let type = Schema.kubernetes.type("apiextensions.v1.JSONSchemaProps") else { return nil }
    let inner = MessageEncoding(depth: encoding.depth + 1)
    var buffer = ByteBuffer()
    let schemaField: UInt32 = form == .schemaOrBoolean ? 2 : 1
    switch value {
    case .object:
      if form == .schemaOrBoolean { buffer.write(varint: 1, field: 1) }
      buffer.write(
        bytes: try inner.message(value, type, at: "schema"), field: schemaField)
    case .bool(let flag) where form == .schemaOrBoolean:
      buffer.write(varint: flag ? 1 : 0, field: 1)
    case .array(let elements) where form != .schemaOrBoolean:
      for element in elements {
        if form == .schemaOrStrings {
          guard let text = element.string else { return nil }
          buffer.write(string: text, field: 2)
        } else {
          buffer.write(bytes: try inner.message(element, type, at: "schema"), field: 2)
        }
      }
    case .null, .bool, .number, .string, .array: return nil
    }
    return buffer.take()
  }
}
