import Base
import JSON
import Protobuf

/// OpenAPI 2 documents in protobuf, as kubectl reads them (gnostic's OpenAPIv2.proto, whose field
/// numbers these are). It writes what `OpenAPIPaths` and `OpenAPISchemas` make and nothing else.
struct GnosticEncoding {
  private var buffer = ByteBuffer(capacity: 1 << 20)

  static func bytes(of document: JSONObject) -> Bytes {
    var encoding = GnosticEncoding()
    encoding.document(document)
    return encoding.buffer.take()
  }

  // MARK: - Document

  private mutating func document(_ document: JSONObject) {
    string(document["swagger"], 1)
    nested(2) { encoding in
      encoding.string(document["info"]?["title"], 1)
      encoding.string(document["info"]?["version"], 2)
    }
    nested(8) { encoding in
      for path in document["paths"]?.object?.members ?? [] {
        encoding.named(path.name, 2) { $0.pathItem(path.value) }
      }
    }
    nested(9) { encoding in
      for definition in document["definitions"]?.object?.members ?? [] {
        encoding.named(definition.name, 1) { $0.schema(definition.value) }
      }
    }
  }

  private mutating func pathItem(_ item: JSONValue) {
    let methods: [(name: String, number: UInt32)] = [
      ("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8),
    ]
    for method in methods {
      guard let operation = item[method.name] else { continue }
      nested(method.number) { $0.operation(operation) }
    }
    for parameter in item["parameters"]?.array ?? [] {
      nested(9) { $0.parametersItem(parameter) }
    }
  }

  private mutating func operation(_ operation: JSONValue) {
    strings(operation["tags"], 1)
    string(operation["description"], 3)
    string(operation["operationId"], 5)
    strings(operation["produces"], 6)
    strings(operation["consumes"], 7)
    for parameter in operation["parameters"]?.array ?? [] {
      nested(8) { $0.parametersItem(parameter) }
    }
    nested(9) { encoding in
      for response in operation["responses"]?.object?.members ?? [] {
        // ResponseValue, of which the first is a Response.
        encoding.named(response.name, 1) { $0.nested(1) { $0.response(response.value) } }
      }
    }
    extensions(of: operation, 13)
  }

  private mutating func response(_ response: JSONValue) {
    string(response["description"], 1)
    // SchemaItem, of which the first is a Schema.
    if let schema = response["schema"] { nested(2) { $0.nested(1) { $0.schema(schema) } } }
  }

  // MARK: - Parameters

  /// ParametersItem, of which the first is a Parameter; of that the first is for bodies, the second
  /// for all else, where 3 is for queries and 4 for paths.
  private mutating func parametersItem(_ parameter: JSONValue) {
    nested(1) { encoding in
      switch parameter["in"]?.string {
      case "body"?: encoding.nested(1) { $0.body(parameter) }
      case "path"?: encoding.nested(2) { $0.nested(4) { $0.parameter(parameter, type: 5) } }
      default: encoding.nested(2) { $0.nested(3) { $0.parameter(parameter, type: 6) } }
      }
    }
  }

  private mutating func body(_ parameter: JSONValue) {
    string(parameter["description"], 1)
    string(parameter["name"], 2)
    string(parameter["in"], 3)
    flag(parameter["required"], 4)
    if let schema = parameter["schema"] { nested(5) { $0.schema(schema) } }
  }

  private mutating func parameter(_ parameter: JSONValue, type: UInt32) {
    flag(parameter["required"], 1)
    string(parameter["in"], 2)
    string(parameter["description"], 3)
    string(parameter["name"], 4)
    string(parameter["type"], type)
    // uniqueItems: 20 of queries, 19 of paths.
    flag(parameter["uniqueItems"], type + 14)
  }

  // MARK: - Schemas

  private mutating func schema(_ schema: JSONValue) {
    string(schema["$ref"], 1)
    string(schema["format"], 2)
    string(schema["description"], 4)
    if let value = schema["default"] { any(value, 5) }
    strings(schema["required"], 19)
    for value in schema["enum"]?.array ?? [] { any(value, 20) }
    if let inner = schema["additionalProperties"] {
      nested(21) { $0.nested(1) { $0.schema(inner) } }
    }
    if schema["type"] != nil { nested(22) { $0.string(schema["type"], 1) } }
    if let items = schema["items"] { nested(23) { $0.nested(1) { $0.schema(items) } } }
    if let properties = schema["properties"]?.object {
      nested(25) { encoding in
        for property in properties.members {
          encoding.named(property.name, 1) { $0.schema(property.value) }
        }
      }
    }
    extensions(of: schema, 31)
  }

  /// Members whose names begin with `x-`, as NamedAny.
  private mutating func extensions(of value: JSONValue, _ number: UInt32) {
    for member in value.object?.members ?? [] where member.name.hasPrefix("x-") {
      named(member.name, number) { $0.buffer.write(string: member.value.text(), field: 2) }
    }
  }

  // MARK: - Fields

  private mutating func nested(
    _ number: UInt32, _ body: (inout GnosticEncoding) -> Void
  ) {
    buffer.write(varint: UInt64(number << 3 | 2))
    let position = buffer.beginNested()
    body(&self)
    buffer.endNested(position)
  }

  /// A name in field 1 and what it stands for in field 2.
  private mutating func named(
    _ name: String, _ number: UInt32, _ body: (inout GnosticEncoding) -> Void
  ) {
    nested(number) { encoding in
      encoding.buffer.write(string: name, field: 1)
      encoding.nested(2, body)
    }
  }

  /// gnostic's Any holds YAML, which JSON is.
  private mutating func any(_ value: JSONValue, _ number: UInt32) {
    nested(number) { $0.buffer.write(string: value.text(), field: 2) }
  }

  private mutating func string(_ value: JSONValue?, _ number: UInt32) {
    if let text = value?.string, !text.isEmpty { buffer.write(string: text, field: number) }
  }

  private mutating func strings(_ value: JSONValue?, _ number: UInt32) {
    for text in value?.array ?? [] {
      if let text = text.string { buffer.write(string: text, field: number) }
    }
  }

  private mutating func flag(_ value: JSONValue?, _ number: UInt32) {
    if value == true { buffer.write(varint: 1, field: number) }
  }
}
