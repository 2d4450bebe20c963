import JSON
import Objects

/// apiextensions.k8s.io/v1 CustomResourceDefinition. Rules in CEL are kept and not compiled.
extension Validator {
  mutating func customResource(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let names = spec["names"]?.object ?? JSONObject()
    let group = spec["group"]?.string ?? ""
    let name = object["metadata"]?["name"]?.string ?? ""
    if name != "\(names["plural"]?.string ?? "").\(group)" {
      invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group")
    }
    within("spec") { validator in
      if group.isEmpty {
        validator.required("group")
      } else {
        validator.subdomain("group", of: spec)
      }
      validator.requiredOneOf(["Cluster", "Namespaced"], "scope", of: spec)
      validator.versions(of: spec)
      validator.ifObject("names", of: spec) { validator, names in
        for field in ["plural", "singular", "kind", "listKind"] {
          let text = names[field]?.string ?? ""
          if text.isEmpty {
            validator.required(field)
          } else {
            validator.invalid(
              field, text, NameSyntax.serviceNameComplaints(text.lowercased()))
          }
        }
      }
    }
    if (object["status"]?["storedVersions"]?.array ?? []).isEmpty {
      report(
        .invalid, "status.storedVersions", value: "[]string(nil)",
        "must have at least one stored version")
    }
    protectedGroup(group, of: object)
  }

  private mutating func protectedGroup(_ group: String, of object: JSONObject) {
    let isProtected =
      ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
    let key = "api-approved.kubernetes.io"
    if isProtected, (object["metadata"]?["annotations"]?[key]?.string ?? "").isEmpty {
      required(
        "metadata.annotations[\(key)]",
        "protected groups must have approval annotation \"\(key)\", "
          + "see https://github.com/kubernetes/enhancements/pull/1111")
    }
  }

  private mutating func versions(of spec: JSONObject) {
    let versions = spec["versions"]?.array ?? []
    if versions.count(where: { $0["storage"]?.bool == true }) != 1 {
      report(
        .invalid, "versions",
        value: "[]apiextensions.CustomResourceDefinitionVersion{\(versions.count)}",
        "must have exactly one version marked as storage version")
    }
    let schemas = versions.compactMap { $0["schema"]?["openAPIV3Schema"]?.object }
    let isOne = schemas.count == versions.count && Set(schemas).count == 1
    var names: Set<String> = []
    each("versions", of: spec) { validator, version, _ in
      let name = version["name"]?.string ?? ""
      validator.invalid("name", name, NameSyntax.serviceNameComplaints(name))
      if !names.insert(name).inserted { validator.duplicate("name", name) }
      if version["schema"]?["openAPIV3Schema"]?.object == nil {
        validator.required("schema.openAPIV3Schema", "schemas are required")
      }
      guard !isOne else { return }
      validator.ifObject("schema", of: version) { validator, schema in
        validator.ifObject("openAPIV3Schema", of: schema) { $0.rootSchema($1) }
      }
    }
    // As Kubernetes has it: a schema that all versions share is told of in its old place.
    guard isOne, let schema = schemas.first else { return }
    within("validation") { validator in
      validator.within("openAPIV3Schema") { $0.rootSchema(schema) }
    }
  }

  private mutating func rootSchema(_ schema: JSONObject) {
    let type = schema["type"]?.string ?? ""
    if type.isEmpty {
      required("type", "must not be empty at the root")
    } else if type != "object" {
      return invalid("type", type, "must be object at the root")
    }
    nestedSchemas(of: schema, depth: 0)
  }

  /// Deeper ones are not looked at: a body has not so many levels.
  private static let depthMax = 64

  private mutating func nestedSchemas(of schema: JSONObject, depth: Int) {
    guard depth < Self.depthMax else { return }
    let listType = schema["x-kubernetes-list-type"]?.string
    if listType == "map", (schema["x-kubernetes-list-map-keys"]?.array ?? []).isEmpty {
      required(
        "x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map")
    }
    if schema["type"] == "array", schema["items"]?.object == nil {
      required("items", "must be specified")
    }
    if let properties = schema["properties"]?.object {
      within("properties") { validator in
        for member in properties.members {
          validator.within(key: member.name) {
            $0.structural(member.value.object ?? JSONObject(), "specified object fields", depth)
          }
        }
      }
    }
    ifObject("items", of: schema) { $0.structural($1, "specified array items", depth) }
    ifObject("additionalProperties", of: schema) {
      $0.structural($1, "specified object fields", depth)
    }
  }

  private mutating func structural(_ schema: JSONObject, _ place: String, _ depth: Int) {
    let isFree =
      schema["x-kubernetes-int-or-string"]?.bool == true
      || schema["x-kubernetes-preserve-unknown-fields"]?.bool == true
    if (schema["type"]?.string ?? "").isEmpty, !isFree {
      required("type", "must not be empty for \(place)")
    }
    nestedSchemas(of: schema, depth: depth + 1)
  }

  // MARK: - Updates

  mutating func customResourceUpdate(_ object: JSONObject, replacing old: JSONObject) {
    let isEstablished = (old["status"]?["conditions"]?.array ?? []).contains {
      $0["type"] == "Established" && $0["status"] == "True"
    }
    let spec = object["spec"]?.object ?? JSONObject()
    let before = old["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.immutable("group", of: spec, replacing: before)
      if isEstablished { validator.immutable("scope", of: spec, replacing: before) }
      validator.within("names") { validator in
        let names = spec["names"]?.object ?? JSONObject()
        let namesBefore = before["names"]?.object ?? JSONObject()
        if isEstablished {
          validator.immutable("kind", of: names, replacing: namesBefore)
        }
        validator.immutable("plural", of: names, replacing: namesBefore)
      }
    }
  }
}
