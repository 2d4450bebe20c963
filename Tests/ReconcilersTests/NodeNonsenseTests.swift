import Base
import JSON
import Objects
import Registry
import Testing

@testable import Reconcilers

/// Objects in the store are the world's: whatever they hold, no reconciler traps, and all of them
/// come to rest.
@Suite struct `Nonsense in the store` {
  private static let all: [any Reconciler] = [
    Scheduler(), Dispatcher(), PodStatusReconciler(), NodeLifecycle(), PodGarbage(endedPodsMax: 3),
  ]

  private static let neighbour: JSONValue = [
    "requiredDuringSchedulingIgnoredDuringExecution": [
      [
        "topologyKey": "kubernetes.io/hostname", "namespaceSelector": [:],
        "labelSelector": ["matchLabels": ["a": "b"]],
      ]
    ]
  ]

  private static let affinity: JSONValue = [
    "podAffinity": neighbour, "podAntiAffinity": neighbour,
    "nodeAffinity": [
      "requiredDuringSchedulingIgnoredDuringExecution": [
        "nodeSelectorTerms": [
          ["matchExpressions": [["key": "a", "operator": "Gt", "values": ["3"]]]],
          ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["n1"]]]],
        ]
      ],
      "preferredDuringSchedulingIgnoredDuringExecution": [
        [
          "weight": 7,
          "preference": ["matchExpressions": [["key": "a", "operator": "Exists"]]],
        ]
      ],
    ],
  ]

  private static let rich: JSONValue = podObject(
    "p", requests: ["cpu": "100m", "memory": "1Gi", "example.com/x": "2"],
    meta: ["labels": ["a": "b"], "annotations": ["keelson.dev/scheduling-verdicts": "{}"]],
    spec: [
      "affinity": affinity, "nodeSelector": ["a": "5"], "priority": 3,
      "readinessGates": [["conditionType": "x"]],
      "topologySpreadConstraints": [
        [
          "maxSkew": 1, "topologyKey": "a", "minDomains": 2, "matchLabelKeys": ["a"],
          "labelSelector": ["matchExpressions": [["key": "a", "operator": "Exists"]]],
        ]
      ],
      "initContainers": [["name": "i", "restartPolicy": "Always"]],
      "tolerations": [["key": "k", "operator": "Exists", "tolerationSeconds": 9]],
    ])

  private static func placed(_ index: Int) -> JSONValue {
    rich.replacing(
      "metadata",
      [
        "name": .string("p\(index)"), "namespace": "default",
        "uid": .string("uid-p\(index)"),
      ]
    )
    .replacing("spec", rich["spec"]?.replacing("nodeName", "n1"))
  }

  /// One place of the value is something else.
  private static func mutate(_ value: JSONValue, _ random: inout PRNG) -> JSONValue {
    if random.below(4) == 0 { return strange(&random) }
    switch value {
    case .object(let object) where !object.isEmpty:
      let member = object.members[random.below(object.count)]
      if random.below(6) == 0 { return value.replacing(member.name, nil) }
      return value.replacing(member.name, mutate(member.value, &random))
    case .array(var elements) where !elements.isEmpty:
      let place = random.below(elements.count)
      elements[place] = mutate(elements[place], &random)
      return .array(elements)
    case .null, .bool, .number, .string, .array, .object: return strange(&random)
    }
  }

  private static func strange(_ random: inout PRNG) -> JSONValue {
    let values: [JSONValue] = [
      nil, "", "x", "a/b/../c", true, 0, -1, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808,
      "99999999999999999999Ei", "-5", "1e99", [], [[]], [nil], [:], ["": ""], "True", "NoExecute",
      "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", [["type": "Ready"], ["type": "Ready"]],
    ]
    return values[random.below(values.count)]
  }

  @Test(arguments: 0..<16) func `neither traps a reconciler nor keeps one busy`(_ seed: Int) {
    var random = PRNG(seed: UInt64(seed))
    var story = NodeStory(Self.all, seed: UInt64(seed))
    for name in ["n1", "n2", "n3"] { story.speak(name) }
    story.settle()
    for round in 0..<12 {
      let key = ObjectKey(.pod, namespace: "default", name: "p\(round % 4)")
      switch random.below(7) {
      case 0: story.put(.object(key), Self.mutate(Self.rich, &random))
      case 1: story.put(.object(key), Self.mutate(Self.placed(round % 4), &random))
      case 2:
        let node = story.node("n1")?.json ?? JSONObject()
        story.put(
          .object(ObjectKey(.node, name: "n1")), Self.mutate(.object(node), &random))
      case 3: story.put(.actualNode("n1"), Self.mutate(nodeReport(), &random))
      case 4:
        story.put(
          .actualPod(node: "n1", uid: "uid-p\(round % 4)"),
          Self.mutate(podReport("Running", ready: "True", running: true), &random))
      case 5:
        if random.below(2) == 0 {
          story.remove(.heartbeat("n1"))
        } else {
          story.put(.heartbeat("n1"), Self.strange(&random))
        }
      case _:
        story.put(
          .desiredPod(node: "n1", uid: "uid-p\(round % 4)"),
          Self.mutate(Self.placed(round % 4), &random))
      }
      story.settle()
      story.advance(.seconds(Int64(random.below(400))))
      story.lookAtAll()
      story.settle()
    }
    story.lookAtAll()
    story.settle()
    #expect(story.committed.isEmpty)
  }

  @Test func `facts of anything can be read`() {
    var random = PRNG(seed: 3)
    for _ in 0..<3000 {
      let pod = Self.mutate(Self.mutate(Self.rich, &random), &random).object ?? JSONObject()
      let facts = PodFacts(pod)
      #expect(facts.demands.requests.cpuMilli >= 0 && facts.demands.requests.memoryBytes >= 0)
      let node = Self.mutate(Self.mutate(nodeReport(), &random), &random).object ?? JSONObject()
      #expect(NodeFacts(node).allocatable.cpuMilli >= 0)
    }
  }
}
