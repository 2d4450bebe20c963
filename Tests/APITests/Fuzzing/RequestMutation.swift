import Base
import Foundation
import HTTP
import JSON
import Objects
import Testing

@testable import API

/// Seeds of fuzzed cores: 50, or what `KEELSON_FUZZ_SEEDS` says (CI: 1,000 in release).
let fuzzSeeds: Range<UInt64> = {
  let text = ProcessInfo.processInfo.environment["KEELSON_FUZZ_SEEDS"] ?? "50"
  return 0..<(UInt64(text) ?? 50)
}()

/// Requests of clients that are mad, mistaken or hostile, some of them right.
struct RequestMutation {
  var random: PRNG

  init(seed: UInt64) {
    random = PRNG(seed: seed)
  }

  mutating func chance(_ count: Int, in total: Int) -> Bool {
    random.chance(Ratio(UInt64(count), in: UInt64(total)))
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[random.below(elements.count)]
  }

  // MARK: - Requests

  mutating func request() -> APIRequest {
    let kind = Kind(of: pick(FuzzObjects.all))
    let base = FuzzObjects.all.first { Kind(of: $0) == kind } ?? nil
    var method = pick(["GET", "GET", "POST", "POST", "PUT", "PATCH", "PATCH", "PATCH", "DELETE"])
    if chance(1, in: 40) { method = pick(["HEAD", "OPTIONS", "", "get", "TRACE", "\u{0}"]) }
    var target = path(of: kind, method: method) + query(method)
    if chance(1, in: 12) { target = text(damage(Array(target.utf8))) }
    let (type, body) = content(method, base)
    var fields = HeaderFields()
    if let type { fields.append("content-type", Bytes(type)) }
    if chance(1, in: 2) { fields.append("accept", Bytes(pick(Self.accepts))) }
    if chance(1, in: 30) { fields.append("authorization", Bytes(pick(Self.tokens))) }
    if chance(1, in: 40) { fields.append("impersonate-user", Bytes(pick(["bob", "", "a:b"]))) }
    var request = APIRequest(method: method, target: target, fields: fields, body: body)
    request.certificate = chance(1, in: 30) ? nil : .administrator
    return request
  }

  static let accepts = [
    "application/json", "application/yaml", "*/*", "", "application/vnd.kubernetes.protobuf",
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "text/html", ";;,,=",
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/json;q=x",
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
    "application/vnd.kubernetes.protobuf;stream=watch",
  ]

  static let tokens = ["Bearer ", "Bearer a.b.c", "Basic eDp5", "bearer", "Bearer header.claims.0"]

  mutating func path(of kind: Kind, method: String) -> String {
    if chance(1, in: 30) {
      return pick([
        "/", "/api", "/apis", "/api/v1", "/apis/apps/v1", "/apis/apps", "/version", "/healthz",
        "/readyz/", "/livez?verbose", "/openapi/v2", "/openapi/v3", "/openapi/v3/api/v1", "//",
        "/api/v1/namespaces/w", "/api/v1/namespaces/", "/api/v1/namespaces/w/pods/p/log",
        "/api/v1/namespaces/w/serviceaccounts/sa/token", "/metrics", "*", "", "/%", "/%zz/%00",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "/apis/authentication.k8s.io/v1/tokenreviews", "/.well-known/openid-configuration",
      ])
    }
    var path = kind.group.isEmpty ? "/api/\(kind.version)" : "/apis/\(kind.apiVersion)"
    if kind.isNamespaced, !chance(1, in: 10) {
      path += "/namespaces/\(pick(["w", "w", "w", "other", "none"]))"
    }
    path += "/\(kind.plural)"
    let isOfCollection = method == "POST" || method == "GET" && chance(1, in: 3)
    guard !isOfCollection, !chance(1, in: 20) else { return path }
    path += "/\(pick(FuzzObjects.names))"
    if chance(1, in: 5) {
      path +=
        "/"
        + pick([
          "status", "scale", "binding", "eviction", "finalize", "log", "exec", "nothing",
          "ephemeralcontainers", "resize", "approval", "token",
        ])
    }
    return path
  }

