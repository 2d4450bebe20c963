import Base
import JSON
import Objects
import Testing

@testable import Registry

/// A literal as text: `JSONValue("...")` would be a string.
private func parsed(_ text: String) throws -> JSONValue { try JSONValue(text) }

/// One object that several writers apply and update, by the registry.
struct AppliedObject {
  var history = ClusterHistory()
  let kind: Kind
  private(set) var stored: StoredObject?

  init(_ kind: Kind) {
    self.kind = kind
  }

  mutating func apply(
    _ configuration: JSONValue, by name: String = "applier", force: Bool = false,
    subresource: String = ""
  ) throws {
    let manager = FieldManager(
      name: name, operation: .apply, apiVersion: kind.apiVersion, subresource: subresource)
    let object = try ManagedFields.apply(
      configuration.members, to: stored?.json, of: kind, by: manager, force: force,
      at: history.context.now)
    try write(
      stored.map {
        subresource == "status"
          ? .updateStatus(from: $0, to: object) : .update(from: $0, to: object)
      } ?? .create(kind, object), by: manager)
  }

  mutating func update(
    by name: String = "updater", subresource: String = "", _ edit: (inout JSONObject) -> Void
  ) throws {
    var object = stored?.json ?? JSONObject()
    edit(&object)
    try write(
      stored.map {
        subresource == "status"
          ? .updateStatus(from: $0, to: object) : .update(from: $0, to: object)
      } ?? .create(kind, object),
      by: FieldManager(
        name: name, operation: .update, apiVersion: kind.apiVersion, subresource: subresource))
  }

  mutating func create(_ object: JSONValue, by name: String?) throws {
    try write(
      .create(kind, object.members),
      by: name.map { FieldManager(name: $0, operation: .update, apiVersion: kind.apiVersion) })
  }

  private mutating func write(_ intent: Intent, by manager: FieldManager?) throws {
    history.context.manager = manager
    let transaction = try history.commit(intent)
    if let key = transaction.writes.first?.key { stored = history.view[key] }
  }

  mutating func pass(seconds: Int64) {
    let now = WallTime(milliseconds: history.context.now.milliseconds + seconds * 1000)
    var context = PlanContext(now: now, random: history.context.random)
    context.manager = history.context.manager
    history.context = context
  }

  var json: JSONValue { .object(stored?.json ?? JSONObject()) }
  var entries: [JSONValue] { json["metadata"]?["managedFields"]?.array ?? [] }

  /// The fields of a manager, as text; nil where it has none.
  func fields(of name: String, subresource: String? = nil) -> String? {
    let entry = entries.first {
      $0["manager"]?.string == name && $0["subresource"]?.string == subresource
    }
    return entry?["fieldsV1"]?.text()
  }
}

@Suite struct `Server-side apply` {
  private func map(_ data: JSONValue, _ more: JSONValue = nil) -> JSONValue {
    var object: JSONValue = [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m", "namespace": "default"],
      "data": data,
    ]
    for member in more.members.members { object = object.with(member.name, member.value) }
    return object
  }

  private func conflict(_ body: () throws -> Void) -> ApplyFailure? {
    do {
      try body()
      return nil
    } catch {
      return error as? ApplyFailure
    }
  }

  @Test func `a new object's applier owns what it named`() throws {
    var object = AppliedObject(.configMap)
    try object.apply(map(["a": "1"]))
    #expect(object.entries.count == 1)
    #expect(object.entries[0]["operation"] == "Apply")
    #expect(object.entries[0]["apiVersion"] == "v1")
    #expect(object.entries[0]["time"] == "2023-11-14T22:13:20Z")
    #expect(object.entries[0]["fieldsType"] == "FieldsV1")
    #expect(object.fields(of: "applier") == #"{"f:data":{"f:a":{}}}"#)
  }

  @Test func `what the manifest no longer has goes`() throws {
    var object = AppliedObject(.configMap)
    try object.apply(map(["a": "1", "b": "2"]))
    try object.apply(map(["b": "2"]))
    #expect(object.json["data"] == ["b": "2"])
    #expect(object.fields(of: "applier") == #"{"f:data":{"f:b":{}}}"#)
  }

