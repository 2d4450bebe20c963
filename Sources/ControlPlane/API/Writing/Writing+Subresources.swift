import Base
import HTTP
import JSON
import Objects
import Registry

/// Paths below an object.
extension WriteRequest {
  mutating func subresource(
    _ name: String, _ exchange: inout Exchange
  ) throws(APIStatus) -> Verdict {
    guard let verbs = ServedSubresources.verbs(of: name, below: exchange.info) else {
      throw .noSuchPath
    }
    guard verbs.contains(exchange.info.verb.rawValue) else { throw .methodNotAllowed }
    if let aspect = ObjectAspect(rawValue: name) {
      switch exchange.info.verb {
      case .update: return try update(&exchange, aspect)
      case .patch: return try patch(&exchange, aspect)
      case .create, .delete, .deletecollection, .get, .list, .watch, .post, .put, .head, .options:
        throw .methodNotAllowed
      }
    }
    switch name {
    case "binding": return try bind(&exchange)
    case "eviction": return try evict(&exchange)
    default: throw .noSuchPath
    }
  }
}

/// Which of Kubernetes' subresources are served: for the handlers and for discovery alike.
enum ServedSubresources {
  /// They need containers with streams, or a way to a service.
  private static let unserved: Set<String> = ["attach", "exec", "portforward", "proxy"]

  static func isServed(_ subresource: Resource.Subresource) -> Bool {
    !unserved.contains(subresource.name)
  }

  /// The verbs of a path's subresource; nil for one that is not served.
  static func verbs(of name: String, below info: RequestInfo) -> [String]? {
    guard info.resource?.rest.isEmpty == true else { return nil }
    return info.resource?.resource?.subresources.first { $0.name == name && isServed($0) }?.verbs
  }
}
