import Base
import HTTP
import JSON
import Objects
import Registry

/// Whole objects: POST and PUT.
extension WriteRequest {
  mutating func create(_ exchange: inout Exchange) throws(APIStatus) -> Verdict {
    let options = try WriteOptions(exchange)
    var object = try body(&exchange, options)
    try placeInNamespace(&object)
    if isTooEarly(object, exchange) {
      return .linger(
        revision: serving.revision + 1,
        until: exchange.arrived.instant + ObjectRegistry.accountWait)
    }
    if options.isDryRun { object.edit("metadata") { $0["resourceVersion"] = nil } }
    let transaction = try transaction([creation(of: object, exchange)], manager: manager(options))
    return try verdict(exchange, transaction, isDryRun: options.isDryRun, .whole, .created)
  }

  /// The pod's account may come any moment.
  private func isTooEarly(_ object: JSONObject, _ exchange: Exchange) -> Bool {
    serving.instant < exchange.arrived.instant + ObjectRegistry.accountWait
      && Writing.registry(serving.settings)
        .awaitedAccount(of: object, target.kind, in: target.namespace, serving.view) != nil
  }

  /// A new object as it is kept. What asks for a certificate says who asks, whatever its writer
  /// says (registry/certificates/certificates PrepareForCreate).
  func creation(of object: JSONObject, _ exchange: Exchange) -> Intent {
    var object = KindVersion.stored(object, of: target.kind)
    if target.kind.plural == "certificatesigningrequests", let user = exchange.user {
      object.edit("spec") { spec in
        spec["username"] = .string(user.name)
        spec["uid"] = user.uid.isEmpty ? Optional.none : .string(user.uid)
        spec["groups"] = .array(user.groups.map(JSONValue.string))
        let extra = user.extra.map {
          JSONObject.Member(name: $0.name, value: .array($0.values.map(JSONValue.string)))
        }
        spec["extra"] = extra.isEmpty ? Optional.none : .object(JSONObject(extra))
      }
    }
    return .create(target.kind, object)
  }

  mutating func update(
    _ exchange: inout Exchange, _ aspect: ObjectAspect = .whole
  ) throws(APIStatus) -> Verdict {
    let options = try WriteOptions(exchange)
    var object = try body(&exchange, options, aspect)
    try placeInNamespace(&object)
    try checkName(object)
    let wanted = object["metadata"]?.object ?? JSONObject()
    guard let current else {
      guard aspect == .whole else { throw APIStatus(.notFound(target.kind, name: target.name)) }
      return try createByUpdate(exchange, options, object, wanted["uid"]?.string ?? "")
    }
    try checkUID(wanted["uid"]?.string ?? "", current.meta.uid)
    try checkVersion(wanted["resourceVersion"]?.string ?? "")
    let transaction = try transaction(
      [aspect.intent(from: current, to: object, target)], manager: manager(options, aspect))
    return try verdict(exchange, transaction, isDryRun: options.isDryRun, aspect)
  }

  private mutating func createByUpdate(
    _ exchange: Exchange, _ options: WriteOptions, _ object: JSONObject, _ uid: String
  ) throws(APIStatus) -> Verdict {
    guard UpdateRules.creates.contains(target.kind) else {
      throw APIStatus(.notFound(target.kind, name: target.name))
    }
    try checkUID(uid, "")
    try checkMayCreate(exchange)
    var object = object
    object.edit("metadata") { $0["resourceVersion"] = nil }
    let transaction = try transaction([creation(of: object, exchange)], manager: manager(options))
    return try verdict(exchange, transaction, isDryRun: options.isDryRun, .whole, .created)
  }

  /// Who creates by another verb must be allowed to create.
  func checkMayCreate(_ exchange: Exchange) throws(APIStatus) {
    guard let user = exchange.user, !user.isMaster else { return }
    var attributes = Authorization.attributes(of: exchange.info)
    attributes.verb = RequestInfo.Verb.create.rawValue
    guard serving.access.reason(user, may: attributes) != nil else {
      throw Authorization.forbidden(user, attributes)
    }
  }

