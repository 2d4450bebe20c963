import Base
import HTTP
import JSON

/// What is served under paths that name no resource: health, version, discovery, OpenAPI.
enum Documents {
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    guard exchange.info.verb == .get || exchange.info.verb == .head else { throw .pageNotFound }
    switch exchange.info.target.path {
    case "/healthz", "/livez": return .respond(text("ok"))
    case "/readyz":
      guard serving.isReady else {
        throw APIStatus(503, "ServiceUnavailable", "the view is not filled yet")
      }
      return .respond(text("ok"))
    case "/version", "/version/":
      return .respond(
        APIResponse(.ok, ["content-type": "application/json"], body: Bytes(version.text())))
    default:
      guard
        let response = Discovery.response(exchange) ?? OpenAPI.response(exchange)
          ?? OpenAPI2.response(exchange)
      else {
        throw .pageNotFound
      }
      return .respond(response)
    }
  }

  /// The Kubernetes API that is spoken; what Keelson's own version is, is build metadata to clients
  /// (semver §10). Nothing of the build's host or time is told.
  private static let version: JSONValue = [
    "major": "1", "minor": "33", "gitVersion": .string("v1.33.0+keelson-\(ProductVersion.text)"),
    "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
  ]

  private static func text(_ text: String) -> APIResponse {
    APIResponse(.ok, ["content-type": "text/plain; charset=utf-8"], body: Bytes(text))
  }
}
