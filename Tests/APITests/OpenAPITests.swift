import Base
import HTTP
import JSON
import Objects
import Testing

@testable import API

@Suite struct `OpenAPI documents` {
  private static func document(_ target: String) throws -> JSONValue {
    let request = APIRequest(method: "GET", target: target)
    let info = try #require(RequestInfo(method: "GET", target: target))
    let moment = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: 0))
    let exchange = Exchange(id: RequestID(1), request: request, info: info, arrived: moment)
    let response = try #require(OpenAPI.response(exchange))
    return try JSONValue(parsing: response.body)
  }

  @Test func `the root names every group and version, each with its hash`() throws {
    let paths = try #require(try Self.document("/openapi/v3")["paths"]?.object)
    #expect(paths.count == 21)
    let apps = paths["apis/apps/v1"]?["serverRelativeURL"]?.string ?? ""
    #expect(apps.hasPrefix("/openapi/v3/apis/apps/v1?hash="))
    _ = try Self.document(apps)
  }

  /// kubectl sends fieldValidation only to a PATCH that lists it (kubectl-wire section 3).
  @Test func `a patch of a kind takes fieldValidation`() throws {
    let paths = try #require(try Self.document("/openapi/v3/apis/apps/v1")["paths"]?.object)
    let patches = paths.members.compactMap { $0.value["patch"] }.filter {
      $0["x-kubernetes-group-version-kind"]?["kind"] == "Deployment"
    }
    #expect(!patches.isEmpty)
    for patch in patches {
      let names = patch["parameters"]?.array?.compactMap { $0["name"]?.string } ?? []
      #expect(names.contains("fieldValidation"))
    }
  }

  @Test func `every reference leads to a schema of the same document`() throws {
    for version in GroupVersion.all {
      let path = version.group.isEmpty ? "api/v1" : "apis/\(version.name)"
      let document = try Self.document("/openapi/v3/\(path)")
      let schemas = try #require(document["components"]?["schemas"]?.object)
      let text = document.text()
      var found = 0
      for part in text.split(separator: "\"#/components/schemas/").dropFirst() {
        let name = String(part.prefix { $0 != "\"" })
        #expect(schemas[name] != nil, "\(path): \(name)")
        found += 1
      }
      #expect(found > 0)
    }
  }

  /// types.json of a real server, in OpenAPI's spelling.
  @Test func `merge keys and list types are told`() throws {
    let schemas = try Self.document("/openapi/v3/api/v1")["components"]?["schemas"]
    let spec = schemas?["io.k8s.api.core.v1.PodSpec"]?["properties"]
    #expect(spec?["containers"]?["x-kubernetes-list-type"] == "map")
    #expect(spec?["containers"]?["x-kubernetes-list-map-keys"] == ["name"])
    #expect(spec?["containers"]?["x-kubernetes-patch-merge-key"] == "name")
    #expect(spec?["containers"]?["x-kubernetes-patch-strategy"] == "merge")
    #expect(spec?["nodeSelector"]?["x-kubernetes-map-type"] == "atomic")
    let pod = schemas?["io.k8s.api.core.v1.Pod"]
    #expect(pod?["x-kubernetes-group-version-kind"]?[0]?["kind"] == "Pod")
    #expect(
      pod?["properties"]?["spec"]?["allOf"]?[0]?["$ref"]
        == "#/components/schemas/io.k8s.api.core.v1.PodSpec")
  }

  @Test func `a document that a client has is not sent again`() throws {
    var request = APIRequest(method: "GET", target: "/openapi/v3/api/v1")
    let info = try #require(RequestInfo(method: "GET", target: "/openapi/v3/api/v1"))
    let moment = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: 0))
    let first = try #require(
      OpenAPI.response(
        Exchange(id: RequestID(1), request: request, info: info, arrived: moment)))
    request.fields.append("if-none-match", try #require(first.fields["etag"]))
    let second = try #require(
      OpenAPI.response(
        Exchange(id: RequestID(2), request: request, info: info, arrived: moment)))
    #expect(first.status == .ok && second.status == .notModified && second.body.isEmpty)
  }
}
