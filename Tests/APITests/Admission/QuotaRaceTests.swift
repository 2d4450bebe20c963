import Base
import Component
import EtcdAPI
import JSON
import Objects
import Registry
import Testing

@testable import API

private let pods = "/api/v1/namespaces/v/pods"

/// A pod; `ends`: it has a deadline, so that quotas of scope Terminating limit it.
private func pod(_ name: String, ends: Bool = false) -> JSONValue {
  AdmissionObjects.pod(name, spec: ends ? ["activeDeadlineSeconds": 5] : [:])
}

private func isWrite(_ call: StoreCall) -> Bool {
  if case .txn(let request) = call { !request.success.isEmpty } else { false }
}

/// Several who write at once, over the key space of a real store.
@Suite struct `The last of a quota` {
  private static let full =
    "is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"

  private func stage() -> (AdmissionStage, APIHarnessServer, APIHarnessServer) {
    let stage = AdmissionStage([AdmissionObjects.quota(["pods": "1"])])
    var settings = APISettings()
    settings.hasServiceAccounts = true
    let second = stage.harness.startServer(settings: settings)
    return (stage, stage.harness.servers[0], second)
  }

  @Test(arguments: [false, true])
  func `goes to one of two servers, and the other tells its user`(isStale: Bool) {
    let (stage, late, early) = stage()
    late.holds = isWrite
    let id = late.begin("POST", pods, body: pod("x"))
    late.holdsDeliveries = isStale
    #expect(early.send("POST", pods, body: pod("y")).code == 201)
    #expect(late.answers[id] == nil)
    late.holds = { _ in false }
    late.release()
    late.holdsDeliveries = false
    stage.harness.settle()
    let answer = late.answers[id]
    #expect(answer?.code == 403)
    #expect(answer?.json["reason"] == "Forbidden")
    #expect(answer?.json["message"] == .string(#"pods "x" "# + Self.full))
    #expect(stage.used("q") == ["pods": "1"])
    #expect(stage.view.objects(.pod).map(\.meta.name) == ["y"])
  }

  @Test func `goes to a user, and the controller's Txn is refused`() {
    var (stage, server, _) = stage()
    let view = stage.view
    #expect(server.send("POST", pods, body: pod("y")).code == 201)
    let intent = Intent.create(.pod, pod("x").object ?? JSONObject())
    guard case .refused(_, "Compare", _)? = stage.commit(intent, in: view) else {
      Issue.record("the store took it")
      return
    }
    #expect(
      stage.commit(intent, in: stage.view)
        == .refused(code: 403, reason: "Forbidden", message: #"pods "x" "# + Self.full))
  }

  @Test func `goes to a controller, and the user is told`() {
    var (stage, server, _) = stage()
    server.holds = isWrite
    let id = server.begin("POST", pods, body: pod("x"))
    #expect(stage.commit(.create(.pod, pod("y").object ?? JSONObject()), in: stage.view) == nil)
    server.release()
    #expect(server.answers[id]?.json["message"] == .string(#"pods "x" "# + Self.full))
  }

  @Test func `is free again when what took it is gone`() {
    var (stage, server, other) = stage()
    #expect(server.send("POST", pods, body: pod("x")).code == 201)
    #expect(other.send("POST", pods, body: pod("y")).code == 403)
    #expect(other.send("DELETE", "\(pods)/x").code == 200)
    stage.countQuotas()
    #expect(stage.used("q") == ["pods": "0"])
    #expect(other.send("POST", pods, body: pod("y")).code == 201)
    #expect(stage.used("q") == ["pods": "1"])
  }

  /// Two quotas, of which one limits some of the pods, two servers whose view and writes lag at
  /// random, and a controller that plans from an old view.
  @Test(arguments: UInt64(1)...16)
  func `is never given twice`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var stage = AdmissionStage(
      [
        AdmissionObjects.quota(
          named: "a", ["pods": "2"], .init(name: "scopes", value: ["Terminating"])),
        AdmissionObjects.quota(named: "b", ["pods": "4"]),
      ], seed: seed)
    var settings = APISettings()
    settings.hasServiceAccounts = true
    stage.harness.startServer(settings: settings)
    let servers = stage.harness.servers
    var sent: [(server: APIHarnessServer, id: RequestID)] = []
    var taken = 0
    var views = [stage.view]
    for number in 0..<24 {
      let ends = random.below(2) == 0
      let wanted = pod("p\(number)", ends: ends)
      let server = servers[random.below(2)]
      switch random.below(6) {
      case 0:
        let view = views[random.below(views.count)]
        if stage.commit(.create(.pod, wanted.object ?? JSONObject()), in: view) == nil {
          taken += 1
        }
      case 1: server.holdsDeliveries.toggle()
      case 2:
        server.holds = { _ in false }
        server.release()
      default:
        if random.below(2) == 0 { server.holds = isWrite }
        sent.append((server, server.begin("POST", pods, body: wanted)))
      }
      views.append(stage.view)
      check(stage)
    }
    for server in servers {
      server.holdsDeliveries = false
      server.holds = { _ in false }
      server.release()
    }
    stage.harness.pass(.seconds(5))
    check(stage)
    for (server, id) in sent {
      let answer = server.answers[id]
      if answer?.code == 201 {
        taken += 1
      } else {
        let message = answer?.json["message"]?.string ?? ""
        #expect(answer?.code == 403 && message.contains("exceeded quota: "), "\(message)")
      }
    }
    #expect(stage.view.objects(.pod).count == taken && taken > 0)
  }

