import Base
import EtcdAPI
import HTTP
import JSON
import Objects
import Testing

@testable import API

extension APIHarness {
  /// A namespace with ConfigMaps `m0`, `m1`, ..., labelled by turns.
  convenience init(namespace: String, maps: Int) {
    self.init()
    send(
      "POST", "/api/v1/namespaces",
      body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]])
    for number in 0..<maps { put(map: number, in: namespace) }
    settle()
  }

  /// Past the API, so that tests of reading depend on no write.
  @discardableResult
  func put(
    map number: Int, in namespace: String = "w", color: String? = nil, data: String = "1"
  ) -> Int64 {
    let color = color ?? (number % 2 == 0 ? "red" : "blue")
    let value: JSONValue = [
      "apiVersion": "v1", "data": ["a": .string(data)], "kind": "ConfigMap",
      "metadata": [
        "name": .string("m\(number)"), "namespace": .string(namespace),
        "uid": .string("u\(number)"), "labels": ["color": .string(color)],
        "creationTimestamp": "2024-01-02T03:04:00Z",
      ],
    ]
    store.put(Bytes("/registry/configmaps/\(namespace)/m\(number)"), Bytes(value.text()))
    return store.revision
  }

  func delete(map number: Int, in namespace: String = "w") -> Int64 {
    store.delete(Bytes("/registry/configmaps/\(namespace)/m\(number)"))
    return store.revision
  }
}

extension JSONValue {
  var names: [String] {
    (self["items"]?.array ?? []).compactMap { $0["metadata"]?["name"]?.string }
  }
  var resourceVersion: String? { self["metadata"]?["resourceVersion"]?.string }
}

private let maps = "/api/v1/namespaces/w/configmaps"

