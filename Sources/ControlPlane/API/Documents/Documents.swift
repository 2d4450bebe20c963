import Base
import HTTP
import JSON

/// What is served under paths that name no resource: health, version, discovery, OpenAPI.
enum Documents {
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    switch exchange.info.target.path {
    case "/healthz", "/livez": return .respond(text("ok"))
    case "/readyz":
      guard serving.isReady else {
        throw APIStatus(503, "ServiceUnavailable", "the view is not filled yet")
      }
      return .respond(text("ok"))
    default: throw .noSuchPath
    }
  }

  private static func text(_ text: String) -> APIResponse {
    APIResponse(.ok, ["content-type": "text/plain; charset=utf-8"], body: Bytes(text))
  }
}
