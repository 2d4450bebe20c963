import Base
import JSON
import Objects
import Registry
import Testing

private let now = WallTime(milliseconds: 1_770_000_000_000)

/// The time that was `seconds` before now.
private func ago(_ seconds: Int64) -> JSONValue {
  .string(WallTime(milliseconds: now.milliseconds - seconds * 1000).rfc3339)
}

private func cells(
  _ kind: Kind, _ json: JSONValue, name: String = "s1", created: JSONValue = ago(3)
) throws -> [String] {
  var object = try #require(json.object)
  var meta = object["metadata"]?.object ?? JSONObject()
  meta["name"] = .string(name)
  meta["creationTimestamp"] = created
  object["metadata"] = .object(meta)
  let key = ObjectKey(kind, namespace: kind.isNamespaced ? "d" : "", name: name)
  let stored = StoredObject(key: .object(key), json: object, createRevision: 1, modRevision: 2)
  return ObjectTable(kind).cells(of: stored, now: now)
}

/// A pod of one container and this status.
private func pod(_ status: JSONValue, spec: JSONValue = ["containers": [["name": "c"]]])
  -> JSONValue
{
  ["spec": spec, "status": status]
}

private func state(_ state: JSONValue, restarts: Int64 = 0, ready: Bool = false) -> JSONValue {
  [
    "name": "c", "state": state, "restartCount": .number(JSONNumber(restarts)),
    "ready": .bool(ready),
  ]
}