@Suite struct `Reads of one object` {
  @Test func `carry the revision and keep the stored members`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    let answer = harness.send("GET", "\(maps)/m1")
    #expect(answer.code == 200 && answer.fields["content-type"] == "application/json")
    #expect(answer.json["kind"] == "ConfigMap" && answer.json["apiVersion"] == "v1")
    #expect(
      answer.json.resourceVersion
        == "\(harness.store["/registry/configmaps/w/m1"]?.modRevision ?? 0)")
    #expect(answer.json["data"]?["a"] == "1")
    #expect(
      answer.body.text.hasPrefix("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":"))
  }

  @Test func `without a resourceVersion reflect every write, however late the view`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    harness.server.holdsDeliveries = true
    harness.put(map: 0, data: "2")
    #expect(harness.send("GET", "\(maps)/m0").json["data"]?["a"] == "2")
    // Of what is at hand.
    #expect(harness.send("GET", "\(maps)/m0?resourceVersion=0").json["data"]?["a"] == "1")
  }

  /// One read is under way at a time; it serves all who came before it began.
  @Test func `without a resourceVersion share a read of the store`() {
    let harness = APIHarness(namespace: "w", maps: 3)
    let server = harness.server
    let before = server.calls.count
    server.holds = { _ in true }
    let gets = (0..<3).map { server.begin("GET", "\(maps)/m\($0)") }
    #expect(server.calls.count == before + 1)
    server.holds = { _ in false }
    server.release()
    #expect(server.calls.count == before + 2)
    for (number, id) in gets.enumerated() {
      #expect(server.answers[id]?.json["metadata"]?["name"]?.string == "m\(number)")
    }
  }

  /// The changes may come behind the answer that tells of them, in the same step.
  @Test(arguments: [false, true])
  func `go by the view that a step ends with`(isChangeFirst: Bool) throws {
    let harness = APIHarness(namespace: "w", maps: 1)
    let server = harness.server
    server.holdsDeliveries = true
    harness.put(map: 0, data: "2")
    server.holds = { _ in true }
    let before = server.calls.count
    let id = server.begin("GET", "\(maps)/m0")
    server.holds = { _ in false }
    server.answerHeldCalls(andDeliver: isChangeFirst ? .before : .behind)
    #expect(server.answers[id]?.json["data"]?["a"] == "2")
    // The object itself was not read.
    #expect(server.calls.count == before + 1)
  }

  @Test func `of an object that another API server has deleted find it gone`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    harness.server.holdsDeliveries = true
    harness.store.delete("/registry/configmaps/w/m0")
    #expect(harness.send("GET", "\(maps)/m0").code == 404)
    harness.server.holdsDeliveries = false
    #expect(harness.send("GET", "\(maps)/m0").code == 404)
  }

  @Test func `wait for a revision that another API server has told`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    harness.server.holdsDeliveries = true
    let revision = harness.put(map: 0, data: "2")
    let read = harness.begin("GET", "\(maps)/m0?resourceVersion=\(revision)")
    #expect(harness.server.answers[read] == nil)
    harness.server.holdsDeliveries = false
    harness.settle()
    #expect(harness.server.answers[read]?.json["data"]?["a"] == "2")
  }

  @Test(arguments: [
    ("application/json", "application/json", "{\"kind\":\"ConfigMap\""),
    ("*/*", "application/json", "{\"kind\":\"ConfigMap\""),
    ("application/yaml", "application/yaml", "kind: ConfigMap\n"),
    ("application/json;q=0.1, application/yaml", "application/yaml", "kind: ConfigMap\n"),
    (
      "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/json",
      "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{"
    ),
    (
      "application/json;as=Table;v=v2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;"
        + "g=meta.k8s.io,application/json", "application/json",
      "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1beta1\",\"metadata\":{"
    ),
  ])
  func `are written as they are accepted`(accept: String, type: String, start: String) {
    let harness = APIHarness(namespace: "w", maps: 1)
    let answer = harness.send("GET", "\(maps)/m0", fields: ["accept": Bytes(accept)])
    #expect(answer.fields["content-type"] == Bytes(type))
    #expect(answer.body.text.hasPrefix(start), "\(answer.body)")
  }

  /// Facts, validation.md, "Media types, patches, query options".
  @Test(arguments: [
    (
      "image/png", maps + "/m0",
      "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
        + "application/vnd.kubernetes.protobuf"
    ),
    (
      "text/html", maps,
      "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
        + "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
        + "application/vnd.kubernetes.protobuf;stream=watch"
    ),
    (
      "application/json;as=Table;v=v1beta2;g=meta.k8s.io", maps,
      "only the following media types are accepted: application/json, application/yaml, "
        + "application/vnd.kubernetes.protobuf"
    ),
    (
      "application/json;as=Nope;v=v1;g=meta.k8s.io", maps,
      "only the following media types are accepted: application/json, application/yaml, "
        + "application/vnd.kubernetes.protobuf"
    ),
  ])
  func `are refused in forms that there are not`(accept: String, target: String, message: String) {
    let harness = APIHarness(namespace: "w", maps: 1)
    let answer = harness.send("GET", target, fields: ["accept": Bytes(accept)])
    #expect(answer.code == 406 && answer.json["reason"] == "NotAcceptable")
    #expect(answer.json["message"]?.string == message)
  }

  @Test func `have line breaks for people`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    for answer in [
      harness.send("GET", "\(maps)/m0?pretty=true"),
      harness.send("GET", "\(maps)/m0", fields: ["user-agent": "curl/8.5.0"]),
    ] {
      #expect(answer.body.text.hasPrefix("{\n  \"kind\": \"ConfigMap\",\n"))
    }
  }

  @Test func `show a scale as an object and as a table`() {
    let harness = APIHarness(namespace: "w", maps: 0)
    let value: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": [
        "name": "web", "namespace": "w", "uid": "u", "creationTimestamp": "2024-01-02T03:04:00Z",
      ],
      "spec": ["replicas": 3, "selector": ["matchLabels": ["app": "web"]]],
      "status": ["replicas": 2],
    ]
    harness.store.put("/registry/deployments/w/web", Bytes(value.text()))
    let path = "/apis/apps/v1/namespaces/w/deployments/web/scale"
    let scale = harness.send("GET", path).json
    #expect(scale["kind"] == "Scale" && scale["apiVersion"] == "autoscaling/v1")
    #expect(scale["spec"]?["replicas"] == 3 && scale["status"]?["selector"] == "app=web")
    #expect(scale.resourceVersion == "\(harness.store.revision)")
    let table = harness.send("GET", path, fields: ["accept": .table]).json
    #expect(
      table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string }
        == ["Name", "Desired", "Available", "Age"])
    #expect(table["rows"]?[0]?["cells"]?.array?.prefix(3) == ["web", 3, 2])
  }
}

