import Base
import HTTP
import Objects
import Registry

/// What a handler may read to decide.
struct Serving: Sendable {
  /// Every API object, up to `revision`.
  let view: ClusterView
  let revision: Int64
  /// The view is filled.
  let isReady: Bool
  let settings: APISettings
  let now: WallTime
  let instant: Instant
  /// Who may do what, up to `revision`.
  let access: AccessRules
  /// Tokens whose signature is known to be good.
  let tokens: TokenCache
}

/// What an administrator sets for a cluster's API servers; all of them alike.
public struct APISettings: Hashable, Sendable {
  /// Who signs service account tokens: `iss` of those that are made and believed.
  public var issuer = "https://kubernetes.default.svc.cluster.local"
  /// Whom tokens are for that speak to the API server; a token for none of them is not believed.
  public var audiences = ["https://kubernetes.default.svc.cluster.local"]

  /// Pods run as service accounts that are there, see `ObjectRegistry`.
  public var hasServiceAccounts = false

  public init() {}
}

/// Leads an exchange to the handler that it is for.
enum RequestHandling {
  /// Asked again and again until it responds, see `Exchange`. What it throws is answered, once the
  /// view is fresh.
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving, _ context: inout PlanContext
  ) throws(APIStatus) -> Verdict {
    if exchange.user == nil {
      if let verdict = try Authentication.verdict(&exchange, serving) { return verdict }
    }
    if !exchange.isAuthorized {
      if let verdict = try Authorization.verdict(&exchange, serving) { return verdict }
    }
    guard let resource = exchange.info.resource else {
      if exchange.info.target.path == "/metrics" { return try metrics(exchange) }
      return try Documents.verdict(&exchange, serving)
    }
    guard resource.isServed else { throw .noSuchPath }
    if let verdict = try Reviews.verdict(&exchange, serving, &context) { return verdict }
    switch exchange.info.verb {
    case .get where resource.plural == "pods" && resource.subresource == "log":
      return try PodLogs.verdict(exchange, resource, serving)
    case .get, .list, .watch: return try Reading.verdict(&exchange, serving)
    case .create, .update, .patch, .delete, .deletecollection:
      return try Writing.verdict(&exchange, serving, &context)
    case .post, .put, .head, .options: throw .noSuchPath
    }
  }

  /// The shell has them.
  private static func metrics(_ exchange: Exchange) throws(APIStatus) -> Verdict {
    guard exchange.info.verb == .get else { throw .noSuchPath }
    switch exchange.answer(to: .metrics) {
    case nil: return .ask(.metrics)
    case .metrics(let page):
      return .respond(
        APIResponse(.ok, ["content-type": "text/plain; version=0.0.4; charset=utf-8"], body: page))
    case .failed(let text): throw .internalError(text)
    case .verified, .signed: preconditionFailure("who asks for figures is told figures")
    }
  }

  /// Whether no newer view can change it: what the request itself says wrong.
  static func isFinal(_ status: APIStatus) -> Bool {
    switch status.code {
    case 400, 401, 405, 406, 413, 415: true
    default: false
    }
  }
}
