import Base
import HTTP
import JSON
import Objects

/// Reads the object of a request's body, as Kubernetes' decoders do: what they cannot read is 400
/// with Go's texts, fields that the kind does not have are dropped, named in warnings or refused.
struct RequestBody {
  /// Bytes of a body.
  static let bytesMax = 3 << 20
  /// Unknown and repeated fields that are told.
  private static let complaintsMax = 100

  /// What is served under the path: its version is the body's.
  let kind: Kind
  let validation: WriteOptions.FieldValidation
  /// Options are a kind of every group, and of no resource.
  var isOptions = false

  /// An object with the fields that its kind has, without nulls.
  struct Decoded: Hashable, Sendable {
    var object: JSONObject
    var warnings: [String]
  }

  static func checkLength(_ body: Bytes) throws(APIStatus) {
    guard body.count > bytesMax else { return }
    throw APIStatus(
      413, "RequestEntityTooLarge", "Request entity too large: limit is \(bytesMax)")
  }

  func decode(_ request: APIRequest) throws(APIStatus) -> Decoded {
    try Self.checkLength(request.body)
    var complaints: [String] = []
    var object: JSONObject
    switch try BodyFormat(of: request.fields) {
    case .json: object = try json(request.body, &complaints)
    case .yaml: object = try yaml(request.body, &complaints)
    case .protobuf: object = try protobuf(request.body)
    }
    try setType(of: &object)
    return try checked(object, complaints)
  }

  // MARK: - Formats

