import Base
import HTTP
import JSON
import Objects
import Registry

/// PATCH: the object as the view has it, changed by a patch, is written as by a PUT. Only what the
/// patch itself says is a precondition.
extension WriteRequest {
  mutating func patch(
    _ exchange: inout Exchange, _ aspect: ObjectAspect = .whole
  ) throws(APIStatus) -> Verdict {
    try RequestBody.checkLength(exchange.request.body)
    if BodyFormat.name(in: exchange.request.fields) == PatchBody.apply {
      return try apply(&exchange, aspect)
    }
    let options = try WriteOptions(exchange)
    let patch = try PatchBody(exchange.request)
    let current = try existing()
    let base = versioned(current, aspect)
    let type = Schema.kubernetes.type(of: aspect.served(target))
    let patched = try patch.applied(to: base, type: type)
    var wanted = try fitted(patched, by: patch, aspect, options, &exchange)
    try placeInNamespace(&wanted)
    try checkName(wanted)
    let transaction = try transaction(
      [aspect.intent(from: current, to: wanted, target)], manager: manager(options, aspect))
    return try verdict(exchange, transaction, isDryRun: options.isDryRun, aspect)
  }

  /// What a GET of the path shows.
  private func versioned(_ current: StoredObject, _ aspect: ObjectAspect) -> JSONObject {
    var object = current.json
    object.edit("metadata") { $0["resourceVersion"] = .string(String(current.modRevision)) }
    return aspect.shown(object, target)
  }

  /// The patched value as an object of its kind; what does not fit is the patch's fault (422).
  private func fitted(
    _ patched: JSONValue, by patch: PatchBody, _ aspect: ObjectAspect, _ options: WriteOptions,
    _ exchange: inout Exchange
  ) throws(APIStatus) -> JSONObject {
    let kind = aspect.served(target)
    guard let object = patched.object, let type = Schema.kubernetes.type(of: kind) else {
      throw Self.unfit(
        patch.shown(patched),
        "json: cannot unmarshal \(GoJSON.kind(of: patched)) into Go value of type \(kind.name)")
    }
    if let complaint = Self.complaint(aboutKindOf: object, kind) {
      throw Self.unfit(patch.shown(patched), complaint)
    }
    let fitted: FittedObject
    do throws(SchemaProblem) {
      fitted = try FittedObject(object, type)
    } catch {
      throw Self.unfit(patch.shown(patched), error.kubernetesText)
    }
    let complaints =
      patch.duplicates.map { "duplicate field \"\($0)\"" }
      + fitted.unknownFields.map { "unknown field \"\($0)\"" }
    switch options.fieldValidation {
    case .strict where !complaints.isEmpty:
      throw Self.unfit(
        patch.shown(patched), "strict decoding error: \(complaints.joined(separator: ", "))")
    case .warn: exchange.warnings += complaints
    case .strict, .ignore: break
    }
    return fitted.object
  }

  private static func complaint(aboutKindOf object: JSONObject, _ kind: Kind) -> String? {
    let apiVersion = object["apiVersion"]?.string ?? ""
    let name = object["kind"]?.string ?? ""
    if apiVersion == kind.apiVersion, name == kind.name { return nil }
    guard let other = ResourceTable.kubernetes.resource(apiVersion: apiVersion, kind: name)?.kind
    else {
      return "no kind \"\(name)\" is registered for version \"\(apiVersion)\" "
        + "in scheme \"pkg/api/legacyscheme/scheme.go:30\""
    }
    // The object is read as what it says before it is found to be of another kind.
    if let type = Schema.kubernetes.type(of: other),
      let problem = SchemaCheck.firstUndecodable(in: object, type: type)
    {
      return problem.kubernetesText
    }
    return "converting (\(other.version).\(name)) to (\(kind.version).\(kind.name)): "
      + "unknown conversion"
  }

  /// The message names no kind, because none could be made of the patched object.
  private static func unfit(_ shown: String, _ reason: String) -> APIStatus {
    let none = Kind(group: "", version: "", name: "", plural: "", isNamespaced: false)
    return APIStatus(
      .invalid(
        none, name: "",
        [FieldError(path: "patch", type: .invalid, value: shown, detail: reason)]))
  }
}