  /// What is said to be used is what there is, and within what is allowed, at every revision.
  private func check(_ stage: AdmissionStage) {
    let pods = stage.view.objects(.pod)
    let ending = pods.count { $0.json["spec"]?["activeDeadlineSeconds"] != nil }
    #expect(ending <= 2 && pods.count <= 4)
    #expect(stage.used("a") == ["pods": .string("\(ending)")])
    #expect(stage.used("b") == ["pods": .string("\(pods.count)")])
  }
}

/// Quotas that limit one object change in one revision.
@Suite struct `Watches of quotas` {
  /// A client whose connection broke between the two knows the revision, but not both.
  @Test func `that resume where several changed are told all of them`() {
    let stage = AdmissionStage([
      AdmissionObjects.quota(named: "a", ["pods": "2"]),
      AdmissionObjects.quota(named: "b", ["pods": "4"]),
    ])
    let harness = stage.harness
    let before = harness.store.revision
    #expect(harness.send("POST", pods, body: pod("x")).code == 201)
    let charged = harness.store.revision
    #expect(charged == before + 1)
    func told(after revision: Int64, _ path: String, _ query: String = "") -> [String] {
      Self.told(by: harness.server, after: revision, path, query)
    }
    let both = ["MODIFIED a \(charged)", "MODIFIED b \(charged)"]
    #expect(told(after: before, quotas) == both)
    #expect(told(after: charged, quotas) == both)
    #expect(told(after: charged, quotas, "&fieldSelector=metadata.name%3Db") == [both[1]])
    // Other kinds have one change of a revision.
    #expect(told(after: charged, pods) == [])
    harness.send("POST", "/api/v1/namespaces/v/configmaps", body: AdmissionObjects.map())
    #expect(told(after: charged + 1, quotas) == [])
  }

  @Test func `that resume behind a change of one are told nothing again`() {
    let stage = AdmissionStage([AdmissionObjects.quota(named: "a", ["pods": "2"])])
    #expect(stage.harness.send("POST", pods, body: pod("x")).code == 201)
    let charged = stage.harness.store.revision
    #expect(Self.told(by: stage.harness.server, after: charged, quotas) == [])
    stage.harness.store.compact(charged)
    let late = stage.harness.startServer()
    #expect(Self.told(by: late, after: charged, quotas) == [])
  }

  /// Such a server has seen neither change. What came before is gone.
  @Test func `at a server that began there are told all of them`() {
    let stage = AdmissionStage([
      AdmissionObjects.quota(named: "a", ["pods": "2"]),
      AdmissionObjects.quota(named: "b", ["pods": "4"]),
      AdmissionObjects.quota(named: "c", ["configmaps": "4"]),
    ])
    let harness = stage.harness
    #expect(harness.send("POST", pods, body: pod("x")).code == 201)
    let charged = harness.store.revision
    harness.store.compact(charged)
    let late = harness.startServer()
    let both = ["MODIFIED a \(charged)", "MODIFIED b \(charged)"]
    #expect(Self.told(by: late, after: charged, quotas) == both)
    let one = "&fieldSelector=metadata.name%3Da"
    #expect(Self.told(by: late, after: charged, quotas, one) == [both[0]])
    #expect(Self.told(by: late, after: charged, pods) == [])
    #expect(Self.told(by: late, after: charged - 1, quotas) == ["ERROR - -"])
    // And what comes then, once.
    let watch = late.begin(.get("\(quotas)?watch=true&resourceVersion=\(charged)"))
    #expect(late.send("POST", pods, body: pod("y")).code == 201)
    #expect(late.frames(of: watch).count == 4)
    #expect(Self.told(by: late, after: charged, quotas).count == 4)
    #expect(Self.told(by: late, after: harness.store.revision, quotas).count == 2)
  }

  private let quotas = "/api/v1/namespaces/v/resourcequotas"

  private static func told(
    by server: APIHarnessServer, after revision: Int64, _ path: String, _ query: String = ""
  ) -> [String] {
    let id = server.begin(.get("\(path)?watch=true&resourceVersion=\(revision)\(query)"))
    return server.frames(of: id).map { frame in
      let meta = frame["object"]?["metadata"]
      return [frame["type"], meta?["name"], meta?["resourceVersion"]]
        .map { $0?.string ?? "-" }.joined(separator: " ")
    }
  }
}
