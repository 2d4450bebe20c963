import Base
import HTTP
import JSON
import Objects
import Registry

/// The DeleteOptions of a request, from its body or else its query.
struct DeleteRequest: Hashable, Sendable {
  var isDryRun = false
  var options = DeleteOptions()
  /// Preconditions.
  var uid: String?
  var resourceVersion: String?

  init(_ exchange: Exchange) throws(APIStatus) {
    let body = exchange.request.body
    try RequestBody.checkLength(body)
    if body.isEmpty {
      try self.init(Self.said(in: exchange.info.target))
    } else {
      try self.init(Self.object(exchange.request))
    }
  }

  /// Of an object such as an Eviction's `deleteOptions`.
  init(_ said: JSONObject) throws(APIStatus) {
    var errors: [FieldError] = []
    let dryRun = (said["dryRun"]?.array ?? []).compactMap(\.string)
    isDryRun = !dryRun.isEmpty
    if let error = WriteOptions.dryRunError(dryRun) { errors.append(error) }
    options.graceSeconds = said["gracePeriodSeconds"]?.int64
    uid = said["preconditions"]?["uid"]?.string
    resourceVersion = said["preconditions"]?["resourceVersion"]?.string
    let orphans = said["orphanDependents"]?.bool
    if let policy = said["propagationPolicy"]?.string {
      if orphans != nil {
        errors.append(
          FieldError(
            path: "propagationPolicy", type: .invalid, value: "\"\(policy)\"",
            detail: "orphanDependents and deletionPropagation cannot be both set"))
      }
      options.propagation = DeleteOptions.Propagation(rawValue: policy)
      if options.propagation == nil {
        errors.append(
          FieldError(
            path: "propagationPolicy", type: .unsupported, value: "\"\(policy)\"",
            detail: #"supported values: "Foreground", "Background", "Orphan", "nil""#))
      }
    } else if let orphans {
      options.propagation = orphans ? .orphan : .background
    }
    guard errors.isEmpty else { throw WriteOptions.invalid("DeleteOptions", errors) }
  }

  private static func object(_ request: APIRequest) throws(APIStatus) -> JSONObject {
    let kind = Kind(
      group: "", version: "v1", name: "DeleteOptions", plural: "", isNamespaced: false)
    let reader = RequestBody(kind: kind, validation: .ignore, isOptions: true)
    return try reader.decode(request).object
  }

  /// As the body would say it.
  private static func said(in target: RequestTarget) throws(APIStatus) -> JSONObject {
    var object = JSONObject()
    let dryRun = target.values(of: "dryRun")
    if !dryRun.isEmpty { object["dryRun"] = .strings(dryRun) }
    if let text = target["gracePeriodSeconds"] {
      guard let seconds = Int64(text) else {
        throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      object["gracePeriodSeconds"] = .number(seconds)
    }
    if let policy = target["propagationPolicy"] { object["propagationPolicy"] = .string(policy) }
    if let orphans = target["orphanDependents"] {
      object["orphanDependents"] = .bool(WriteOptions.flag(orphans))
    }
    return object
  }
}
