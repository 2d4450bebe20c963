import Base
import HTTP
import JSON
import Objects
import Registry

/// GET: one object, a list, a watch.
enum Reading {
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    guard let asked = exchange.info.resource, let resource = asked.resource, resource.isKept,
      exchange.info.verb == .get, asked.subresource.isEmpty
    else { throw .noSuchPath }
    guard exchange.isFresh else { return .refresh }
    let kind = resource.kind
    guard kind.isNamespaced != asked.namespace.isEmpty else { throw .noSuchPath }
    let key = ObjectKey(kind, namespace: asked.namespace, name: asked.name)
    guard let object = serving.view[key] else {
      throw APIStatus(.notFound(kind, name: asked.name))
    }
    return .respond(Representation.response(.ok, object.json, revision: object.modRevision))
  }
}