  @Test func `what another one has too stays`() throws {
    var object = AppliedObject(.configMap)
    try object.apply(map(["a": "1", "b": "2"]))
    try object.apply(map(["a": "1"]), by: "other")
    try object.apply(map(["b": "2"]))
    #expect(object.json["data"] == ["a": "1", "b": "2"])
    #expect(object.fields(of: "other") == #"{"f:data":{"f:a":{}}}"#)
    try object.apply(map([:]), by: "other")
    #expect(object.json["data"] == ["b": "2"])
  }

  // validation.md, section Media types, patches, query options
  @Test func `another value is a conflict`() throws {
    var object = AppliedObject(.configMap)
    try object.apply(map(["a": "1"]), by: "m1")
    let failure = conflict { try object.apply(map(["a": "2"]), by: "m2") }
    #expect(failure?.message == #"Apply failed with 1 conflict: conflict with "m1": .data.a"#)
    guard case .conflicts(let conflicts) = failure else {
      Issue.record("no conflict")
      return
    }
    #expect(conflicts.map(\.message) == [#"conflict with "m1""#])
    #expect(conflicts.map(\.field) == [".data.a"])
    #expect(object.json["data"] == ["a": "1"])
    try object.apply(map(["a": "2"]), by: "m2", force: true)
    #expect(object.json["data"] == ["a": "2"])
    #expect(object.fields(of: "m1") == nil)
  }