  private mutating func query(_ method: String) -> String {
    var parts: [String] = []
    while chance(1, in: 2), parts.count < 6 { parts.append(pick(Self.parameters)) }
    if method == "PATCH" {
      parts.append("fieldManager=\(pick(["m1", "m2", "kubectl", ""]))")
      if chance(1, in: 3) { parts.append("force=true") }
    }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  static let parameters = [
    "dryRun=All", "dryRun=", "dryRun=Bad", "fieldValidation=Strict", "fieldValidation=Warn",
    "fieldValidation=Ignore", "fieldValidation=x", "limit=1", "limit=-1", "limit=x",
    "limit=99999999999999999999", "continue=abc", "continue=e30", "continue=%ff",
    "resourceVersion=0", "resourceVersion=1", "resourceVersion=5", "resourceVersion=-1",
    "resourceVersion=18446744073709551615", "resourceVersion=99999999999999999999999",
    "resourceVersion=x", "resourceVersionMatch=Exact", "resourceVersionMatch=NotOlderThan",
    "labelSelector=a%3Db", "labelSelector=a+in+(b,c),!d", "labelSelector=%28%28", "labelSelector=!",
    "labelSelector=a%20gt%205", "labelSelector=,,", "fieldSelector=metadata.name%3Dx1",
    "fieldSelector=status.phase!%3DRunning", "fieldSelector=spec.zz%3D1", "fieldSelector=%5C",
    "fieldSelector=a", "watch=true", "watch=1", "watch=", "timeoutSeconds=1",
    "timeoutSeconds=-9223372036854775808", "allowWatchBookmarks=true", "sendInitialEvents=true",
    "propagationPolicy=Foreground", "propagationPolicy=x", "gracePeriodSeconds=0",
    "gracePeriodSeconds=-9223372036854775808", "orphanDependents=true", "pretty=true", "=", "&&",
    "%=%", "includeObject=Object", "includeObject=x", "timeout=1s", "container=c", "tailLines=-1",
    "force=x", "fieldManager=%00",
  ]

  // MARK: - Bodies

  private mutating func content(_ method: String, _ base: JSONValue?) -> (String?, Bytes) {
    var object = base ?? [:]
    object = object.putting(.string(pick(FuzzObjects.names)), at: ["metadata", "name"])
    if chance(1, in: 2) { object = mutated(object, times: 1 + random.below(3)) }
    switch method {
    case "PATCH": return patch(object)
    case "DELETE" where chance(1, in: 2):
      return ("application/json", Bytes(damagedText(mutated(Self.deleteOptions, times: 1))))
    case "GET", "DELETE": return (nil, Bytes())
    default: return whole(object)
    }
  }

  private static let deleteOptions: JSONValue = [
    "gracePeriodSeconds": 1, "propagationPolicy": "Background",
    "preconditions": ["uid": "u", "resourceVersion": "3"], "dryRun": ["All"],
  ]

  private mutating func whole(_ object: JSONValue) -> (String?, Bytes) {
    switch random.below(10) {
    case 0: return ("application/yaml", Bytes(yaml(object)))
    case 1, 4, 5: return ("application/vnd.kubernetes.protobuf", protobuf(object))
    case 2:
      return (pick(["text/plain", "", "application/json; charset=x", ";"]), Bytes(object.text()))
    case 3: return (nil, Bytes(damage(Array(object.text().utf8))))
    default: return ("application/json", Bytes(damagedText(object)))
    }
  }

  private mutating func patch(_ object: JSONValue) -> (String?, Bytes) {
    switch random.below(5) {
    case 0:
      let count = random.below(5)
      let operations = (0..<count).map { _ in operation(object) }
      return ("application/json-patch+json", Bytes(damagedText(.array(operations))))
    case 1: return ("application/merge-patch+json", Bytes(damagedText(part(of: object))))
    case 2:
      let patch = withDirectives(part(of: object))
      return (
        "application/strategic-merge-patch+json",
        Bytes(chance(1, in: 8) ? yaml(patch) : damagedText(patch))
      )
    case 3:
      let configuration = chance(1, in: 2) ? object : part(of: object)
      return (
        "application/apply-patch+yaml",
        Bytes(chance(1, in: 2) ? yaml(configuration) : damagedText(configuration))
      )
    default: return (pick(["application/json", "text/plain", ""]), Bytes(object.text()))
    }
  }

  private mutating func operation(_ object: JSONValue) -> JSONValue {
    var operation: JSONValue = [
      "op": .string(pick(["add", "remove", "replace", "move", "copy", "test", "x"])),
      "path": .string(pointer(into: object)),
    ]
    if chance(3, in: 4) { operation = operation.putting(pick(Self.values), at: ["value"]) }
    if chance(1, in: 2) {
      operation = operation.putting(.string(pointer(into: object)), at: ["from"])
    }
    return operation
  }

  private mutating func pointer(into object: JSONValue) -> String {
    if chance(1, in: 10) { return pick(["", "/", "//", "~", "/~2", "a", "/-", "/metadata/-1"]) }
    var pointer = ""
    var value = object
    while !chance(1, in: 4) {
      switch value {
      case .object(let object) where !object.isEmpty:
        let member = pick(object.members)
        pointer += "/\(member.name)"
        value = member.value
      case .array(let elements):
        pointer += "/\(chance(1, in: 3) ? "-" : "\(random.below(elements.count + 2))")"
        value = elements.first ?? nil
      case .null, .bool, .number, .string, .object: return pointer
      }
    }
    return pointer
  }

  /// What a patch has of an object: some of its members.
  private mutating func part(of value: JSONValue) -> JSONValue {
    guard case .object(let object) = value else { return value }
    var part = JSONObject()
    for member in object.members where chance(2, in: 3) {
      part[member.name] = chance(1, in: 12) ? JSONValue.null : self.part(of: member.value)
    }
    return .object(part)
  }

  private mutating func withDirectives(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(var object):
      for member in object.members { object[member.name] = withDirectives(member.value) }
      guard chance(1, in: 8) else { return .object(object) }
      let member = object.members.last?.name ?? "x"
      switch random.below(4) {
      case 0: object["$patch"] = .string(pick(["replace", "delete", "merge", "zz"]))
      case 1: object["$retainKeys"] = [.string(member)]
      case 2: object["$setElementOrder/\(member)"] = pick([[["name": "c"]], ["a"], [nil], 1])
      default: object["$deleteFromPrimitiveList/\(member)"] = pick([["a"], 1, [[:]]])
      }
      return .object(object)
    case .array(let elements): return .array(elements.map { withDirectives($0) })
    case .null, .bool, .number, .string: return value
    }
  }

