import Base
import HTTP
import JSON
import Objects
import Registry

/// Server-side apply: a PATCH that says what a manager wants of an object, and makes it where it is
/// not there.
extension WriteRequest {
  mutating func apply(
    _ exchange: inout Exchange, _ aspect: ObjectAspect
  ) throws(APIStatus) -> Verdict {
    let options = try WriteOptions(exchange, isApply: true)
    var configuration = try Self.configuration(exchange, options)
    let manager = FieldManager(
      name: options.fieldManager, operation: .apply, apiVersion: target.served.apiVersion,
      subresource: aspect.rawValue)
    if target.served.apiVersion != target.kind.apiVersion {
      configuration = KindVersion.stored(configuration, of: target.kind)
    }
    if aspect == .scale { configuration = try Scale.configuration(configuration, target.kind) }
    var merged: JSONObject
    do throws(ApplyFailure) {
      merged = try ManagedFields.apply(
        configuration, to: current?.json, of: target.kind, by: manager,
        force: options.isForced, at: serving.now)
    } catch {
      throw APIStatus(error)
    }
    try placeInNamespace(&merged)
    try checkName(merged)
    guard let current else {
      return try createByApply(exchange, options, aspect, merged, manager)
    }
    let intent: Intent =
      aspect == .scale
      ? .update(from: current, to: merged)
      : try aspect.intent(from: current, to: merged, target)
    let transaction = try transaction([intent], manager: manager)
    return try verdict(exchange, transaction, isDryRun: options.isDryRun, aspect)
  }

  private mutating func createByApply(
    _ exchange: Exchange, _ options: WriteOptions, _ aspect: ObjectAspect, _ object: JSONObject,
    _ manager: FieldManager
  ) throws(APIStatus) -> Verdict {
    guard aspect == .whole else { throw APIStatus(.notFound(target.kind, name: target.name)) }
    if let uid = object["metadata"]?["uid"]?.string, !uid.isEmpty {
      throw APIStatus(
        .conflict(
          target.kind, name: target.name,
          reason: "uid mismatch: the provided object specified uid \(uid), "
            + "and no existing object was found"))
    }
    try checkMayCreate(exchange)
    let transaction = try transaction([creation(of: object, exchange)], manager: manager)
    return try verdict(exchange, transaction, isDryRun: options.isDryRun, .whole, .created)
  }

  /// The body as it is: which fields it has is what apply is about. It is YAML, and so may be JSON.
  private static func configuration(
    _ exchange: Exchange, _ options: WriteOptions
  ) throws(APIStatus) -> JSONObject {
    let body = exchange.request.body
    if let first = body.array.first, first == UInt8(ascii: "{") {
      do throws(JSONError) {
        if let object = try JSONValue(parsing: body).object { return object }
      } catch {
        // YAML's reader tells what is wrong.
      }
    }
    let documents: [YAMLDocument]
    do throws(YAMLError) {
      documents = try YAMLDocument.documents(in: body)
    } catch {
      throw .badRequest(
        "error decoding YAML: yaml: line \(error.position.line): \(error.reason.text)")
    }
    guard documents.count == 1, let object = documents[0].value.object else {
      throw .badRequest(
        "error decoding YAML: json: cannot unmarshal "
          + "\(GoJSON.kind(of: documents.first?.value ?? .null)) "
          + "into Go value of type map[string]interface {}")
    }
    return object
  }
}

extension Scale {
  /// What a Scale says of the object itself.
  fileprivate static func configuration(
    _ scale: JSONObject, _ kind: Kind
  ) throws(APIStatus) -> JSONObject {
    guard scale["kind"]?.string == Self.kind.name,
      scale["apiVersion"]?.string == Self.kind.apiVersion
    else {
      throw .badRequest(
        "invalid object type: \(scale["apiVersion"]?.string ?? ""), "
          + "Kind=\(scale["kind"]?.string ?? "")")
    }
    let replicas = scale["spec"]?["replicas"]?.int64 ?? 0
    try checkReplicas(replicas, name: scale["metadata"]?["name"]?.string ?? "")
    var object = JSONObject([
      .init(name: "apiVersion", value: .string(kind.apiVersion)),
      .init(name: "kind", value: .string(kind.name)),
      .init(name: "metadata", value: scale["metadata"] ?? [:]),
    ])
    if scale["spec"]?["replicas"] != nil { object["spec"] = ["replicas": .number(replicas)] }
    return object
  }
}

extension APIStatus {
  init(_ failure: ApplyFailure) {
    switch failure {
    case .badRequest(let text): self = .badRequest(text)
    case .untyped(let text): self.init(500, "", text)
    case .conflicts(let conflicts):
      self.init(409, "Conflict", failure.message, Details())
      details?.causes = conflicts.map {
        Cause(reason: "FieldManagerConflict", message: $0.message, field: $0.field)
      }
    }
  }
}