extension Bytes {
  /// What kubectl accepts for its tables (facts, kubectl-wire.md section 0).
  static let table = Bytes(
    "application/json;as=Table;v=v1;g=meta.k8s.io,"
      + "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json")
}

@Suite struct `Lists` {
  @Test func `tell all, at the revision of the view`() {
    let harness = APIHarness(namespace: "w", maps: 3)
    let list = harness.send("GET", maps).json
    #expect(list["kind"] == "ConfigMapList" && list["apiVersion"] == "v1")
    #expect(list.resourceVersion == "\(harness.store.revision)")
    #expect(list.names == ["m0", "m1", "m2"])
    // Items of a list tell no kind.
    #expect(list["items"]?[0]?["kind"] == nil && list["items"]?[0]?["apiVersion"] == nil)
    #expect(list["items"]?[0]?["data"]?["a"] == "1")
    #expect(harness.send("GET", "/api/v1/configmaps").json.names == list.names)
    #expect(harness.send("GET", "/api/v1/namespaces/none/configmaps").json["items"] == [])
  }

  @Test func `reflect a write that another API server acknowledged`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    harness.server.holdsDeliveries = true
    harness.put(map: 7)
    let list = harness.begin("GET", maps)
    #expect(harness.server.answers[list] == nil)
    harness.server.holdsDeliveries = false
    harness.settle()
    #expect(harness.server.answers[list]?.json.names == ["m0", "m7"])
  }

  @Test(arguments: [
    ("labelSelector=color%3Dred", ["m0", "m2"]), ("labelSelector=color!%3Dred", ["m1", "m3"]),
    ("labelSelector=color+in+(blue),color", ["m1", "m3"]), ("labelSelector=!color", []),
    ("fieldSelector=metadata.name%3Dm2", ["m2"]),
    ("fieldSelector=metadata.name%3D%3Dm2,metadata.namespace%3Dw", ["m2"]),
    ("fieldSelector=metadata.name!%3Dm2&labelSelector=color%3Dred", ["m0"]),
    ("fieldSelector=metadata.name%3Dnone", []), ("fieldSelector=metadata.namespace%3Dx", []),
  ])
  func `are of what selectors select`(query: String, names: [String]) {
    let harness = APIHarness(namespace: "w", maps: 4)
    #expect(harness.send("GET", "\(maps)?\(query)").json.names == names)
    #expect(harness.send("GET", "/api/v1/configmaps?\(query)").json.names == names)
  }

  @Test func `go on in chunks at one revision`() {
    let harness = APIHarness(namespace: "w", maps: 5)
    let first = harness.send("GET", "\(maps)?limit=2").json
    let revision = harness.store.revision
    #expect(first.names == ["m0", "m1"] && first["metadata"]?["remainingItemCount"] == 3)
    harness.put(map: 2, data: "changed")
    harness.put(map: 9)
    _ = harness.delete(map: 3)
    let token = first["metadata"]?["continue"]?.string ?? ""
    let second = harness.send("GET", "\(maps)?limit=2&continue=\(token)").json
    #expect(second.names == ["m2", "m3"] && second["items"]?[0]?["data"]?["a"] == "1")
    #expect(second.resourceVersion == "\(revision)")
    #expect(second["metadata"]?["remainingItemCount"] == 1)
    let last = harness.send(
      "GET", "\(maps)?limit=2&continue=\(second["metadata"]?["continue"]?.string ?? "")"
    ).json
    #expect(last.names == ["m4"] && last["metadata"]?["continue"] == nil)
    #expect(last["metadata"]?["remainingItemCount"] == nil)
  }

  @Test func `in chunks over all namespaces and with selectors tell each once`() {
    let harness = APIHarness(namespace: "w", maps: 7)
    for number in 0..<6 { harness.put(map: number, in: "x") }
    var names: [String] = []
    var query = "limit=2&labelSelector=color%3Dred"
    while true {
      let page = harness.send("GET", "/api/v1/configmaps?\(query)").json
      #expect(page["metadata"]?["remainingItemCount"] == nil)
      names += (page["items"]?.array ?? []).map {
        "\($0["metadata"]?["namespace"]?.string ?? "")/\($0["metadata"]?["name"]?.string ?? "")"
      }
      guard let token = page["metadata"]?["continue"]?.string else { break }
      query = "limit=2&labelSelector=color%3Dred&continue=\(token)"
      #expect(names.count <= 7)
      guard names.count <= 7 else { break }
    }
    #expect(names == ["w/m0", "w/m2", "w/m4", "w/m6", "x/m0", "x/m2", "x/m4"])
  }

  @Test func `say how to go on when a chunk's revision is gone`() {
    let harness = APIHarness(namespace: "w", maps: 4)
    let first = harness.send("GET", "\(maps)?limit=2").json
    harness.put(map: 8)
    harness.store.compact(harness.store.revision)
    let token = first["metadata"]?["continue"]?.string ?? ""
    let gone = harness.send("GET", "\(maps)?limit=2&continue=\(token)")
    #expect(gone.code == 410 && gone.json["reason"] == "Expired")
    #expect(
      gone.json["message"]?.string
        == "The provided continue parameter is too old to display a consistent list result. "
        + "You can start a new list without the continue parameter, or use the continue "
        + "token in this response to retrieve the remainder of the results. Continuing with "
        + "the provided token results in an inconsistent list - objects that were created, "
        + "modified, or deleted between the time the first chunk was returned and now may "
        + "show up in the list."
    )
    let next = gone.json["metadata"]?["continue"]?.string ?? ""
    let rest = harness.send("GET", "\(maps)?limit=5&continue=\(next)").json
    #expect(rest.names == ["m2", "m3", "m8"])
  }

  @Test func `of an exact revision come from the store`() {
    let harness = APIHarness(namespace: "w", maps: 3)
    let revision = harness.store.revision
    _ = harness.delete(map: 0)
    let query = "\(maps)?resourceVersion=\(revision)&resourceVersionMatch=Exact"
    let list = harness.send("GET", query).json
    #expect(list.names == ["m0", "m1", "m2"] && list.resourceVersion == "\(revision)")
    let newer = harness.send("GET", "\(maps)?resourceVersion=\(revision)").json
    #expect(newer.names == ["m1", "m2"])
    harness.store.compact(harness.store.revision)
    let gone = harness.send("GET", query)
    #expect(gone.code == 410 && gone.json["reason"] == "Expired")
    #expect(gone.json["message"] == "The resourceVersion for the provided list is too old.")
  }

  @Test func `of a revision to come wait three seconds`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let revision = harness.store.revision
    let never = harness.begin("GET", "\(maps)?resourceVersion=99999999")
    let soon = harness.begin("GET", "\(maps)?resourceVersion=\(revision + 1)")
    #expect(harness.server.answers[never] == nil && harness.server.answers[soon] == nil)
    harness.put(map: 1)
    harness.settle()
    #expect(harness.server.answers[soon]?.json.names == ["m0", "m1"])
    harness.pass(.seconds(4))
    let answer = harness.server.answers[never]
    #expect(answer?.code == 504 && answer?.json["reason"] == "Timeout")
    #expect(
      answer?.json["message"]?.string
        == "Timeout: Too large resource version: 99999999, current: \(revision + 1)")
    #expect(answer?.json["details"]?["retryAfterSeconds"] == 1)
    #expect(
      answer?.json["details"]?["causes"] == [
        ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
      ])
    // The store is not asked again and again for what it does not have.
    #expect(harness.server.calls.count < 20)
  }

  /// Facts, validation.md, "Media types, patches, query options".
  @Test(arguments: [
    ("fieldSelector=spec.zz%3Da", 400, "BadRequest", "field label not supported: spec.zz"),
    ("fieldSelector=a", 400, "BadRequest", "invalid selector: 'a'; can't understand 'a'"),
    (
      "labelSelector=%3D", 400, "BadRequest",
      "unable to parse requirement: found '=', expected: identifier"
    ),
    (
      "labelSelector=a+b", 400, "BadRequest",
      "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"
    ),
    ("limit=x", 400, "BadRequest", "strconv.ParseInt: parsing \"x\": invalid syntax"),
    (
      "resourceVersion=x", 400, "BadRequest",
      "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: "
        + "parsing \"x\": invalid syntax"
    ),
    (
      "resourceVersionMatch=NotOlderThan", 422, "Invalid",
      "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
        + "resourceVersionMatch is forbidden unless resourceVersion is provided"
    ),
    (
      "resourceVersionMatch=Exact&resourceVersion=0", 422, "Invalid",
      "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
        + "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""
    ),
    (
      "sendInitialEvents=true", 422, "Invalid",
      "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: "
        + "sendInitialEvents is forbidden for list"
    ),
    (
      "watch=true&sendInitialEvents=true", 422, "Invalid",
      "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
        + "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
    ),
    (
      "watch=true&resourceVersion=x", 500, "",
      "resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax"
    ),
  ])
  func `refuse what a query says wrong`(
    query: String, code: Int, reason: String, message: String
  ) {
    let harness = APIHarness(namespace: "w", maps: 1)
    let answer = harness.send("GET", "/api/v1/pods?\(query)")
    #expect(answer.code == code && (answer.json["reason"]?.string ?? "") == reason)
    #expect(answer.json["message"]?.string == message)
  }

  @Test func `take bookmarks for granted where there is no watch`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    #expect(harness.send("GET", "\(maps)?allowWatchBookmarks=true").code == 200)
  }

  @Test func `are tables for kubectl`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    let table = harness.send("GET", "\(maps)?limit=500", fields: ["accept": .table]).json
    #expect(table["kind"] == "Table" && table["apiVersion"] == "meta.k8s.io/v1")
    #expect(table.resourceVersion == "\(harness.store.revision)")
    // Facts, columns.json, configmaps.
    #expect(
      table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string }
        == ["Name", "Data", "Age"])
    #expect(table["rows"]?[0]?["cells"] == ["m0", 1, "5s"])
    #expect(table["rows"]?[1]?["object"]?["kind"] == "PartialObjectMetadata")
    #expect(table["rows"]?[1]?["object"]?["metadata"]?["namespace"] == "w")
    let empty = harness.send(
      "GET", "/api/v1/namespaces/none/configmaps", fields: ["accept": .table]
    ).json
    #expect(empty["rows"] == [] && empty["columnDefinitions"]?.array?.count == 3)
  }

  @Test(arguments: [("Object", true, true), ("Metadata", true, false), ("None", false, false)])
  func `hold in their rows what is asked for`(include: String, hasObject: Bool, hasData: Bool) {
    let harness = APIHarness(namespace: "w", maps: 1)
    let row = harness.send(
      "GET", "\(maps)?includeObject=\(include)", fields: ["accept": .table]
    ).json["rows"]?[0]
    #expect((row?["object"] != nil) == hasObject)
    #expect((row?["object"]?["data"] != nil) == hasData)
  }

  @Test func `in every layout say the same`() throws {
    let harness = APIHarness(namespace: "w", maps: 3)
    let plain = harness.send("GET", maps).json
    #expect(harness.send("GET", "\(maps)?pretty=1").json == plain)
    let yaml = harness.send("GET", maps, fields: ["accept": "application/yaml"])
    #expect(try YAMLDocument.documents(in: yaml.body).map(\.value) == [plain])
    let nothing = harness.send("GET", "/api/v1/secrets?pretty=1").json
    #expect(nothing["items"] == [])
    let none = harness.send("GET", "/api/v1/secrets", fields: ["accept": "application/yaml"])
    #expect(try YAMLDocument.documents(in: none.body).map(\.value) == [nothing])
  }

  @Test func `of many objects come in slices and wait for a slow client`() {
    let harness = APIHarness(namespace: "w", maps: 300)
    let list = harness.begin("GET", maps)
    #expect(harness.server.heads[list]?.code == 200)
    let whole = harness.server.whole(list)
    #expect(whole?.json.names.count == 300)
    #expect((harness.server.bodies[list]?.count ?? 0) >= 3)
  }

  @Test func `of many objects are cut off where nobody reads them`() {
    let harness = APIHarness(namespace: "w", maps: 300)
    let list = harness.server.beginUnread(.get("\(maps)?resourceVersion=0"))
    let slow = harness.server.beginUnread(.get("\(maps)?resourceVersion=0"))
    harness.pass(.seconds(29))
    #expect(harness.server.bodies[list]?.count == 1 && harness.server.core.requestCount == 2)
    harness.server.tell(.writable(slow))
    #expect(harness.server.whole(slow)?.json.names.count == 300)
    harness.pass(.seconds(2))
    #expect(harness.server.aborted == [list] && harness.server.core.requestCount == 0)
    #expect(harness.server.bodies[list]?.count == 1)
  }
}