  // MARK: - Values

  static let values: [JSONValue] = [
    nil, true, false, 0, -1, 1, 70_000, JSONValue.number(JSONNumber(Int64.max)),
    JSONValue.number(JSONNumber(Int64.min)), JSONValue.number(JSONNumber(UInt64.max)), "", "a",
    "A b", "a/b/c", "é\u{301}", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "-1", "1e99",
    "99999999999999999999Ei", "50%", "99999999999999999999%", "Always", "RollingUpdate", "None",
    [], [nil], [[]], ["a", "a"], [["name": "a"]], [:], ["a": "b"], ["": nil], ["a": ["b": 1]],
    [
      [
        "manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1",
        "fieldsV1": ["f:a": [".": [:], "k:{\"a\":1}": [:]], "v:1": [:], "i:0": [:], "f:": 1],
      ]
    ],
    [
      [
        "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
        "fieldsV1": ["f:spec": [:], "f:data": ["f:a": [:]], "f:metadata": ["f:name": [:]]],
      ]
    ],
    "10.0.0.1", "kubernetes.io/x", "2001:db8::1/64", "*/5 * * * *",
  ]

  /// With something in it replaced, removed or doubled.
  mutating func mutated(_ value: JSONValue, times: Int) -> JSONValue {
    var value = value
    for _ in 0..<times { value = mutated(value, depth: 0) }
    return value
  }

  private mutating func mutated(_ value: JSONValue, depth: Int) -> JSONValue {
    let goesDeeper = depth < 2 || chance(8, in: 10)
    switch value {
    case .object(var object) where !object.isEmpty && goesDeeper:
      let name = object.members[random.below(object.count)].name
      switch random.below(14) {
      case 0: object[name] = nil
      case 1: object[pick(["zz", "managedFields", "finalizers", "status", ""])] = pick(Self.values)
      default: object[name] = mutated(object[name] ?? nil, depth: depth + 1)
      }
      return .object(object)
    case .array(var elements) where !elements.isEmpty && goesDeeper:
      let place = random.below(elements.count)
      elements[place] = mutated(elements[place], depth: depth + 1)
      if chance(1, in: 4) { elements.append(elements[place]) }
      return .array(elements)
    default: return pick(Self.values)
    }
  }

  /// In blocks, or each field in JSON's way.
  private mutating func yaml(_ value: JSONValue) -> [UInt8] {
    let lines = value.members.map { "\($0.name): \($0.value.text())\n" }.joined()
    let text = Array((chance(1, in: 2) ? value.yaml : lines).utf8)
    return chance(1, in: 6) ? damage(text) : text
  }

  private mutating func damagedText(_ value: JSONValue) -> [UInt8] {
    let text = Array(value.text().utf8)
    return chance(1, in: 12) ? damage(text) : text
  }

  /// One to eight damages of bytes.
  mutating func damage(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0..<random.below(8) {
      guard !bytes.isEmpty else { return [UInt8(random.below(256))] }
      let place = random.below(bytes.count)
      let end = min(bytes.count, place + 1 + random.below(30))
      switch random.below(5) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
      default: bytes.insert(contentsOf: Array("{[\"%/:,\\".utf8).shuffledBy(&random), at: place)
      }
    }
    return bytes
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension [UInt8] {
  fileprivate func shuffledBy(_ random: inout PRNG) -> [UInt8] {
    let start = random.below(count)
    return Array(self[start...] + self[..<start])
  }
}

extension JSONValue {
  var members: [JSONObject.Member] { object?.members ?? [] }

  fileprivate func putting(_ value: JSONValue, at path: [String]) -> JSONValue {
    guard let first = path.first else { return value }
    var object = object ?? JSONObject()
    object[first] = (object[first] ?? [:]).putting(value, at: Array(path.dropFirst()))
    return .object(object)
  }
}

extension Kind {
  /// What a manifest says that it is.
  init(of object: JSONValue) {
    let kind = Kind.kept(
      apiVersion: object["apiVersion"]?.string ?? "", name: object["kind"]?.string ?? "")
    guard let kind else { preconditionFailure("no such kind: \(object.text())") }
    self = kind
  }
}