  private func json(
    _ body: Bytes, _ complaints: inout [String]
  ) throws(APIStatus) -> JSONObject {
    var duplicates: [String] = []
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: body, duplicates: &duplicates)
    } catch {
      throw unrecognized(
        "couldn't get version/kind; json parse error: \(GoJSON.text(of: error, in: body))", body)
    }
    complaints += duplicates.map { "duplicate field \"\($0)\"" }
    return try self.object(value, body)
  }

  private func yaml(
    _ body: Bytes, _ complaints: inout [String]
  ) throws(APIStatus) -> JSONObject {
    let documents: [YAMLDocument]
    do throws(YAMLError) {
      documents = try YAMLDocument.documents(in: body)
    } catch {
      guard case .duplicateKey(let name, _) = error.reason else {
        throw unrecognized(
          "yaml: line \(error.position.line): \(error.reason.text)", body)
      }
      let text =
        "yaml: unmarshal errors:\n  line \(error.position.line): key \"\(name)\" already set in map"
      throw refusal(kind.name, kind.version, "strict decoding error: \(text)")
    }
    guard documents.count <= 1 else {
      throw unrecognized("yaml: the body holds \(documents.count) documents", body)
    }
    return try object(documents.first?.value ?? .null, body)
  }

  private func object(_ value: JSONValue, _ body: Bytes) throws(APIStatus) -> JSONObject {
    if case .object(let object) = value { return object }
    throw unrecognized(
      "couldn't get version/kind; json parse error: json: cannot unmarshal \(GoJSON.kind(of: value)) "
        + #"into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; "#
        + #"Kind string "json:\"kind,omitempty\"" }"#, body)
  }

  // MARK: - Type

  /// Puts `apiVersion` and `kind` first; what the body leaves out is what the path says.
  private func setType(of object: inout JSONObject) throws(APIStatus) {
    let apiVersion = object["apiVersion"]?.string ?? ""
    let name = object["kind"]?.string ?? ""
    if apiVersion == kind.apiVersion, name == kind.name { return }
    let wanted = (
      apiVersion.isEmpty ? kind.apiVersion : apiVersion, name.isEmpty ? kind.name : name
    )
    if isOptions {
      guard wanted.1 == kind.name else { throw noOptions(wanted.0, wanted.1) }
    } else if wanted != (kind.apiVersion, kind.name) {
      throw otherKind(wanted.0, wanted.1)
    }
    var members = [
      JSONObject.Member(name: "apiVersion", value: .string(kind.apiVersion)),
      JSONObject.Member(name: "kind", value: .string(kind.name)),
    ]
    members += object.members.filter { $0.name != "apiVersion" && $0.name != "kind" }
    object = JSONObject(members)
  }

  private func noOptions(_ apiVersion: String, _ name: String) -> APIStatus {
    APIStatus(
      500, "",
      "no kind \"\(name)\" is registered for version \"\(apiVersion)\" "
        + "in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"")
  }

  private func otherKind(_ apiVersion: String, _ name: String) -> APIStatus {
    let version = String(apiVersion.split(separator: "/").last ?? "")
    guard let other = ResourceTable.kubernetes.resource(apiVersion: apiVersion, kind: name) else {
      return refusal(
        name, version,
        "no kind \"\(name)\" is registered for version \"\(apiVersion)\" "
          + "in scheme \"pkg/api/legacyscheme/scheme.go:30\"")
    }
    if other.kind.name == kind.name {
      return .badRequest(
        "the API version in the data (\(apiVersion)) does not match the expected API version "
          + "(\(kind.apiVersion))")
    }
    return refusal(
      name, version,
      "converting (\(version).\(name)) to (\(Self.package(kind)).\(kind.name)): unknown conversion")
  }

  /// Go's package of a group's internal types.
  private static func package(_ kind: Kind) -> String {
    kind.group.isEmpty ? "core" : String(kind.group.prefix { $0 != "." })
  }

  // MARK: - Fields

  private func checked(
    _ object: JSONObject, _ duplicates: [String]
  ) throws(APIStatus) -> Decoded {
    guard let type = Schema.kubernetes.type(of: kind) else { throw .noSuchPath }
    let fitted: FittedObject
    do throws(SchemaProblem) {
      fitted = try FittedObject(object, type)
    } catch {
      throw refusal(kind.name, kind.version, error.kubernetesText)
    }
    let complaints = duplicates + fitted.unknownFields.map { "unknown field \"\($0)\"" }
    guard !complaints.isEmpty else { return Decoded(object: fitted.object, warnings: []) }
    switch validation {
    case .strict:
      throw refusal(
        kind.name, kind.version,
        "strict decoding error: "
          + complaints.prefix(Self.complaintsMax).joined(separator: ", "))
    case .warn:
      return Decoded(
        object: fitted.object, warnings: Array(complaints.prefix(Self.complaintsMax)))
    case .ignore: return Decoded(object: fitted.object, warnings: [])
    }
  }

  // MARK: - Refusals (apiserver transformDecodeError)

  private func refusal(_ name: String, _ version: String, _ reason: String) -> APIStatus {
    .badRequest(
      "\(name) in version \"\(version)\" cannot be handled as a \(kind.name): \(reason)")
  }

  private func protobuf(_ body: Bytes) throws(APIStatus) -> JSONObject {
    do throws(ProtobufObjectError) {
      return try ProtobufObject.decode(body)
    } catch {
      switch error {
      case .unknownKind(let apiVersion, let name): throw otherKind(apiVersion, name)
      case .notEnveloped:
        throw unrecognized(
          "provided data does not appear to be a protobuf message, "
            + "expected prefix [107 56 115 0]", body)
      case .malformed(let reason): throw unrecognized(reason.goText, body)
      case .badValue(let field): throw unrecognized("\(field)", body)
      case .tooDeep: throw unrecognized("objects lie too deep in each other", body)
      case .tooManyValues: throw unrecognized("the object would have too many fields", body)
      }
    }
  }

  private func unrecognized(_ reason: String, _ body: Bytes) -> APIStatus {
    .badRequest(
      "the object provided is unrecognized (must be of type \(kind.name)): \(reason) "
        + "(\(Self.summary(body)))")
  }

  /// Bytes of a body that an error shows.
  private static let summaryMax = 30

  private static func summary(_ body: Bytes) -> String {
    guard let first = body.array.first else { return "<empty>" }
    let shown = body.array.prefix(summaryMax)
    let rest = body.count > summaryMax ? " ..." : ""
    if first == UInt8(ascii: "{") { return String(decoding: shown, as: UTF8.self) + rest }
    return Hex.encode(Bytes(Array(shown))) + rest
  }
}
