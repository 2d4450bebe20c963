public import Base
public import JSON
public import Protobuf

/// Why bytes are no API object in protobuf, or an object cannot be written as one.
public enum ProtobufObjectError: Error, Hashable, Sendable {
  /// The bytes do not begin with `k8s` and a zero byte.
  case notEnveloped
  case malformed(ProtobufError)
  /// The schema has no such kind, or it has no protobuf form.
  case unknownKind(apiVersion: String, kind: String)
  /// A field holds what its type cannot have: a time out of range, text that is no JSON.
  case badValue(field: String)
  /// Objects lie deeper in each other than `ProtobufReader.depthMax`.
  case tooDeep
  /// The object would have millions of members.
  case tooManyValues
}

/// API objects in Kubernetes' protobuf form (apimachinery runtime/serializer/protobuf): four bytes
/// `k8s\0`, then a runtime.Unknown that names the kind and holds the object's message.
///
/// The schema has the field numbers, so that a kind needs no code of its own.
public enum ProtobufObject {
  /// What the bytes begin with.
  public static let magic: Bytes = "k8s\0"

  /// The object as Kubernetes writes it in JSON: fields that are never left out are there, zero
  /// where the message has none.
  public static func decode(_ bytes: Bytes) throws(ProtobufObjectError) -> JSONObject {
    guard bytes.hasPrefix(magic) else { throw .notEnveloped }
    let unknown = try Unknown(bytes.dropFirst(magic.count))
    guard
      let type = Schema.kubernetes.type(apiVersion: unknown.apiVersion, kind: unknown.kind),
      type.form == .fields, type.hasProtobuf
    else { throw .unknownKind(apiVersion: unknown.apiVersion, kind: unknown.kind) }
    let budget = ValueBudget()
    let content: JSONObject
    do throws(ProtobufObjectError) {
      content = try MessageDecoding(depth: 0, budget: budget).object(unknown.raw, type)
    } catch {
      // A message inside another one can only tell that it is malformed.
      if budget.isSpent { throw .tooManyValues }
      if case .malformed(.tooDeep) = error { throw .tooDeep }
      throw error
    }
    var object = JSONObject([
      .init(name: "kind", value: .string(unknown.kind)),
      .init(name: "apiVersion", value: .string(unknown.apiVersion)),
    ])
    for member in content.members where object[member.name] == nil {
      object[member.name] = member.value
    }
    return object
  }

  /// Fields that the kind does not have are left out; the object names its kind and version.
  public static func encode(_ object: JSONObject) throws(ProtobufObjectError) -> Bytes {
    let apiVersion = object["apiVersion"]?.string ?? ""
    let kind = object["kind"]?.string ?? ""
    guard let type = Schema.kubernetes.type(apiVersion: apiVersion, kind: kind),
      type.form == .fields, type.hasProtobuf
    else { throw .unknownKind(apiVersion: apiVersion, kind: kind) }
    let raw = try MessageEncoding(depth: 0).message(.object(object), type, at: kind)
    return enveloped(raw, apiVersion: apiVersion, kind: kind)
  }

  /// A message with what tells its kind.
  public static func enveloped(_ raw: Bytes, apiVersion: String, kind: String) -> Bytes {
    var meta = ByteBuffer()
    meta.write(string: apiVersion, field: 1)
    meta.write(string: kind, field: 2)
    var buffer = ByteBuffer()
    buffer.write(magic)
    buffer.write(bytes: meta.take(), field: 1)
    buffer.write(bytes: raw, field: 2)
    buffer.write(string: "", field: 3)
    buffer.write(string: "", field: 4)
    return buffer.take()
  }
}

/// runtime.Unknown
private struct Unknown {
  var apiVersion = ""
  var kind = ""
  var raw = Bytes()

  init(_ bytes: Bytes) throws(ProtobufObjectError) {
    do throws(ProtobufError) {
      var reader = ProtobufReader(bytes)
      while let field = try reader.nextField() {
        switch field.number {
        case 1:
          var meta = ProtobufReader(try reader.readBytes(field))
          while let field = try meta.nextField() {
            switch field.number {
            case 1: apiVersion = try meta.readString(field)
            case 2: kind = try meta.readString(field)
            default: try meta.skip(field)
            }
          }
        case 2: raw = try reader.readBytes(field)
        default: try reader.skip(field)
        }
      }
    } catch {
      throw .malformed(error)
    }
  }
}

extension ProtobufError {
  /// As gogo/protobuf's readers say it, where they do.
  public var goText: String {
    switch self {
    case .truncated, .lengthOutOfRange: "unexpected EOF"
    case .badVarint: "proto: integer overflow"
    case .badTag: "proto: illegal tag"
    case .badWireType(let type, _): "proto: illegal wireType \(type)"
    case .unexpectedWireType(let type, let field):
      "proto: wrong wireType = \(type) for field \(field)"
    case .invalidUTF8(let field): "proto: field \(field) is not UTF-8"
    case .tooDeep: "objects lie too deep in each other"
    }
  }
}