/// Rows as kube-apiserver 1.33 showed objects with these statuses (meta/v1 Table).
@Suite struct `Tables of objects` {
  @Test func `columns are kube-apiserver's`() {
    func names(_ kind: Kind) -> [String] {
      ObjectTable(kind).columns.map { $0.isWide ? "(\($0.name))" : $0.name }
    }
    #expect(
      names(.pod) == [
        "Name", "Ready", "Status", "Restarts", "Age", "(IP)", "(Node)", "(Nominated Node)",
        "(Readiness Gates)",
      ])
    #expect(
      names(.deployment) == [
        "Name", "Ready", "Up-to-date", "Available", "Age", "(Containers)", "(Images)",
        "(Selector)",
      ])
    #expect(
      names(.replicaSet) == [
        "Name", "Desired", "Current", "Ready", "Age", "(Containers)", "(Images)", "(Selector)",
      ])
    #expect(
      names(.node) == [
        "Name", "Status", "Roles", "Age", "Version", "(Internal-IP)", "(External-IP)",
        "(OS-Image)", "(Kernel-Version)", "(Container-Runtime)",
      ])
    #expect(
      names(.event) == [
        "Last Seen", "Type", "Reason", "Object", "(Subobject)", "(Source)", "Message",
        "(First Seen)", "(Count)", "(Name)",
      ])
    #expect(names(.namespace) == ["Name", "Status", "Age"])
    #expect(names(.lease) == ["Name", "Holder", "Age"])
  }

  @Test func `a pod's status is what tells most of it`() throws {
    let waits = { (reason: String) -> JSONValue in ["waiting": ["reason": .string(reason)]] }
    let rows: [(status: JSONValue, ready: String, reason: String, restarts: String)] = [
      (["phase": "Pending"], "0/1", "Pending", "0"),
      (
        [
          "phase": "Running",
          "containerStatuses": [state(waits("CrashLoopBackOff"), restarts: 2)],
        ], "0/1", "CrashLoopBackOff", "2"
      ),
      (
        ["phase": "Pending", "containerStatuses": [state(waits("ContainerCreating"))]], "0/1",
        "ContainerCreating", "0"
      ),
      (
        [
          "phase": "Succeeded",
          "containerStatuses": [state(["terminated": ["reason": "Completed", "exitCode": 0]])],
        ], "0/1", "Completed", "0"
      ),
      (
        ["phase": "Failed", "containerStatuses": [state(["terminated": ["exitCode": 3]])]], "0/1",
        "ExitCode:3", "0"
      ),
      (
        [
          "phase": "Failed",
          "containerStatuses": [state(["terminated": ["exitCode": 137, "signal": 9]])],
        ], "0/1", "Signal:9", "0"
      ),
      (["phase": "Failed", "reason": "Evicted"], "0/1", "Evicted", "0"),
      (
        [
          "phase": "Pending",
          "conditions": [
            ["type": "PodScheduled", "status": "False", "reason": "SchedulingGated"]
          ],
        ], "0/1", "SchedulingGated", "0"
      ),
      (
        [
          "phase": "Running",
          "containerStatuses": [state(["running": [:]], restarts: 2, ready: true)],
        ], "1/1", "Running", "2"
      ),
    ]
    for row in rows {
      let found = try cells(.pod, pod(row.status))
      #expect(Array(found[1...3]) == [row.ready, row.reason, row.restarts], "\(row.status.text())")
    }
  }

  @Test func `a running pod shows where it is and when it was restarted`() throws {
    var running = try #require(state(["running": [:]], restarts: 2, ready: true).object)
    running["lastState"] = ["terminated": ["finishedAt": ago(123 * 60)]]
    let json = pod(
      ["phase": "Running", "podIP": "10.1.0.5", "containerStatuses": [.object(running)]],
      spec: ["nodeName": "n1", "containers": [["name": "c"]]])
    #expect(
      try cells(.pod, json, name: "p01") == [
        "p01", "1/1", "Running", "2 (123m ago)", "3s", "10.1.0.5", "n1", "<none>", "<none>",
      ])
    let gated = pod(
      [
        "phase": "Running", "nominatedNodeName": "n9",
        "conditions": [["type": "a", "status": "True"], ["type": "b", "status": "False"]],
        "containerStatuses": [state(["running": [:]], ready: true)],
      ],
      spec: [
        "containers": [["name": "c"]],
        "readinessGates": [["conditionType": "a"], ["conditionType": "b"]],
      ])
    #expect(try cells(.pod, gated)[7...] == ["n9", "1/2"])
  }

  @Test func `init containers and sidecars`() throws {
    let spec: JSONValue = [
      "initContainers": [["name": "i"], ["name": "j"]], "containers": [["name": "c"]],
    ]
    func reason(_ state: JSONValue, restarts: Int64 = 0) throws -> [String] {
      let status: JSONValue = [
        "phase": "Pending",
        "initContainerStatuses": [
          ["name": "i", "state": state, "restartCount": .number(JSONNumber(restarts))]
        ],
      ]
      return Array(try cells(.pod, pod(status, spec: spec))[1...3])
    }
    #expect(try reason(["running": [:]]) == ["0/1", "Init:0/2", "0"])
    #expect(
      try reason(["terminated": ["exitCode": 1, "reason": "Error"]]) == ["0/1", "Init:Error", "0"])
    #expect(try reason(["terminated": ["exitCode": 5]]) == ["0/1", "Init:ExitCode:5", "0"])
    #expect(
      try reason(["waiting": ["reason": "CrashLoopBackOff"]], restarts: 4)
        == ["0/1", "Init:CrashLoopBackOff", "4"])
    let sidecar = pod(
      [
        "phase": "Running",
        "initContainerStatuses": [
          [
            "name": "i", "state": ["running": [:]], "started": true, "ready": true,
            "restartCount": 1,
          ]
        ],
        "containerStatuses": [state(["running": [:]], ready: true)],
      ],
      spec: [
        "initContainers": [["name": "i", "restartPolicy": "Always"]],
        "containers": [["name": "c"]],
      ])
    #expect(try cells(.pod, sidecar)[1...3] == ["2/2", "Running", "1"])
  }

  @Test func `a pod on its way out`() throws {
    let leaving: JSONValue = [
      "metadata": ["deletionTimestamp": ago(1)],
      "spec": ["nodeName": "n1", "containers": [["name": "c"]]],
      "status": [
        "phase": "Running", "containerStatuses": [state(["running": [:]], ready: true)],
      ],
    ]
    #expect(try cells(.pod, leaving)[1...2] == ["1/1", "Terminating"])
    var lost = try #require(leaving.object)
    lost["status"] = ["phase": "Running", "reason": "NodeLost"]
    #expect(try cells(.pod, .object(lost))[2] == "Unknown")
  }

  @Test func `the other kinds`() throws {
    let template: JSONValue = [
      "spec": [
        "containers": [["name": "c1", "image": "img:1"], ["name": "c2", "image": "img:2"]]
      ]
    ]
    let workload: JSONValue = [
      "replicas": 3, "selector": ["matchLabels": ["a": "b"]], "template": template,
    ]
    #expect(
      try cells(
        .deployment,
        [
          "spec": workload,
          "status": ["readyReplicas": 2, "updatedReplicas": 2, "availableReplicas": 1],
        ]) == ["s1", "2/3", "2", "1", "3s", "c1,c2", "img:1,img:2", "a=b"])
    #expect(
      try cells(.replicaSet, ["spec": workload, "status": ["replicas": 3, "readyReplicas": 2]])
        == ["s1", "3", "3", "2", "3s", "c1,c2", "img:1,img:2", "a=b"])
    #expect(
      try cells(.lease, ["spec": ["holderIdentity": "h"]]) == ["s1", "h", "3s"])
    #expect(try cells(.namespace, ["status": ["phase": "Active"]]) == ["s1", "Active", "3s"])
    let node: JSONValue = [
      "metadata": [
        "labels": [
          "node-role.kubernetes.io/b": "", "node-role.kubernetes.io/control-plane": "",
          "kubernetes.io/role": "old",
        ]
      ],
      "status": [
        "conditions": [["type": "Ready", "status": "True"]],
        "addresses": [
          ["type": "InternalIP", "address": "10.0.0.1"],
          ["type": "ExternalIP", "address": "1.2.3.4"],
        ],
        "nodeInfo": [
          "kubeletVersion": "v1.33.0", "osImage": "Debian", "kernelVersion": "6.1",
          "containerRuntimeVersion": "x://1",
        ],
      ],
    ]
    #expect(
      try cells(.node, node, name: "n1") == [
        "n1", "Ready", "b,control-plane,old", "3s", "v1.33.0", "10.0.0.1", "1.2.3.4", "Debian",
        "6.1", "x://1",
      ])
    #expect(
      try cells(
        .node,
        [
          "spec": ["unschedulable": true],
          "status": ["conditions": [["type": "Ready", "status": "Unknown"]]],
        ], name: "n2") == [
          "n2", "NotReady,SchedulingDisabled", "<none>", "3s", "", "<none>", "<none>",
          "<unknown>", "<unknown>", "<unknown>",
        ])
    #expect(try cells(.node, [:], name: "n3")[1] == "Unknown")
  }

  @Test func `an event, in its old form and its new one`() throws {
    let old: JSONValue = [
      "lastTimestamp": ago(62), "firstTimestamp": ago(600), "type": "Normal", "reason": "Pulled",
      "involvedObject": [
        "kind": "Pod", "name": "p", "fieldPath": "spec.containers{c1}",
      ],
      "source": ["component": "kubelet", "host": "n1"], "message": "m m", "count": 4,
    ]
    #expect(
      try cells(.event, old) == [
        "62s", "Normal", "Pulled", "pod/p", "spec.containers{c1}", "kubelet, n1", "m m", "10m",
        "4", "s1",
      ])
    let new: JSONValue = [
      "eventTime": ago(62), "type": "Normal", "reason": "Scheduled",
      "involvedObject": ["kind": "Pod", "name": "p"], "reportingComponent": "ctl",
      "reportingInstance": "inst", "message": "n",
    ]
    #expect(
      try cells(.event, new, name: "s2-new-api") == [
        "62s", "Normal", "Scheduled", "pod/p", "", "ctl, inst", "n", "62s", "1", "s2-new-api",
      ])
  }

  @Test func `a scale shows what is wanted and what there is`() {
    let key = ObjectKey(.deployment, namespace: "d", name: "web")
    let scale: JSONValue = [
      "metadata": ["name": "web", "creationTimestamp": ago(3)], "spec": ["replicas": 4],
      "status": ["replicas": 3],
    ]
    let stored = StoredObject(
      key: .object(key), json: scale.object ?? JSONObject(), createRevision: 1, modRevision: 2)
    #expect(ObjectTable.scale.columns.map(\.name) == ["Name", "Desired", "Available", "Age"])
    #expect(ObjectTable.scale.values(of: stored, now: now) == ["web", 4, 3, "3s"])
  }

  /// apimachinery duration.HumanDuration.
  @Test func `ages are said as kubectl says them`() throws {
    let ages: [(seconds: Int64, text: String)] = [
      (-5, "<invalid>"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (599, "9m59s"),
      (600, "10m"), (179 * 60, "179m"), (3 * 3600, "3h"), (3 * 3600 + 60, "3h1m"),
      (8 * 3600, "8h"), (47 * 3600, "47h"), (48 * 3600, "2d"), (49 * 3600, "2d1h"),
      (8 * 86_400, "8d"), (729 * 86_400, "729d"), (730 * 86_400, "2y"), (800 * 86_400, "2y70d"),
      (8 * 365 * 86_400, "8y"), (9 * 365 * 86_400 + 86_400, "9y"),
    ]
    for age in ages {
      #expect(try cells(.lease, [:], created: ago(age.seconds))[2] == age.text)
    }
    #expect(try cells(.lease, [:], created: .null)[2] == "<unknown>")
  }

  @Test func `nonsense shows as nothing and never traps`() throws {
    let junk: [JSONValue] = [
      1, "x", [1, nil], nil, ["containers": 5, "conditions": ["x"]],
      [
        "containerStatuses": [1, ["state": [["a": 1]], "restartCount": 9_223_372_036_854_775_807]]
      ],
      ["containerStatuses": [["restartCount": 9_223_372_036_854_775_807], ["restartCount": 7]]],
    ]
    for kind in Kind.all {
      for first in junk {
        for second in junk {
          let shown = try cells(kind, ["spec": first, "status": second, "series": first])
          #expect(shown.count == ObjectTable(kind).columns.count)
        }
      }
    }
  }

  @Test func `columns line up as kubectl's do`() {
    var table = TableText()
    #expect(
      table.lines([["NAME", "READY", "AGE"], ["a", "1/1", "3s"]])
        == "NAME   READY   AGE\na      1/1     3s\n")
    // Rows that come later keep to the columns.
    #expect(table.lines([["b", "0/1", "4s"]]) == "b      0/1     4s\n")
    var narrow = TableText()
    #expect(narrow.lines([["A", "B"]]) == "A     B\n")
  }
}