  @Test func `several conflicts are told by manager`() throws {
    var object = AppliedObject(.configMap)
    try object.apply(map(["a": "1", "b": "1"]), by: "m1")
    try object.update(by: "editor") { $0.edit("data") { $0["c"] = "1" } }
    let failure = conflict { try object.apply(map(["a": "2", "b": "2", "c": "2"]), by: "m2") }
    #expect(
      failure?.message == """
        Apply failed with 3 conflicts: conflicts with "editor" using v1:
        - .data.c
        conflicts with "m1":
        - .data.a
        - .data.b
        """)
  }

  // kubectl-wire.md, section 9
  @Test func `a scaled deployment's replicas conflict`() throws {
    var object = AppliedObject(.deployment)
    let deployment = try Self.deployment(replicas: 1)
    try object.apply(deployment, by: "kubectl")
    try object.update(by: "kubectl", subresource: "scale") {
      $0.edit("spec") { $0["replicas"] = 4 }
    }
    #expect(object.fields(of: "kubectl", subresource: "scale") == #"{"f:spec":{"f:replicas":{}}}"#)
    let failure = conflict { try object.apply(deployment, by: "kubectl") }
    #expect(
      failure?.message == """
        Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" \
        using apps/v1: .spec.replicas
        """)
  }

  private static func deployment(replicas: Int64?, image: String = "i") throws -> JSONValue {
    try parsed(
      """
      {"apiVersion": "apps/v1", "kind": "Deployment",
       "metadata": {"name": "d", "namespace": "default"},
       "spec": {\(replicas.map { "\"replicas\": \($0)," } ?? "")
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}},
         "spec": {"containers": [{"name": "c", "image": "\(image)",
          "ports": [{"containerPort": 80}]}]}}}}
      """)
  }

  @Test func `keys and their defaults tell elements apart`() throws {
    var object = AppliedObject(.deployment)
    try object.apply(try Self.deployment(replicas: nil))
    #expect(
      object.fields(of: "applier") == """
        {"f:spec":{"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":\
        {"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:image":{},"f:name":{},"f:ports":\
        {"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{}}}}}}}}}
        """)
    // The port got its default meanwhile, and is still the one that was applied.
    try object.apply(try Self.deployment(replicas: nil, image: "j"))
    let container = object.json["spec"]?["template"]?["spec"]?["containers"]?[0]
    #expect(container?["ports"]?.array?.count == 1)
    #expect(container?["image"] == "j")
    #expect(container?["terminationMessagePath"] == "/dev/termination-log")
  }

  @Test func `a field left to another one keeps its value`() throws {
    var object = AppliedObject(.deployment)
    try object.apply(try Self.deployment(replicas: 3))
    try object.update(by: "autoscaler", subresource: "scale") {
      $0.edit("spec") { $0["replicas"] = 5 }
    }
    try object.apply(try Self.deployment(replicas: nil))
    #expect(object.json["spec"]?["replicas"] == 5)
    #expect(object.fields(of: "applier")?.contains("replicas") == false)
  }

  @Test func `a field left to nobody gets its default`() throws {
    var object = AppliedObject(.deployment)
    try object.apply(try Self.deployment(replicas: 3))
    try object.apply(try Self.deployment(replicas: nil))
    #expect(object.json["spec"]?["replicas"] == 1)
  }

  @Test func `elements of others stay, in their places`() throws {
    var object = AppliedObject(.deployment)
    let base = try Self.deployment(replicas: 1)
    try object.apply(
      base.with(
        "spec.template.spec.containers",
        [["name": "a", "image": "i"], ["name": "b", "image": "i"]]))
    try object.apply(
      base.with("spec.template.spec.containers", [["name": "side", "image": "i"]])
        .with("spec.selector", nil).with("spec.template.metadata", nil).with("spec.replicas", nil),
      by: "injector")
    try object.apply(
      base.with(
        "spec.template.spec.containers",
        [["name": "b", "image": "i"], ["name": "z", "image": "i"]]))
    let containers = object.json["spec"]?["template"]?["spec"]?["containers"]?.array ?? []
    #expect(containers.map { $0["name"]?.string ?? "" } == ["b", "side", "z"])
  }

  @Test func `what changes nothing is not written`() throws {
    var object = AppliedObject(.configMap)
    try object.apply(map(["a": "1"]))
    let before = object.stored
    object.pass(seconds: 100)
    try object.apply(map(["a": "1"]))
    #expect(object.stored?.modRevision == before?.modRevision)
    try object.apply(map(["a": "1"]), by: "other")
    #expect(object.entries.count == 2)
    #expect(object.stored?.modRevision != before?.modRevision)
  }

  @Test func `an object without an account has one before the first apply`() throws {
    var object = AppliedObject(.configMap)
    try object.create(map(["a": "1", "b": "1"]), by: nil)
    try object.update { $0.edit("data") { $0["c"] = "1" } }
    #expect(object.entries.isEmpty)
    let failure = conflict { try object.apply(map(["a": "2"])) }
    #expect(
      failure?.message
        == #"Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a"#)
    try object.apply(map(["b": "1"]))
    #expect(
      object.fields(of: "before-first-apply")
        == #"{"f:data":{".":{},"f:a":{},"f:b":{},"f:c":{}}}"#)
    #expect(object.json["data"] == ["a": "1", "b": "1", "c": "1"])
  }

  @Test func `kubectl takes over what it wrote by client-side apply`() throws {
    var object = AppliedObject(.configMap)
    let manifest = map(["a": "1"])
    try object.create(
      manifest.with(
        "metadata.annotations",
        ["kubectl.kubernetes.io/last-applied-configuration": .string(manifest.text() + "\n")]),
      by: "kubectl-client-side-apply")
    #expect(conflict { try object.apply(map(["a": "2"]), by: "another") } != nil)
    try object.apply(map(["a": "2"]), by: "kubectl")
    #expect(object.json["data"] == ["a": "2"])
    // Kept up to date, so that the user may go back to client-side apply.
    #expect(
      object.json["metadata"]?["annotations"]?[
        "kubectl.kubernetes.io/last-applied-configuration"]?.string == """
          {"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap",\
          "metadata":{"name":"m","namespace":"default"}}

          """)
  }

  @Test func `what somebody changed since client-side apply is a conflict`() throws {
    var object = AppliedObject(.configMap)
    let manifest = map(["a": "1"])
    try object.create(
      manifest.with(
        "metadata.annotations",
        ["kubectl.kubernetes.io/last-applied-configuration": .string(manifest.text() + "\n")]),
      by: "kubectl-client-side-apply")
    try object.update(by: "editor") { $0.edit("data") { $0["a"] = "9" } }
    #expect(
      conflict { try object.apply(map(["a": "2"]), by: "kubectl") }?.message
        == #"Apply failed with 1 conflict: conflict with "editor" using v1: .data.a"#)
  }

  @Test func `the status is only applied by itself`() throws {
    var object = AppliedObject(.deployment)
    let base = try Self.deployment(replicas: 1)
    try object.apply(base.with("status", ["replicas": 7]))
    #expect(object.fields(of: "applier")?.contains("status") == false)
    #expect(object.json["status"]?["replicas"] == nil)
    try object.apply(
      base.with("status", ["observedGeneration": 1]).with("spec.replicas", 9),
      subresource: "status")
    #expect(
      object.fields(of: "applier", subresource: "status")
        == #"{"f:status":{"f:observedGeneration":{}}}"#)
    #expect(object.json["status"]?["observedGeneration"] == 1)
    #expect(object.json["spec"]?["replicas"] == 1)
  }

  // validation.md, section Media types, patches, query options
  @Test(arguments: [
    (#"{"metadata":{"name":"m"}}"#, "invalid object type: /, Kind="),
    (
      #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}}"#,
      "metadata.managedFields must be nil"
    ),
    (
      #"{"apiVersion":"v1","kind":"ConfigMap","zz":1}"#,
      "failed to create typed patch object (/; /v1, Kind=ConfigMap): .zz: "
        + "field not declared in schema"
    ),
  ])
  func `a configuration that does not fit is refused`(_ text: String, _ message: String) throws {
    var object = AppliedObject(.configMap)
    let configuration = try JSONValue(text)
    #expect(conflict { try object.apply(configuration) }?.message == message)
  }

  @Test func `an element that comes twice is refused`() throws {
    var object = AppliedObject(.deployment)
    let twice = try parsed(
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "ap"},
       "spec": {"template": {"spec": {"containers": [{"name": "c"}, {"name": "c"}]}}}}
      """)
    #expect(
      conflict { try object.apply(twice) }?.message == """
        failed to create typed patch object (/ap; apps/v1, Kind=Deployment): \
        .spec.template.spec.containers: duplicate entries for key [name="c"]
        """)
  }
}

@Suite struct `Updates that are kept account of` {
  @Test func `a writer gets what it changes, from whoever had it`() throws {
    var object = AppliedObject(.configMap)
    try object.create(
      ["metadata": ["name": "m", "namespace": "default"], "data": ["a": "1", "b": "1"]], by: "one")
    #expect(object.fields(of: "one") == #"{"f:data":{".":{},"f:a":{},"f:b":{}}}"#)
    object.pass(seconds: 5)
    try object.update(by: "two") { $0.edit("data") { $0["a"] = "2" } }
    #expect(object.fields(of: "one") == #"{"f:data":{".":{},"f:b":{}}}"#)
    #expect(object.fields(of: "two") == #"{"f:data":{"f:a":{}}}"#)
    #expect(object.entries.map { $0["time"] } == ["2023-11-14T22:13:20Z", "2023-11-14T22:13:25Z"])
    try object.update(by: "two") { $0.edit("data") { $0["b"] = nil } }
    #expect(object.fields(of: "one") == #"{"f:data":{}}"#)
  }

  // As a kube-apiserver 1.33 records `kubectl create deployment` (documented in many a bug report).
  @Test func `a new deployment belongs to who made it, defaults and all`() throws {
    var object = AppliedObject(.deployment)
    try object.create(
      try parsed(
        """
        {"metadata": {"name": "d", "namespace": "default", "labels": {"app": "d"}},
         "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "d"}}, "strategy": {},
          "template": {"metadata": {"labels": {"app": "d"}},
           "spec": {"containers": [{"name": "nginx", "image": "nginx", "resources": {}}]}}}}
        """), by: "kubectl-create")
    #expect(
      object.fields(of: "kubectl-create") == """
        {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:progressDeadlineSeconds":{},\
        "f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":\
        {"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},\
        "f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":\
        {"k:{\\"name\\":\\"nginx\\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},\
        "f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},\
        "f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},\
        "f:terminationGracePeriodSeconds":{}}}}}
        """)
  }

  @Test func `the status belongs to who writes it through its subresource`() throws {
    var object = AppliedObject(.deployment)
    try object.create(
      try parsed(
        """
        {"metadata": {"name": "d", "namespace": "default"}, "status": {"replicas": 7},
         "spec": {"selector": {"matchLabels": {"app": "d"}},
          "template": {"metadata": {"labels": {"app": "d"}},
           "spec": {"containers": [{"name": "nginx", "image": "nginx"}]}}}}
        """), by: "user")
    #expect(object.fields(of: "user")?.contains("f:status") == false)
    try object.update(by: "controller", subresource: "status") {
      $0["status"] = ["observedGeneration": 1, "replicas": 1]
      $0["spec"] = nil
    }
    #expect(
      object.fields(of: "controller", subresource: "status")
        == #"{"f:status":{"f:observedGeneration":{},"f:replicas":{}}}"#)
  }

  @Test func `a cleared account stays clear`() throws {
    var object = AppliedObject(.configMap)
    try object.create(
      ["metadata": ["name": "m", "namespace": "default"], "data": ["a": "1"]], by: "one")
    #expect(object.entries.count == 1)
    try object.update { $0.edit("metadata") { $0["managedFields"] = [[:]] } }
    #expect(object.json["metadata"]?["managedFields"] == nil)
    try object.update { $0["data"] = ["a": "2"] }
    #expect(object.entries.isEmpty)
  }

  @Test(arguments: [
    "[]", "null", "1", #"[{"manager":"x"}]"#, #"[{"operation":"Update"}]"#,
    #"[{"operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV2"}]"#,
    #"[{"operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:a":1}}]"#,
  ])
  func `a list that is none leaves the account alone`(_ text: String) throws {
    var object = AppliedObject(.configMap)
    try object.create(
      ["metadata": ["name": "m", "namespace": "default"], "data": ["a": "1"]], by: "one")
    let before = object.entries
    let list = try JSONValue(text)
    do {
      try object.update { $0.edit("metadata") { $0["managedFields"] = list } }
    } catch let error as Rejection {
      // Only for what a decoder refuses.
      #expect(error.code == 400)
    }
    #expect(object.entries == before)
    #expect(!before.isEmpty)
  }

  @Test func `a client may write the list itself`() throws {
    var object = AppliedObject(.configMap)
    try object.create(
      ["metadata": ["name": "m", "namespace": "default"], "data": ["a": "1"]],
      by: "kubectl-client-side-apply")
    // What kubectl's migration to server-side apply writes.
    try object.update(by: "kubectl") {
      $0.edit("metadata") { meta in
        var entry = meta["managedFields"]?[0]?.members ?? JSONObject()
        entry["manager"] = "kubectl"
        entry["operation"] = "Apply"
        meta["managedFields"] = .array([.object(entry)])
      }
    }
    #expect(object.entries.count == 1)
    #expect(object.entries[0]["operation"] == "Apply")
    #expect(object.fields(of: "kubectl") == #"{"f:data":{".":{},"f:a":{}}}"#)
    try object.apply(
      [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": "m", "namespace": "default"], "data": ["b": "1"],
      ], by: "kubectl")
    #expect(object.json["data"] == ["b": "1"])
  }

  @Test func `the oldest of too many updates become one`() throws {
    var object = AppliedObject(.configMap)
    try object.create(
      ["metadata": ["name": "m", "namespace": "default"], "data": ["k": "1"]], by: "m00")
    for number in 0..<12 {
      object.pass(seconds: 1)
      try object.update(by: number < 10 ? "m0\(number)" : "m\(number)") {
        $0.edit("data") { $0["k\(number)"] = "1" }
      }
    }
    #expect(object.entries.count == 10)
    #expect(
      object.entries.map { $0["manager"]?.string ?? "" }
        == ["ancient-changes"] + (3...9).map { "m0\($0)" } + ["m10", "m11"])
    #expect(
      object.fields(of: "ancient-changes")
        == #"{"f:data":{".":{},"f:k":{},"f:k0":{},"f:k1":{},"f:k2":{}}}"#)
    #expect(object.entries[0]["time"] == "2023-11-14T22:13:23Z")
  }
}
