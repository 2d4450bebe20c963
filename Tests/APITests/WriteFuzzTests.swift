import Base
import HTTP
import JSON
import Registry
import Testing

@testable import API

/// What clients may send, right and wrong, changed at random places.
@Suite struct `Writes that make no sense` {
  private static let collections = [
    "/api/v1/namespaces/v/pods", "/api/v1/namespaces/v/configmaps", "/api/v1/namespaces/v/services",
    "/apis/apps/v1/namespaces/v/deployments", "/api/v1/namespaces", "/api/v1/nodes",
    "/apis/autoscaling/v1/namespaces/v/horizontalpodautoscalers",
    "/apis/policy/v1/namespaces/v/poddisruptionbudgets", "/api/v1/namespaces/v/events",
  ]
  /// Which manifest is right for which collection.
  private static let fitting = [0, 1, 2, 3, 1, 1, 4, 5, 6]
  private static let manifests: [JSONValue] = [
    [
      "metadata": ["name": "x", "labels": ["a": "b"]],
      "spec": [
        "containers": [
          [
            "name": "c", "image": "a:1", "ports": [["containerPort": 80]],
            "resources": ["requests": ["cpu": "100m"]], "env": [["name": "A", "value": "b"]],
          ]
        ], "volumes": [["name": "v", "emptyDir": [:]]],
      ],
    ],
    ["metadata": ["name": "x"], "data": ["a": "1"]],
    [
      "metadata": ["name": "x"],
      "spec": ["ports": [["port": 80, "targetPort": "http"]], "selector": ["a": "b"]],
    ],
    [
      "metadata": ["name": "x", "annotations": ["a": "b"]],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": ["a": "b"]],
        "template": [
          "metadata": ["labels": ["a": "b"]],
          "spec": ["containers": [["name": "c", "image": "a:1"]]],
        ],
      ],
    ],
    [
      "metadata": ["name": "x"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "w"],
        "maxReplicas": 3, "targetCPUUtilizationPercentage": 50,
      ],
    ],
    [
      "metadata": ["name": "x"],
      "spec": ["minAvailable": "50%", "selector": ["matchLabels": ["a": "b"]]],
    ],
    [
      "metadata": ["name": "x"], "involvedObject": ["namespace": "v", "name": "p"],
      "reason": "R", "message": "m", "type": "Normal", "count": 1,
    ],
    [
      "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "x"],
      "deleteOptions": ["gracePeriodSeconds": 1, "preconditions": ["uid": "u"]],
    ],
    [
      "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": ["name": "x"],
      "spec": ["replicas": 3],
    ],
    ["metadata": ["name": "x"], "target": ["kind": "Node", "name": "n1"]],
    ["propagationPolicy": "Foreground", "gracePeriodSeconds": 3, "dryRun": ["All"]],
    [["op": "replace", "path": "/metadata/labels", "value": ["x": "y"]]],
    ["spec": ["containers": [["name": "c", "image": "b:2"], ["$patch": "delete", "name": "d"]]]],
  ]
  private static let methods = ["POST", "PUT", "PATCH", "PATCH", "DELETE"]
  private static let types = [
    "application/json", "application/yaml", "application/merge-patch+json",
    "application/strategic-merge-patch+json", "application/json-patch+json",
    "application/apply-patch+yaml",
  ]
  private static let ends = [
    "", "", "", "/x", "/x", "/x", "/x/status", "/x/scale", "/x/eviction", "/x/binding",
    "/x/ephemeralcontainers", "/x/resize", "/x/finalize", "/x/nothing", "/x/status/more",
  ]
  private static let queries = [
    "", "", "?dryRun=All", "?fieldValidation=Strict", "?fieldManager=m",
    "?fieldManager=m&force=true",
    "?gracePeriodSeconds=-1", "?gracePeriodSeconds=99999999999999999999",
    "?propagationPolicy=Orphan",
  ]

  /// Debug code is slow: CI runs more seeds in release.
  @Test(arguments: 1...8)
  func `are answered, and never write what is not valid`(seed: Int) {
    var random = PRNG(seed: UInt64(seed))
    let harness = APIHarness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]]).expect(201)
    var taken = 0
    var written = WrittenObjects()
    for number in 0..<250 {
      // Half of them are such as a client means them.
      if number % 2 == 0 {
        let request = plausible(&random)
        let id = harness.server.begin(request)
        let code = harness.server.answers[id]?.code
        #expect(code != nil && code != 500, "\(request.target): \(request.body.text)")
        for object in written.take(from: harness) { ObjectCheck.check(object, "seed \(seed)") }
        guard let code, (200..<300).contains(code) else { continue }
        taken += 1
        continue
      }
      let collection = Self.collections[random.below(Self.collections.count)]
      let method = Self.methods[random.below(Self.methods.count)]
      let end =
        method == "POST" && random.below(3) > 0 ? "" : Self.ends[random.below(Self.ends.count)]
      let target = collection + end + Self.queries[random.below(Self.queries.count)]
      let type =
        method == "PATCH"
        ? Self.types[2 + random.below(4)] : Self.types[random.below(Self.types.count)]
      var request = APIRequest(
        method: method, target: target, fields: ["content-type": Bytes(type)],
        body: body(collection, &random))
      request.certificate = .administrator
      let id = harness.server.begin(request)
      guard let answer = harness.server.answers[id] else {
        Issue.record("\(method) \(target) \(type) has no answer: \(request.body.text)")
        return
      }
      guard (200..<300).contains(answer.code) else { continue }
      taken += 1
      for object in written.take(from: harness) { ObjectCheck.check(object, "seed \(seed)") }
      check(harness, collection + "/x")
    }
    // A tenth at least: else little would be checked of what is written.
    #expect(taken >= 25, "\(taken) were taken")
  }

  /// What a client might send that changes an object a little, in a fitting way.
  private func plausible(_ random: inout PRNG) -> APIRequest {
    let place = random.below(Self.collections.count)
    let collection = Self.collections[place]
    var value = Self.manifests[Self.fitting[place]]
    // Namespaces and nodes have no data, which server-side apply answers with 500 as Kubernetes
    // does.
    if place == 4 || place == 5 { value = ["metadata": value["metadata"] ?? [:]] }
    for _ in 0..<random.below(3) { value = changed(value, &random) }
    let isNew = random.below(3) == 0
    var target = collection + (isNew ? "" : "/x")
    var method = isNew ? "POST" : "PUT"
    var type = random.below(4) == 0 ? "application/yaml" : "application/json"
    if !isNew, random.below(2) == 0 {
      method = "PATCH"
      type = Self.types[2 + random.below(2)]
    } else if !isNew, random.below(2) == 0 {
      method = "PATCH"
      type = "application/apply-patch+yaml"
      target += "?fieldManager=m\(random.below(3))&force=true"
      let parts = collection.split(separator: "/")
      value = value.putting(
        "apiVersion", .string(parts[0] == "api" ? "v1" : "\(parts[1])/\(parts[2])"))
      value = value.putting("kind", .string(Self.kinds[Self.fitting[place]] ?? ""))
      if place == 4 || place == 5 {
        value = value.putting("kind", .string(place == 4 ? "Namespace" : "Node"))
      }
    }
    let text = type.hasSuffix("yaml") && random.below(2) == 0 ? value.yaml : value.text()
    var request = APIRequest(
      method: method, target: target, fields: ["content-type": Bytes(type)], body: Bytes(text))
    request.certificate = .administrator
    return request
  }

  private static let kinds = [
    0: "Pod", 1: "ConfigMap", 2: "Service", 3: "Deployment", 4: "HorizontalPodAutoscaler",
    5: "PodDisruptionBudget", 6: "Event",
  ]

  /// A leaf becomes another one of its type, or a label comes.
  private func changed(_ value: JSONValue, _ random: inout PRNG) -> JSONValue {
    switch value {
    case .object(let object) where !object.isEmpty:
      let member = object.members[random.below(object.count)]
      if member.name == "name" { return value }
      if member.name == "metadata", random.below(2) == 0 {
        return value.putting(
          "metadata",
          member.value.putting(
            pickOne(["labels", "annotations"], &random),
            ["l\(random.below(3))": .string("v\(random.below(3))")]))
      }
      return value.putting(member.name, changed(member.value, &random))
    case .array(var elements) where !elements.isEmpty:
      let place = random.below(elements.count)
      elements[place] = changed(elements[place], &random)
      return .array(elements)
    case .string(let text): return .string(pickOne(["b", "a:2", "80%", text], &random))
    case .number: return .number(Int64(1 + random.below(90)))
    case .bool(let flag): return .bool(!flag)
    case .null, .array, .object: return value
    }
  }

  private func pickOne(_ texts: [String], _ random: inout PRNG) -> String {
    texts[random.below(texts.count)]
  }

  /// What was written can be read, and written again as it is.
  private func check(_ harness: APIHarness, _ path: String) {
    let read = harness.send("GET", path)
    guard read.code == 200 else { return }
    let again = harness.send("PUT", path, body: read.json)
    #expect(again.code == 200, "\(path): \(read.body.text) \(again.body.text)")
  }

  private func body(_ collection: String, _ random: inout PRNG) -> Bytes {
    let fitting = Self.collections.firstIndex(of: collection).map { Self.fitting[$0] } ?? 0
    let choice = random.below(3) > 0 ? fitting : random.below(Self.manifests.count)
    var value = Self.manifests[choice]
    for _ in 0..<max(0, random.below(5) - 1) { value = mutated(value, &random) }
    var bytes = Array(value.text().utf8)
    if random.below(8) == 0, !bytes.isEmpty {
      bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
    }
    if random.below(20) == 0 { bytes = Array(bytes.prefix(random.below(bytes.count + 1))) }
    return Bytes(bytes)
  }

  private func mutated(_ value: JSONValue, _ random: inout PRNG) -> JSONValue {
    switch value {
    case .object(var object) where !object.isEmpty:
      let member = object.members[random.below(object.count)]
      switch random.below(6) {
      case 0: object[member.name] = nil
      case 1: object[member.name] = strange(&random)
      case 2: object["zz"] = member.value
      default: object[member.name] = mutated(member.value, &random)
      }
      return .object(object)
    case .array(var elements) where !elements.isEmpty:
      let place = random.below(elements.count)
      switch random.below(5) {
      case 0: elements.remove(at: place)
      case 1: elements.append(elements[place])
      case 2: elements[place] = strange(&random)
      default: elements[place] = mutated(elements[place], &random)
      }
      return .array(elements)
    case .null, .bool, .number, .string, .array, .object: return strange(&random)
    }
  }

  private static let strangers: [JSONValue] = [
    nil, true, 0, -1, 9_223_372_036_854_775_807, "", "x", "a/b", "A_B", "10%", "1e309", [], [:],
    [nil], [[:]], ["": ""], ["$patch": "replace"], "2020-01-01T00:00:00Z", "\u{0}\u{FFFF}",
  ]

  private func strange(_ random: inout PRNG) -> JSONValue {
    Self.strangers[random.below(Self.strangers.count)]
  }
}

extension JSONValue {
  fileprivate func putting(_ name: String, _ value: JSONValue) -> JSONValue {
    var object = object ?? JSONObject()
    object[name] = value
    return .object(object)
  }
}
