import Base
import HTTP
import JSON
import Objects

/// OpenAPI 2: one document of everything, as JSON and as gnostic's protobuf, which is the only form
/// that kubectl takes. It is asked for by kubectl up to 1.28, and by newer ones for explain's older
/// output. Both together are about 4 MB while the process lives, made at the first request.
enum OpenAPI2 {
  /// The type that clients ask for; the answer's has a dot for the at sign, which no media type may
  /// have.
  private static let acceptedType = "com.github.proto-openapi.spec.v2@v1.0+protobuf"
  private static let protobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

  /// Nil for a path that is not its.
  static func response(_ exchange: Exchange) -> APIResponse? {
    guard exchange.info.target.parts == ["openapi", "v2"] else { return nil }
    for clause in AcceptClause.clauses(exchange.request.fields) {
      if clause.includes("json") { return answer(json, "application/json", exchange) }
      if clause.type == "application", clause.subtype == acceptedType {
        return answer(protobuf, protobufType, exchange)
      }
    }
    return APIStatus(
      406, "NotAcceptable",
      "only the following media types are accepted: application/json, application/\(acceptedType)"
    ).response
  }

  private static func answer(
    _ document: Document, _ type: String, _ exchange: Exchange
  ) -> APIResponse {
    var fields = HeaderFields()
    fields.append("content-type", Bytes(type))
    fields.append("etag", document.tag)
    fields.append("vary", "Accept")
    fields.append("cache-control", "no-cache, private")
    return exchange.request.fields["if-none-match"] == document.tag
      ? APIResponse(.notModified, fields) : APIResponse(.ok, fields, body: document.body)
  }

  private static let json = Document(.object(document))
  private static let protobuf = Document(GnosticEncoding.bytes(of: document))

  private static var document: JSONObject {
    var paths = JSONObject()
    var names: [String] = []
    for version in GroupVersion.all {
      let own = OpenAPIPaths(schemas: .v2, version: version)
      for path in own.paths.members { paths[path.name] = path.value }
      names += own.types
    }
    var definitions = JSONObject()
    for type in OpenAPISchemas.closure(of: names) {
      definitions[OpenAPISchemas.name(type.name)] = OpenAPISchemas.v2.schema(type)
    }
    return JSONObject([
      .init(name: "swagger", value: "2.0"),
      .init(name: "info", value: ["title": "Kubernetes", "version": "v1.33"]),
      .init(name: "paths", value: .object(paths)),
      .init(name: "definitions", value: .object(definitions)),
    ])
  }
}
