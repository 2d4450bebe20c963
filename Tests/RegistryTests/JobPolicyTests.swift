import JSON
import Objects
import Registry
import Testing

/// What Kubernetes' documentation of Jobs asks of policies and indexes (concepts/workloads/
/// controllers/job: "Pod failure policy", "Success policy", "Backoff limit per index"; the API
/// reference of JobSpec).
@Suite struct `Job policies` {
  private static let job: JSONValue = [
    "metadata": ["name": "x", "namespace": "default"],
    "spec": [
      "template": [
        "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "a:1"]]]
      ]
    ],
  ]

  /// A job with these members of its spec.
  private static func job(_ spec: JSONValue) -> JSONObject {
    spec.members.members.reduce(job) { $0.with("spec.\($1.name)", $1.value) }.members
  }

  private func errors(_ spec: JSONValue) -> [String] {
    let rejection = ClusterHistory().rejection(of: .create(.job, Self.job(spec)))
    guard case .invalid(_, _, let errors)? = rejection else { return [] }
    return errors.map { "\($0.path): \($0.message)" }
  }

  @Test func `good ones are accepted`() {
    #expect(
      errors([
        "completions": 5, "parallelism": 2, "completionMode": "Indexed", "backoffLimitPerIndex": 1,
        "maxFailedIndexes": 2, "managedBy": "e.example/queue",
        "podFailurePolicy": [
          "rules": [
            [
              "action": "FailIndex",
              "onExitCodes": ["operator": "In", "values": [1, 42], "containerName": "c"],
            ],
            ["action": "Ignore", "onPodConditions": [["type": "DisruptionTarget"]]],
          ]
        ],
        "successPolicy": ["rules": [["succeededIndexes": "0,2-4", "succeededCount": 2]]],
      ]) == [])
    #expect(ClusterHistory().rejection(of: .create(.job, Self.job([:]))) == nil)
  }

  @Test(
    arguments: [
      (
        ["maxFailedIndexes": 1, "completions": 2, "completionMode": "Indexed"],
        ["spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified"]
      ),
      (
        ["backoffLimitPerIndex": 1],
        ["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"]
      ),
      (
        [
          "backoffLimitPerIndex": 1, "maxFailedIndexes": 3, "completions": 2,
          "completionMode": "Indexed",
        ],
        ["spec.maxFailedIndexes: Invalid value: 3: must be less than or equal to completions"]
      ),
      (
        ["backoffLimitPerIndex": 1, "completions": 100_001, "completionMode": "Indexed"],
        [
          "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000"
        ]
      ),
      (
        ["managedBy": "queue"],
        [
          "spec.managedBy: Invalid value: \"queue\": must be a domain-prefixed path (such as "
            + "\"acme.io/foo\")"
        ]
      ),
      (
        ["podFailurePolicy": ["rules": []], "podReplacementPolicy": "TerminatingOrFailed"],
        [
          "spec.podReplacementPolicy: Unsupported value: \"TerminatingOrFailed\": "
            + "supported values: \"Failed\""
        ]
      ),
      (
        ["successPolicy": ["rules": [["succeededCount": 1]]]],
        ["spec.successPolicy: …: requires indexed completion mode"]
      ),
    ] as [(JSONValue, [String])])
  func `numbers and names are bound`(spec: JSONValue, wanted: [String]) {
    expect(errors(spec), wanted)
  }

  @Test(
    arguments: [
      (
        ["action": "Retry", "onPodConditions": [["type": "a", "status": "True"]]],
        [
          "action: Unsupported value: \"Retry\": supported values: \"Count\", \"FailIndex\", "
            + "\"FailJob\", \"Ignore\""
        ]
      ),
      (
        ["onPodConditions": [["type": "a", "status": "Maybe"]]],
        [
          "action: Required value: valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]",
          "onPodConditions[0].status: Unsupported value: \"Maybe\": supported values: \"False\", "
            + "\"True\", \"Unknown\"",
        ]
      ),
      (
        ["action": "FailIndex", "onExitCodes": ["operator": "NotIn", "values": [1]]],
        ["action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set"]
      ),
      (
        [
          "action": "FailJob",
          "onExitCodes": ["operator": "In", "values": [3, 0, 3], "containerName": "d"],
        ],
        [
          "onExitCodes.containerName: Invalid value: \"d\": must be one of the container or "
            + "initContainer names in the pod template",
          "onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
          "onExitCodes.values[2]: Duplicate value: 3",
          "onExitCodes.values: Invalid value: []int32{3, 0, 3}: must be ordered",
        ]
      ),
      (
        ["action": "FailJob", "onExitCodes": ["operator": "Near", "values": []]],
        [
          "onExitCodes.operator: Unsupported value: \"Near\": supported values: \"In\", \"NotIn\"",
          "onExitCodes.values: Invalid value: []int32{}: at least one value is required",
        ]
      ),
    ] as [(JSONValue, [String])])
  func `rules of failure say what and when`(rule: JSONValue, wanted: [String]) {
    expect(
      errors(["podFailurePolicy": ["rules": [rule]]]),
      wanted.map { "spec.podFailurePolicy.rules[0].\($0)" })
  }

  @Test(
    arguments: [
      (
        [:],
        ": Required value: at least one of succeededCount or succeededIndexes must be specified"
      ),
      (
        ["succeededCount": 6],
        ".succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified "
          + "completions)"
      ),
      (
        ["succeededCount": 3, "succeededIndexes": "1,3"],
        ".succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in "
          + "the specified succeededIndexes field)"
      ),
      (["succeededIndexes": "a"], "a: cannot convert string to integer for index: \"a\""),
      (["succeededIndexes": "0-9"], "0-9: too large index: \"9\""),
      (["succeededIndexes": "3,1"], "3,1: non-increasing order, previous: 3, current: 1"),
      (["succeededIndexes": "2-1"], "2-1: non-increasing order, previous: 2, current: 1"),
      (
        ["succeededIndexes": "0-1-2"],
        "0-1-2: the fragment \"0-1-2\" violates the requirement that an index interval can have at "
          + "most two parts separated by '-'"
      ),
    ] as [(JSONValue, String)])
  func `rules of success fit the completions`(rule: JSONValue, wanted: String) {
    var wanted = wanted
    if let indexes = rule["succeededIndexes"]?.string, wanted.hasPrefix("\(indexes): ") {
      wanted =
        ".succeededIndexes: Invalid value: \"\(indexes)\": error parsing succeededIndexes: "
        + wanted.dropFirst(indexes.count + 2)
    }
    expect(
      errors([
        "completions": 5, "completionMode": "Indexed", "successPolicy": ["rules": [rule]],
      ]), ["spec.successPolicy.rules[0]\(wanted)"])
  }

  @Test func `are for good`() throws {
    var cluster = ClusterHistory()
    let stored = try cluster.create(
      .job,
      .object(
        Self.job([
          "completions": 5, "completionMode": "Indexed", "backoffLimitPerIndex": 1,
          "managedBy": "e.example/a",
        ])))
    for (field, value): (String, JSONValue?) in [
      ("backoffLimitPerIndex", 2), ("managedBy", "e.example/b"),
      ("podFailurePolicy", ["rules": []]), ("successPolicy", ["rules": [["succeededCount": 1]]]),
      ("managedBy", Optional.none),
    ] {
      let change = Intent.update(from: stored, to: stored.with("spec.\(field)", value))
      guard case .invalid(_, _, let errors)? = cluster.rejection(of: change) else {
        Issue.record("\(field) was changed")
        continue
      }
      #expect(
        errors.contains { $0.path == "spec.\(field)" && $0.detail == "field is immutable" },
        "\(errors)")
    }
  }

  /// `…` stands for what Go prints of a struct.
  private func expect(_ found: [String], _ wanted: [String]) {
    #expect(found.count == wanted.count, "\(found)")
    for (found, wanted) in zip(found, wanted) {
      let parts = wanted.split(separator: "…")
      #expect(
        parts.count == 2
          ? found.hasPrefix(parts[0]) && found.hasSuffix(parts[1]) : found == wanted)
    }
  }
}
