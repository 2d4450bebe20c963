import Base
import HTTP
import JSON
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
    for _ in 0..<250 {
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
      check(harness, collection + "/x")
    }
    #expect(taken > 0)
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
