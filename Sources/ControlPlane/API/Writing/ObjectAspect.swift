import JSON
import Objects
import Registry

/// What a path shows of an object, and what a write through it changes: all else stays as it is.
enum ObjectAspect: String, Hashable, Sendable {
  /// The object itself, but for its status.
  case whole = ""
  case status
  /// A Scale in the object's place: how many replicas are wanted.
  case scale
  /// A namespace's own finalizers.
  case finalize
  /// A pod's containers for debugging: they only become more.
  case ephemeralContainers = "ephemeralcontainers"
  /// The resources of a pod's containers.
  case resize
  /// Whether a certificate is to be signed.
  case approval

  /// The kind of bodies and answers.
  func served(_ target: WriteTarget) -> Kind {
    switch self {
    case .scale: Scale.kind
    case .whole, .status, .finalize, .ephemeralContainers, .resize, .approval: target.served
    }
  }

  /// What a client sees, without a resourceVersion.
  func shown(_ object: JSONObject, _ target: WriteTarget) -> JSONObject {
    switch self {
    case .scale: Scale.of(object, target.kind)
    case .whole, .status, .finalize, .ephemeralContainers, .resize, .approval:
      KindVersion.shown(object, as: target.served)
    }
  }

  /// The write that makes the object as `wanted` shows it.
  func intent(
    from current: StoredObject, to shown: JSONObject, _ target: WriteTarget
  ) throws(APIStatus) -> Intent {
    let wanted = self == .scale ? shown : KindVersion.stored(shown, of: target.kind)
    return switch self {
    case .whole: .update(from: current, to: wanted)
    case .status: .updateStatus(from: current, to: wanted)
    case .scale: .update(from: current, to: try Scale.applied(wanted, to: current))
    case .finalize: .updateSubresource(from: current, to: wanted, .finalize)
    case .ephemeralContainers:
      .updateSubresource(from: current, to: wanted, .ephemeralContainers)
    case .resize: .updateSubresource(from: current, to: wanted, .resize)
    case .approval: .updateSubresource(from: current, to: wanted, .approval)
    }
  }
}

/// An object's number of replicas (autoscaling/v1 Scale).
enum Scale {
  static let kind = Kind(
    group: "autoscaling", version: "v1", name: "Scale", plural: "scales", isNamespaced: true)

  /// What the scale subresource shows.
  static func of(_ object: JSONObject, _ kind: Kind) -> JSONObject {
    let meta = object["metadata"]
    var shown = JSONObject()
    for name in [
      "name", "namespace", "uid", "resourceVersion", "creationTimestamp",
    ] {
      if let value = meta?[name], !value.isNull { shown[name] = value }
    }
    let wanted = object["spec"]?["replicas"]?.int64 ?? 0
    var status: JSONObject = JSONObject([
      .init(name: "replicas", value: .number(object["status"]?["replicas"]?.int64 ?? 0))
    ])
    if let selector = selector(object["spec"]?["selector"], kind) {
      status["selector"] = .string(selector)
    }
    return JSONObject([
      .init(name: "kind", value: "Scale"), .init(name: "apiVersion", value: "autoscaling/v1"),
      .init(name: "metadata", value: .object(shown)),
      .init(name: "spec", value: wanted == 0 ? [:] : ["replicas": .number(wanted)]),
      .init(name: "status", value: .object(status)),
    ])
  }

  /// The object with the replicas that a Scale wants. Its metadata may name the state that was
  /// read.
  static func applied(
    _ scale: JSONObject, to current: StoredObject
  ) throws(APIStatus) -> JSONObject {
    let replicas = scale["spec"]?["replicas"]?.int64 ?? 0
    try checkReplicas(replicas, name: current.meta.name)
    var object = current.json
    object.edit("spec") { $0["replicas"] = .number(replicas) }
    object.edit("metadata") { meta in
      for name in ["uid", "resourceVersion"] {
        if let said = scale["metadata"]?[name]?.string, !said.isEmpty {
          meta[name] = .string(said)
        }
      }
    }
    return object
  }

  static func checkReplicas(_ replicas: Int64, name: String) throws(APIStatus) {
    guard replicas < 0 else { return }
    throw APIStatus(
      .invalid(
        kind, name: name,
        [
          FieldError(
            path: "spec.replicas", type: .invalid, value: String(replicas),
            detail: "must be greater than or equal to 0")
        ]))
  }

  /// In the form of a query's `labelSelector`; nil where there is none.
  private static func selector(_ selector: JSONValue?, _ kind: Kind) -> String? {
    guard let selector, !selector.isNull else { return nil }
    let json: JSONValue = kind == .replicationController ? ["matchLabels": selector] : selector
    do throws(LabelSelectorError) {
      return try LabelSelector(json: json).description
    } catch {
      return nil
    }
  }
}
