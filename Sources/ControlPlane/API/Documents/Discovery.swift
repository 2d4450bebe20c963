import Base
import HTTP
import JSON
import Objects

/// What the API serves, as clients find it out: aggregated (apidiscovery.k8s.io/v2 and v2beta1) and
/// plain (meta/v1 APIVersions, APIGroupList, APIGroup, APIResourceList).
enum Discovery {
  /// Nil for a path that is none of discovery's.
  static func response(_ exchange: Exchange) -> APIResponse? {
    let parts = exchange.info.target.parts
    switch (parts.first, parts.count) {
    case ("api", 1), ("apis", 1):
      let isCore = parts[0] == "api"
      for version in Aggregation.accepted(exchange.request.fields) {
        guard let version else { break }
        return document(isCore ? version.core : version.groups, version.contentType, exchange)
      }
      return document(isCore ? Plain.versions : Plain.groups, "application/json", exchange)
    case ("api", 2):
      return Plain.resources["/\(parts[1])"].map { document($0, "application/json", exchange) }
    case ("apis", 2):
      return Plain.group[parts[1]].map { document($0, "application/json", exchange) }
    case ("apis", 3):
      return Plain.resources["\(parts[1])/\(parts[2])"].map {
        document($0, "application/json", exchange)
      }
    default: return nil
    }
  }

  /// A document that stays the same while the process lives; clients that have it are told so.
  private static func document(
    _ document: Document, _ contentType: String, _ exchange: Exchange
  ) -> APIResponse {
    var fields = HeaderFields()
    fields.append("content-type", Bytes(contentType))
    fields.append("etag", document.tag)
    fields.append("vary", "Accept")
    fields.append("cache-control", "public")
    let known = exchange.request.fields["if-none-match"]
    return known == document.tag
      ? APIResponse(.notModified, fields) : APIResponse(.ok, fields, body: document.body)
  }
}

/// A body, and what tells it from others.
struct Document: Sendable {
  let body: Bytes
  /// RFC 9110 §8.8.3
  let tag: Bytes

  init(_ json: JSONValue) {
    self.init(Bytes(json.text()))
  }

  init(_ body: Bytes) {
    self.body = body
    tag = Bytes("\"\(Hex.digits(UInt64(CRC32C.checksum(body))))-\(body.count)\"")
  }
}

/// The resources of one group and version, in the table's order.
struct GroupVersion: Sendable {
  let group: String
  let version: String
  let resources: [Resource]

  /// As `apiVersion:` spells it.
  var name: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// Every one that the API serves; of a group the preferred version first.
  static let all: [GroupVersion] = {
    var names: [(group: String, version: String)] = []
    for resource in ResourceTable.kubernetes.resources {
      let name = (group: resource.kind.group, version: resource.kind.version)
      if !names.contains(where: { $0 == name }) { names.append(name) }
    }
    return names.map { name in
      GroupVersion(
        group: name.group, version: name.version,
        resources: ResourceTable.kubernetes.resources.filter {
          $0.kind.group == name.group && $0.kind.version == name.version
        })
    }
  }()

  /// Groups in the order in which they come first, each with its versions.
  static let groups: [(name: String, versions: [GroupVersion])] = {
    var groups: [(name: String, versions: [GroupVersion])] = []
    for version in all {
      if let place = groups.firstIndex(where: { $0.name == version.group }) {
        groups[place].versions.append(version)
      } else {
        groups.append((version.group, [version]))
      }
    }
    return groups
  }()
}

// MARK: - Aggregated

/// One version of aggregated discovery.
private struct Aggregation: Sendable {
  let contentType: String
  let core: Document
  let groups: Document

  static let v2 = Aggregation("v2")
  static let v2beta1 = Aggregation("v2beta1")

  private init(_ version: String) {
    contentType = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
    core = Self.list(version, GroupVersion.groups.filter { $0.name.isEmpty })
    groups = Self.list(version, GroupVersion.groups.filter { !$0.name.isEmpty })
  }

  /// What a client accepts, best first; nil stands for plain JSON.
  static func accepted(_ fields: HeaderFields) -> [Aggregation?] {
    let text = fields.values(of: "accept").map(\.text).joined(separator: ",")
    let options = text.split(separator: ",").map { option in
      option.split(separator: ";").map { $0.filter { $0 != " " } }
    }
    return options.compactMap { option -> Aggregation?? in
      guard let type = option.first else { return nil }
      let isAggregated =
        option.contains("as=APIGroupDiscoveryList") && option.contains("g=apidiscovery.k8s.io")
      if type == "application/json" && isAggregated {
        if option.contains("v=v2") { return .some(v2) }
        return option.contains("v=v2beta1") ? .some(v2beta1) : nil
      }
      let isPlain = ["application/json", "application/*", "*/*"].contains(type)
      return isPlain && option.dropFirst().allSatisfy { $0.hasPrefix("q=") } ? .some(nil) : nil
    }
  }

