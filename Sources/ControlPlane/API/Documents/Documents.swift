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
    case "/": return .respond(APIResponse(.ok, ["content-type": "application/json"], body: paths))
    case "/version", "/version/":
      return .respond(
        APIResponse(.ok, ["content-type": "application/json"], body: Bytes(version.text())))
    default:
      guard
        let response = Health.response(to: exchange, isSynced: serving.isReady)
          ?? Discovery.response(exchange) ?? OpenAPI.response(exchange)
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

  /// meta/v1 RootPaths: where there is something to read.
  private static let paths: Bytes = {
    var paths = [
      "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
    ]
    for version in GroupVersion.all {
      paths += version.group.isEmpty ? ["/api"] : ["/apis", "/apis/\(version.group)"]
      paths.append(version.group.isEmpty ? "/api/\(version.name)" : "/apis/\(version.name)")
    }
    let texts = Set(paths).sorted().map(JSONValue.string)
    return Bytes((["paths": .array(texts)] as JSONValue).text())
  }()
}
