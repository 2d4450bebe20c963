import JSON
import Objects
import Registry

/// What a write is about: a collection, and mostly one object in it.
struct WriteTarget: Hashable, Sendable {
  /// As the path's version has it: bodies and answers are of this one.
  let served: Kind
  /// As it is kept.
  let kind: Kind
  /// Empty for cluster-wide kinds, and for a collection across all namespaces.
  let namespace: String
  /// Empty for a collection.
  let name: String

  /// The pod that a `bindings` body names.
  init(podOf binding: JSONObject, namespace: String) {
    (served, kind) = (.pod, .pod)
    self.namespace = namespace
    name = binding["metadata"]?["name"]?.string ?? ""
  }

  /// Throws 404 for what is not kept, 405 for a path that does not take the verb.
  init(_ info: RequestInfo) throws(APIStatus) {
    guard let asked = info.resource, let resource = asked.resource,
      let kind = resource.keptKind
    else { throw .noSuchPath }
    served = resource.kind
    self.kind = kind
    (namespace, name) = (asked.namespace, asked.name)
    guard kind.isNamespaced || namespace.isEmpty else { throw .noSuchPath }
    if asked.subresource.isEmpty {
      try Self.check(info.verb, of: resource, asked)
    } else {
      guard !name.isEmpty, !kind.isNamespaced || !namespace.isEmpty else { throw .noSuchPath }
    }
  }

  private static func check(
    _ verb: RequestInfo.Verb, of resource: Resource, _ asked: RequestInfo.ResourceRequest
  ) throws(APIStatus) {
    let needsName: Bool
    switch verb {
    case .update, .patch, .delete: needsName = true
    case .create, .deletecollection, .get, .list, .watch, .post, .put, .head, .options:
      needsName = false
    }
    let isWhole = !resource.kind.isNamespaced || !asked.namespace.isEmpty
    if !isWhole && !asked.name.isEmpty { throw .noSuchPath }
    guard isWhole, needsName != asked.name.isEmpty, resource.verbs.contains(verb.rawValue) else {
      throw .methodNotAllowed
    }
  }

  /// For a path that names an object.
  var key: ObjectKey { ObjectKey(kind, namespace: namespace, name: name) }
}

extension APIStatus {
  /// A path that is served, by other methods.
  static let methodNotAllowed = APIStatus(
    405, "MethodNotAllowed", "the server does not allow this method on the requested resource",
    Details())
}
