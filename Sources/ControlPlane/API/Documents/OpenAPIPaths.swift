import Base
import JSON
import Objects

/// The operations of one group and version, for OpenAPI's documents.
struct OpenAPIPaths: Sendable {
  let schemas: OpenAPISchemas
  let version: GroupVersion

  /// Every path with its operations.
  var paths: JSONObject {
    var paths = JSONObject()
    let root = version.group.isEmpty ? "/api/v1" : "/apis/\(version.name)"
    for resource in version.resources {
      let kind = resource.kind
      let base =
        kind.isNamespaced
        ? "\(root)/namespaces/{namespace}/\(kind.plural)"
        : "\(root)/\(kind.plural)"
      if kind.isNamespaced, resource.verbs.contains("list") {
        paths["\(root)/\(kind.plural)"] = .object(
          item([("get", "list")], resource, parameters: []))
      }
      let space = kind.isNamespaced ? [Self.pathParameter("namespace")] : []
      let collection = [("get", "list"), ("post", "create"), ("delete", "deletecollection")]
        .filter { resource.verbs.contains($0.1) }
      if !collection.isEmpty {
        paths[base] = .object(item(collection, resource, parameters: space))
      }
      let own = [("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete")]
        .filter { resource.verbs.contains($0.1) }
      let named = space + [Self.pathParameter("name")]
      if !own.isEmpty { paths["\(base)/{name}"] = .object(item(own, resource, parameters: named)) }
      for subresource in resource.subresources where ServedSubresources.isServed(subresource) {
        let verbs = [("get", "get"), ("post", "create"), ("put", "update"), ("patch", "patch")]
          .filter { subresource.verbs.contains($0.1) }
        paths["\(base)/{name}/\(subresource.name)"] = .object(
          item(verbs, resource, of: subresource, parameters: named))
      }
    }
    return paths
  }

  /// Types that the operations name.
  var types: [String] {
    var kinds = version.resources.map { "\($0.kind.apiVersion)/\($0.kind.name)" }
    for resource in version.resources {
      kinds += resource.subresources.filter(ServedSubresources.isServed).map(\.kind)
    }
    let own = kinds.compactMap { Self.type($0)?.name }
    let lists = version.resources.filter { $0.verbs.contains("list") }.compactMap {
      Self.type("\($0.kind.apiVersion)/\($0.kind.name)List")?.name
    }
    return own + lists + ["meta.v1.DeleteOptions", "meta.v1.Status", "meta.v1.Patch"]
      + ["meta.v1.WatchEvent"]
  }

  private static func type(_ kind: String) -> TypeSchema? {
    let (group, version, name) = KindText.parts(kind)
    return Schema.kubernetes.type(
      apiVersion: group.isEmpty ? version : "\(group)/\(version)", kind: name)
  }

  // MARK: - Operations

  private func item(
    _ methods: [(method: String, verb: String)], _ resource: Resource,
    of subresource: Resource.Subresource? = nil, parameters: [JSONValue]
  ) -> JSONObject {
    var object = JSONObject()
    for (method, verb) in methods {
      object[method] = operation(verb, resource, subresource, isAll: parameters.isEmpty)
    }
    if !parameters.isEmpty {
      object["parameters"] = .array(parameters.map { parameter($0) })
    }
    return object
  }

  private func operation(
    _ verb: String, _ resource: Resource, _ subresource: Resource.Subresource?, isAll: Bool
  ) -> JSONValue {
    let kind = resource.kind
    let kindText = subresource?.kind ?? "\(kind.apiVersion)/\(kind.name)"
    let (group, version, name) = KindText.parts(kindText)
    var object = JSONObject()
    object["operationId"] = .string(operationID(verb, resource, subresource, isAll: isAll))
    object["tags"] = [.string(tag)]
    object["x-kubernetes-action"] = .string(
      verb == "create" ? "post" : verb == "update" ? "put" : verb)
    object["x-kubernetes-group-version-kind"] = OpenAPISchemas.groupVersionKind(
      group, version, name)
    object["parameters"] = .array(Self.options(verb).map { parameter($0) })
    let type = Self.type(kindText)?.name ?? "meta.v1.Status"
    let answer =
      switch verb {
      case "list": Self.type("\(kind.apiVersion)/\(kind.name)List")?.name ?? type
      case "delete", "deletecollection": "meta.v1.Status"
      default: type
      }
    switch verb {
    case "create", "update": addBody(type, Self.objectTypes, to: &object)
    case "patch": addBody("meta.v1.Patch", Self.patchTypes, to: &object)
    case "delete", "deletecollection":
      addBody("meta.v1.DeleteOptions", Self.objectTypes, to: &object)
    default: break
    }
    var responses = JSONObject()
    for code in verb == "create"
      ? ["200", "201", "202"] : verb == "list" || verb == "get" ? ["200"] : ["200", "201"]
    {
      responses[code] = response(answer)
    }
    responses["401"] = ["description": "Unauthorized"]
    object["responses"] = .object(responses)
    return .object(object)
  }

