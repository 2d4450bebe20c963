import Base
import HTTP
import JSON
import Testing

@testable import API

@Suite struct `OpenAPI 2` {
  private static let type = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"

  private func response(_ accept: String, tag: Bytes? = nil) throws -> APIResponse {
    var fields = HeaderFields()
    fields.append("accept", Bytes(accept))
    if let tag { fields.append("if-none-match", tag) }
    let request = APIRequest(method: "GET", target: "/openapi/v2?timeout=32s", fields: fields)
    let info = try #require(RequestInfo(method: "GET", target: request.target))
    let now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(milliseconds: 0))
    let exchange = Exchange(id: RequestID(1), request: request, info: info, arrived: now)
    return try #require(OpenAPI2.response(exchange))
  }

  @Test func `what is asked for is what comes`() throws {
    let json = try response("application/json, */*")
    #expect(json.status == .ok && json.fields["content-type"] == "application/json")
    let protobuf = try response(Self.type)
    // kubectl-wire: the answer's type has a dot where the request's has an at sign.
    #expect(
      protobuf.fields["content-type"]
        == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
    #expect(try response(Self.type, tag: protobuf.fields["etag"]).status == .notModified)
    #expect(try response("text/html").status.rawValue == 406)
  }

  @Test func `every reference leads to a definition`() throws {
    let document = try JSONValue(parsing: response("application/json").body)
    let definitions = try #require(document["definitions"]?.object)
    var references: Set<String> = []
    func walk(_ value: JSONValue) {
      if let name = value["$ref"]?.string { references.insert(name) }
      for member in value.object?.members ?? [] { walk(member.value) }
      for element in value.array ?? [] { walk(element) }
    }
    walk(document)
    #expect(references.count > 400)
    for name in references {
      #expect(
        name.hasPrefix("#/definitions/") && definitions[String(name.dropFirst(14))] != nil,
        "\(name)")
    }
  }

  /// kubectl 1.27 sends `fieldValidation` only where a kind's PATCH has it.
  @Test func `kinds that can be patched take fieldValidation`() throws {
    let document = try JSONValue(parsing: response("application/json").body)
    let patch = document["paths"]?["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]?[
      "patch"]
    #expect(
      patch?["x-kubernetes-group-version-kind"]
        == ["group": "apps", "kind": "Deployment", "version": "v1"])
    let names = patch?["parameters"]?.array?.compactMap { $0["name"]?.string }
    #expect(names?.contains("fieldValidation") == true)
  }

  /// Field numbers of gnostic's OpenAPIv2.proto, bytes by protobuf's rules.
  @Test func `protobuf of a small document`() {
    let bytes = GnosticEncoding.bytes(
      of: JSONObject([
        .init(name: "swagger", value: "2.0"), .init(name: "info", value: ["title": "t"]),
        .init(
          name: "paths",
          value: [
            "/p": [
              "patch": [
                "operationId": "o",
                "parameters": [
                  ["name": "q", "in": "query", "type": "string", "uniqueItems": true]
                ], "responses": ["200": ["schema": ["$ref": "r"]]], "x-a": 1,
              ]
            ]
          ]),
        .init(
          name: "definitions",
          value: [
            "D": [
              "type": "object", "required": ["f"],
              "properties": ["f": ["type": "array", "items": ["type": "string", "enum": ["e"]]]],
            ]
          ]),
      ]))
    func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
      // Tags from 16 on take two bytes.
      let tag = Int(number) << 3 | 2
      let head: [UInt8] = tag < 128 ? [UInt8(tag)] : [UInt8(tag & 127 | 128), UInt8(tag >> 7)]
      return head + [UInt8(content.count)] + content
    }
    func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    let query = text(2, "query") + text(4, "q") + text(6, "string") + [0xA0, 0x01, 0x01]
    let reference = field(2, field(1, text(1, "r")))
    let patch =
      text(5, "o") + field(8, field(1, field(2, field(3, query))))
      + field(9, field(1, text(1, "200") + field(2, field(1, reference))))
      + field(13, text(1, "x-a") + field(2, text(2, "1")))
    let element = field(20, text(2, "\"e\"")) + field(22, text(1, "string"))
    let list = field(22, text(1, "array")) + field(23, field(1, element))
    let definition =
      text(19, "f") + field(22, text(1, "object"))
      + field(25, field(1, text(1, "f") + field(2, list)))
    let expected =
      text(1, "2.0") + field(2, text(1, "t"))
      + field(8, field(2, text(1, "/p") + field(2, field(8, patch))))
      + field(9, field(1, text(1, "D") + field(2, definition)))
    #expect(Array(bytes.array) == expected)
  }
}
