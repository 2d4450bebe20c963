import Base
import HTTP
import JSON
import Objects

/// OpenAPI 3 by group and version, generated from the schema and the table of resources.
enum OpenAPI {
  /// Nil for a path that is none of theirs.
  static func response(_ exchange: Exchange) -> APIResponse? {
    let parts = exchange.info.target.parts
    guard parts.count >= 2, parts[0] == "openapi", parts[1] == "v3" else { return nil }
    if parts.count == 2 { return answer(root, exchange, isImmutable: false) }
    guard let document = documents[parts.dropFirst(2).joined(separator: "/")] else { return nil }
    return answer(document, exchange, isImmutable: exchange.info.target["hash"] != nil)
  }

  private static func answer(
    _ document: Document, _ exchange: Exchange, isImmutable: Bool
  ) -> APIResponse {
    var fields = HeaderFields()
    fields.append("content-type", "application/json")
    fields.append("etag", document.tag)
    fields.append("vary", "Accept")
    fields.append("cache-control", isImmutable ? "public, immutable" : "no-cache, private")
    return exchange.request.fields["if-none-match"] == document.tag
      ? APIResponse(.notModified, fields) : APIResponse(.ok, fields, body: document.body)
  }

  /// By what follows `/openapi/v3/`: `api/v1`, `apis/apps/v1`.
  private static let documents: [String: Document] = {
    var texts: [String: String] = [:]
    return Dictionary(
      uniqueKeysWithValues: GroupVersion.all.map { version in
        (path(of: version), Document(body(of: version, &texts)))
      })
  }()

  private static func path(of version: GroupVersion) -> String {
    version.group.isEmpty ? "api/\(version.version)" : "apis/\(version.name)"
  }

  /// A type's text is made once for all the documents that have it.
  private static func body(of version: GroupVersion, _ texts: inout [String: String]) -> Bytes {
    let paths = OpenAPIPaths(schemas: .v3, version: version)
    var buffer = ByteBuffer()
    buffer.write(
      """
      {"openapi":"3.0.0","info":{"title":"Kubernetes","version":"v1.33"},"paths":
      """)
    JSONValue.object(paths.paths).write(into: &buffer)
    buffer.write(",\"components\":{\"schemas\":{")
    var isFirst = true
    for type in OpenAPISchemas.closure(of: paths.types) {
      let text = texts[type.name] ?? OpenAPISchemas.v3.schema(type).text()
      texts[type.name] = text
      buffer.write("\(isFirst ? "" : ",")\"\(OpenAPISchemas.name(type.name))\":\(text)")
      isFirst = false
    }
    buffer.write("}}}")
    return buffer.take()
  }

  private static let root: Document = {
    var paths = JSONObject()
    for version in GroupVersion.all {
      let path = path(of: version)
      let hash = documents[path]?.tag.text.filter { $0 != "\"" && $0 != "-" } ?? ""
      paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]
    }
    return Document(["paths": .object(paths)])
  }()
}