  private static func list(
    _ version: String, _ groups: [(name: String, versions: [GroupVersion])]
  ) -> Document {
    let items = groups.map { group -> JSONValue in
      [
        "metadata": group.name.isEmpty
          ? ["creationTimestamp": nil] : ["name": .string(group.name), "creationTimestamp": nil],
        "versions": .array(group.versions.map(self.version)),
      ]
    }
    return Document([
      "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
      "metadata": .object(JSONObject()), "items": .array(items),
    ])
  }

  private static func version(_ version: GroupVersion) -> JSONValue {
    [
      "version": .string(version.version),
      "resources": .array(version.resources.map(resource)), "freshness": "Current",
    ]
  }

  private static func resource(_ resource: Resource) -> JSONValue {
    let kind = resource.kind
    var object = JSONObject()
    object["resource"] = .string(kind.plural)
    object["responseKind"] = responseKind("\(kind.apiVersion)/\(kind.name)")
    object["scope"] = kind.isNamespaced ? "Namespaced" : "Cluster"
    object["singularResource"] = .string(resource.singular)
    object["verbs"] = texts(resource.verbs)
    if !resource.shortNames.isEmpty { object["shortNames"] = texts(resource.shortNames) }
    if !resource.categories.isEmpty { object["categories"] = texts(resource.categories) }
    let subresources = resource.subresources.filter(ServedSubresources.isServed)
    if !subresources.isEmpty {
      object["subresources"] = .array(
        subresources.map { subresource in
          [
            "subresource": .string(subresource.name),
            "responseKind": responseKind(subresource.kind), "verbs": texts(subresource.verbs),
          ]
        })
    }
    return .object(object)
  }

  private static func responseKind(_ text: String) -> JSONValue {
    let (group, version, kind) = KindText.parts(text)
    return ["group": .string(group), "version": .string(version), "kind": .string(kind)]
  }

  private static func texts(_ texts: [String]) -> JSONValue {
    .array(texts.map(JSONValue.string))
  }
}

/// `autoscaling/v1/Scale`, `v1/Pod`
enum KindText {
  static func parts(_ text: String) -> (group: String, version: String, kind: String) {
    let parts = text.split(separator: "/").map(String.init)
    precondition(parts.count > 1, "a kind has a version")
    return (parts.count > 2 ? parts[0] : "", parts[parts.count - 2], parts[parts.count - 1])
  }
}

// MARK: - Plain

private enum Plain {
  static let versions = Document([
    "kind": "APIVersions", "versions": ["v1"],
    // Clients go on with the address that they know.
    "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": ""]],
  ])

  static let groups = Document([
    "kind": "APIGroupList", "apiVersion": "v1",
    "groups": .array(GroupVersion.groups.filter { !$0.name.isEmpty }.map(description)),
  ])

  static let group: [String: Document] = Dictionary(
    uniqueKeysWithValues: GroupVersion.groups.filter { !$0.name.isEmpty }.map { group in
      var object = JSONObject([
        .init(name: "kind", value: "APIGroup"), .init(name: "apiVersion", value: "v1"),
      ])
      for member in description(group).object?.members ?? [] { object[member.name] = member.value }
      return (group.name, Document(.object(object)))
    })

  /// By `<group>/<version>`; the core group's by `/v1`.
  static let resources: [String: Document] = Dictionary(
    uniqueKeysWithValues: GroupVersion.all.map { version in
      (
        "\(version.group)/\(version.version)",
        Document([
          "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(version.name),
          "resources": .array(version.resources.flatMap(entries)),
        ])
      )
    })

  private static func description(
    _ group: (name: String, versions: [GroupVersion])
  ) -> JSONValue {
    let versions = group.versions.map { version -> JSONValue in
      ["groupVersion": .string(version.name), "version": .string(version.version)]
    }
    return [
      "name": .string(group.name), "versions": .array(versions), "preferredVersion": versions[0],
    ]
  }

  private static func entries(_ resource: Resource) -> [JSONValue] {
    let kind = resource.kind
    var entry = JSONObject()
    entry["name"] = .string(kind.plural)
    entry["singularName"] = .string(resource.singular)
    entry["namespaced"] = .bool(kind.isNamespaced)
    entry["kind"] = .string(kind.name)
    entry["verbs"] = .array(resource.verbs.map(JSONValue.string))
    if !resource.shortNames.isEmpty {
      entry["shortNames"] = .array(resource.shortNames.map(JSONValue.string))
    }
    if !resource.categories.isEmpty {
      entry["categories"] = .array(resource.categories.map(JSONValue.string))
    }
    if !resource.storageVersionHash.isEmpty {
      entry["storageVersionHash"] = .string(resource.storageVersionHash)
    }
    let parts = resource.subresources.filter(ServedSubresources.isServed).map {
      subresource -> JSONValue in
      var entry = JSONObject()
      let own = KindText.parts(subresource.kind)
      entry["name"] = .string("\(kind.plural)/\(subresource.name)")
      entry["singularName"] = ""
      entry["namespaced"] = .bool(kind.isNamespaced)
      if own.group != kind.group || own.version != kind.version {
        entry["group"] = .string(own.group)
        entry["version"] = .string(own.version)
      }
      entry["kind"] = .string(own.kind)
      entry["verbs"] = .array(subresource.verbs.map(JSONValue.string))
      return .object(entry)
    }
    return [.object(entry)] + parts
  }
}