  private static let objectTypes = [
    "application/json", "application/yaml", "application/vnd.kubernetes.protobuf",
  ]
  private static let patchTypes = [
    "application/json-patch+json", "application/merge-patch+json",
    "application/strategic-merge-patch+json", "application/apply-patch+yaml",
  ]

  private func addBody(_ type: String, _ mediaTypes: [String], to object: inout JSONObject) {
    switch schemas.version {
    case .v3:
      object["requestBody"] = ["content": content(type, mediaTypes), "required": true]
    case .v2:
      object["consumes"] = .array(mediaTypes.map(JSONValue.string))
      let body: JSONValue = [
        "in": "body", "name": "body", "required": true, "schema": schemas.reference(type),
      ]
      object["parameters"] = .array((object["parameters"]?.array ?? []) + [body])
    }
  }

  private func response(_ type: String) -> JSONValue {
    switch schemas.version {
    case .v3: ["description": "OK", "content": content(type, Self.objectTypes)]
    case .v2: ["description": "OK", "schema": schemas.reference(type)]
    }
  }

  private func content(_ type: String, _ mediaTypes: [String]) -> JSONValue {
    var content = JSONObject()
    for mediaType in mediaTypes { content[mediaType] = ["schema": schemas.reference(type)] }
    return .object(content)
  }

  // MARK: - Names

  /// `core_v1`, `apps_v1`
  private var tag: String {
    let group = version.group.isEmpty ? "core" : version.group.replacing(".k8s.io", with: "")
    return group.map { $0 == "." ? "_" : $0 }.map(String.init).joined() + "_\(version.version)"
  }

  /// `listCoreV1NamespacedPod`, as generated clients name their methods.
  private func operationID(
    _ verb: String, _ resource: Resource, _ subresource: Resource.Subresource?, isAll: Bool
  ) -> String {
    let verbs = [
      "get": "read", "update": "replace", "deletecollection": "deletecollection",
      "create": "create", "patch": "patch", "delete": "delete", "list": "list",
    ]
    let group = tag.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
      .joined()
    let kind = resource.kind
    let scope = kind.isNamespaced && !isAll ? "Namespaced" : ""
    let part = subresource.map { $0.name.prefix(1).uppercased() + $0.name.dropFirst() } ?? ""
    let everywhere = kind.isNamespaced && isAll ? "ForAllNamespaces" : ""
    return (verbs[verb] ?? verb) + group + scope + kind.name + part + everywhere
  }

  // MARK: - Parameters

  private static func pathParameter(_ name: String) -> JSONValue {
    ["name": .string(name), "in": "path", "required": true, "type": "string"]
  }

  private static func query(_ name: String, _ type: String) -> JSONValue {
    ["name": .string(name), "in": "query", "type": .string(type)]
  }

  private static func options(_ verb: String) -> [JSONValue] {
    let selection = [
      query("labelSelector", "string"), query("fieldSelector", "string"),
      query("limit", "integer"), query("continue", "string"),
      query("resourceVersion", "string"), query("resourceVersionMatch", "string"),
      query("sendInitialEvents", "boolean"), query("timeoutSeconds", "integer"),
    ]
    let writing = [
      query("dryRun", "string"), query("fieldManager", "string"),
      query("fieldValidation", "string"),
    ]
    let deletion = [
      query("dryRun", "string"), query("gracePeriodSeconds", "integer"),
      query("orphanDependents", "boolean"), query("propagationPolicy", "string"),
    ]
    let own =
      switch verb {
      case "list": selection + [query("watch", "boolean"), query("allowWatchBookmarks", "boolean")]
      case "create", "update": writing
      case "patch": writing + [query("force", "boolean")]
      case "delete": deletion
      case "deletecollection": deletion + selection
      default: [JSONValue]()
      }
    return own + [query("pretty", "string")]
  }

  /// Version 3 has the type in a schema.
  private func parameter(_ value: JSONValue) -> JSONValue {
    guard schemas.version == .v3, var object = value.object, let type = object["type"] else {
      var object = value.object ?? JSONObject()
      object["uniqueItems"] = true
      return .object(object)
    }
    object["type"] = nil
    object["schema"] = ["type": type, "uniqueItems": true]
    return .object(object)
  }
}