  // MARK: - Bodies

  /// The body's object; its warnings go with whatever answer there will be.
  func body(
    _ exchange: inout Exchange, _ options: WriteOptions, _ aspect: ObjectAspect = .whole
  ) throws(APIStatus) -> JSONObject {
    let reader = RequestBody(kind: aspect.served(target), validation: options.fieldValidation)
    let decoded = try reader.decode(exchange.request)
    exchange.warnings = WriteWarnings.deprecation(target.kind) + decoded.warnings
    return decoded.object
  }

  /// An object lies where the path says (rest.EnsureObjectNamespaceMatchesRequestNamespace).
  func placeInNamespace(_ object: inout JSONObject) throws(APIStatus) {
    let said = object["metadata"]?["namespace"]?.string ?? ""
    guard said != target.namespace else { return }
    guard said.isEmpty || target.namespace.isEmpty else {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    object.edit("metadata") {
      $0["namespace"] = target.namespace.isEmpty ? nil : .string(target.namespace)
    }
  }

  func checkName(_ object: JSONObject) throws(APIStatus) {
    let said = object["metadata"]?["name"]?.string ?? ""
    guard said != target.name else { return }
    guard !said.isEmpty else {
      throw .badRequest(
        "the name of the object (\(target.name) based on URL) was undeterminable: "
          + "name must be provided")
    }
    throw .badRequest(
      "the name of the object (\(said)) does not match the name on the URL (\(target.name))")
  }

  /// A uid in the body is a precondition.
  private func checkUID(_ said: String, _ current: String) throws(APIStatus) {
    guard !said.isEmpty, said != current else { return }
    throw APIStatus(
      .conflict(
        target.kind, name: target.name,
        reason: "StorageError: invalid object, Code: 4, Key: "
          + StoreKey.object(target.key).bytes.text
          + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: "
          + "UID in precondition: \(said), UID in object meta: \(current)"))
  }

  /// Kinds of which a writer must say which state it has read.
  private func checkVersion(_ said: String) throws(APIStatus) {
    if !said.isEmpty, UInt64(said) == nil {
      throw APIStatus(
        .invalid(
          target.kind, name: target.name,
          [
            FieldError(
              path: "metadata.resourceVersion", type: .invalid, value: "\"\(said)\"",
              detail: "strconv.ParseUint: parsing \"\(said)\": invalid syntax")
          ]))
    }
    guard said.isEmpty || said == "0", !UpdateRules.isUnconditional(target.kind) else { return }
    throw APIStatus(
      .invalid(
        target.kind, name: target.name,
        [
          FieldError(
            path: "metadata.resourceVersion", type: .invalid, value: "0x0",
            detail: "must be specified for an update")
        ]))
  }
}

/// What a PUT may do, by kind (Kubernetes' strategies, AllowCreateOnUpdate and
/// AllowUnconditionalUpdate).
enum UpdateRules {
  /// A PUT of what is not there creates it.
  static let creates: Set<Kind> = [
    .clusterRole, .clusterRoleBinding, .endpoints, .event, .lease, .limitRange, .role,
    .roleBinding, .service,
  ]

  private static let conditional: Set<String> = [
    "apiservices", "csidrivers", "csinodes", "csistoragecapacities", "customresourcedefinitions",
    "flowschemas", "leases", "mutatingwebhookconfigurations", "poddisruptionbudgets",
    "prioritylevelconfigurations", "runtimeclasses", "validatingadmissionpolicies",
    "validatingadmissionpolicybindings", "validatingwebhookconfigurations", "volumeattachments",
  ]

  /// A PUT without resourceVersion replaces whatever is there.
  static func isUnconditional(_ kind: Kind) -> Bool { !conditional.contains(kind.plural) }
}
