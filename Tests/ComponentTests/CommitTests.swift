import Base
import Component
import EtcdAPI
import JSON
import Objects
import Registry
import Testing

/// Plans what a test says, for one key, and counts how often it is asked.
final class Script: Reconciler, @unchecked Sendable {
  let name = "script"
  let electsLeader: Bool
  var reads: [Objects.Collection] = [.nodes]
  var collections: [Objects.Collection] { reads }
  var plan: (ClusterView) -> Plan
  private(set) var asked = 0

  init(electsLeader: Bool = true, _ plan: @escaping (ClusterView) -> Plan) {
    self.electsLeader = electsLeader
    self.plan = plan
  }

  func keys(old: StoredObject?, new: StoredObject?, in view: ClusterView) -> [WorkKey] {
    [.everything]
  }

  func reconcile(_ key: WorkKey, in view: ClusterView, context: inout PlanContext) -> Plan {
    asked += 1
    return plan(view)
  }
}

private func put(_ uid: String, guards: [Guard] = []) -> Step {
  Step([.put(.desiredPod(node: "n1", uid: uid), JSONObject(), from: nil)], guards: guards)
}

private func isThere(_ uid: String, _ view: ClusterView) -> Bool {
  view[.desiredPod(node: "n1", uid: uid)] != nil
}

@Suite struct `Commits` {
  @Test func `steps in sequence wait for each other`() {
    let stage = Stage()
    let script = Script { view in
      isThere("c", view) ? .nothing : Plan([put("a"), put("b"), put("c")])
    }
    let process = stage.start([script])
    process.carriage = { isCommit($0) ? .held : .prompt }
    stage.settle()
    for made in 1...3 {
      #expect(process.late.count == 1)
      process.release()
      stage.settle()
      #expect(stage.pods().count == made)
    }
    #expect(process.late.isEmpty)
  }

  @Test func `independent steps are under way together, up to the bound`() {
    let stage = Stage()
    let names = (0..<10).map { "p\($0)" }
    let script = Script { view in
      isThere("p0", view) ? .nothing : Plan(names.map { put($0) }, order: .independent)
    }
    let process = stage.start([script]) { $0.commitsMax = 4 }
    process.carriage = { isCommit($0) ? .held : .prompt }
    stage.settle()
    #expect(process.late.count == 4)
    process.release([0, 2])
    stage.settle()
    #expect(process.late.count == 4)
    process.carriage = { _ in .prompt }
    process.release()
    stage.settle()
    #expect(stage.pods().count == 10)
    #expect(process.component.status.reconcilers[0].tally.commits == 10)
  }

  @Test func `keys that wait for room do not keep the component awake`() {
    let stage = Stage()
    for node in ["n1", "n2", "n3"] { stage.want(2, on: node) }
    let process = stage.start { $0.commitsMax = 1 }
    process.carriage = { isCommit($0) ? .held : .prompt }
    // Ends where the processes rest.
    stage.settle()
    #expect(process.late.count == 1)
    process.carriage = { _ in .prompt }
    process.release()
    stage.settle()
    #expect(stage.podsMade == 6)
  }

  @Test func `after a refusal the rest is dropped and the key planned again, without spinning`() {
    let stage = Stage()
    // The guard never holds: the key that must not exist is there.
    stage.want(1)
    var isOver = false
    let script = Script { _ in
      isOver ? .nothing : Plan([put("a", guards: [.absent(.actualNode("n1"))]), put("b")])
    }
    let process = stage.start([script])
    stage.pass(.seconds(10))
    #expect(stage.pods().isEmpty)
    let tally = process.component.status.reconcilers[0].tally
    #expect(tally.conflicts == UInt64(script.asked))
    // 5 ms doubled with jitter: about eleven tries in ten seconds.
    #expect((8...12).contains(script.asked))
    isOver = true
    stage.pass(.seconds(30))
    let asked = script.asked
    stage.pass(.seconds(3600))
    #expect(script.asked == asked)
  }

  @Test func `a conflict is planned again with what the store has, at once when it is seen`() {
    let stage = Stage()
    stage.want(1)
    let script = Script { view in
      guard let node = view[.actualNode("n1")], !isThere("a", view) else { return .nothing }
      return Plan([put("a", guards: [.unchanged(node)])])
    }
    let process = stage.start([script])
    stage.settle()
    stage.store.delete(.desiredPod(node: "n1", uid: "a"))
    // The plan is made of the view, and meanwhile the node changes.
    process.carriage = { isCommit($0) ? .held : .prompt }
    stage.settle()
    #expect(process.late.count == 1)
    stage.want(2)
    process.carriage = { _ in .prompt }
    process.release()
    stage.settle()
    #expect(process.component.status.reconcilers[0].tally.conflicts == 1)
    #expect(stage.pods().count == 1)
  }

  @Test func `a refusal by the store waits, and longer each time`() {
    let stage = Stage()
    let script = Script { view in isThere("a", view) ? .nothing : Plan([put("a"), put("b")]) }
    let process = stage.start([script])
    var isFull = true
    process.refusals = { isCommit($0) && isFull ? .noSpace : nil }
    stage.pass(.seconds(10))
    let tally = process.component.status.reconcilers[0].tally
    #expect(tally.refusals == UInt64(script.asked) && (8...12).contains(script.asked))
    #expect(process.component.status.reconcilers[0].isActing)
    isFull = false
    stage.pass(.seconds(20))
    #expect(stage.pods().count == 2)
  }

  @Test func `what the registry refuses is told and waits`() {
    let stage = Stage()
    stage.store.put(.object(ObjectKey(.namespace, name: "default")), namespace("default"))
    let script = Script { _ in
      // No namespace of that name.
      var meta = JSONObject()
      meta["namespace"] = "nowhere"
      meta["name"] = "p"
      var pod = JSONObject()
      pod["metadata"] = .object(meta)
      return Plan([Step([.create(.pod, pod)])])
    }
    let process = stage.start([script])
    stage.pass(.seconds(10))
    let tally = process.component.status.reconcilers[0].tally
    #expect(tally.rejections == UInt64(script.asked) && (8...12).contains(script.asked))
    #expect(process.notes.contains { $0.isWarning && $0.text == "step rejected" })
    #expect(stage.store.keys(under: "/registry/pods/").isEmpty)
  }

  @Test func `look again comes when nothing changes`() {
    let stage = Stage()
    let script = Script { view in
      var plan = Plan()
      plan.lookAgain = .seconds(60)
      return plan
    }
    _ = stage.start([script])
    stage.pass(.seconds(1))
    let asked = script.asked
    stage.pass(.seconds(60) * 3)
    #expect(script.asked == asked + 3)
  }

  @Test func `a plan that awaits a revision is made again when all collections have reached it`() {
    let stage = Stage()
    stage.want(1)
    var reached: [Int64] = []
    let script = Script { view in
      reached.append(view.reached)
      return view.reached < stage.store.revision ? .waiting(for: stage.store.revision) : .nothing
    }
    // Without an election, which would read and so ask for progress.
    _ = stage.start([Script(electsLeader: false, script.plan)])
    stage.settle()
    // Only the namespaces' watch, which saw nothing, is behind now.
    stage.want(2)
    stage.settle()
    #expect(reached.last == stage.store.revision)
    #expect(reached.dropLast().last.map { $0 < stage.store.revision } == true)
  }

  @Test func `an Event goes with its change under a lease of an hour, which many share`() {
    let stage = Stage()
    stage.store.put(.object(ObjectKey(.namespace, name: "default")), namespace("default"))
    stage.store.put(.object(ObjectKey(.node, name: "n1")), node("n1"))
    let script = Script { view in
      guard let node = view[ObjectKey(.node, name: "n1")], !isThere("b", view) else {
        return .nothing
      }
      return Plan(
        ["a", "b"].map { uid in
          var step = put(uid)
          step.event = EventNote(regarding: node, reason: "Told", message: uid)
          return step
        })
    }
    script.reads = [.nodes, .objects(.node)]
    let process = stage.start([script])
    stage.pass(.seconds(1))
    let events = stage.store.keys(under: "/registry/events/")
    #expect(events.count == 2)
    #expect(Set(events.map(\.lease)).count == 1)
    // In the revision of its change.
    #expect(Set(events.map(\.modRevision)) == Set(stage.pods().map(\.modRevision)))
    // kube-apiserver adds a minute, for which a lease is shared.
    #expect(events.first.flatMap { stage.store.seconds(ofLease: $0.lease) } == 3660)
    #expect(process.component.status.lease != events.first?.lease)
    // Told as Kubernetes names its controllers.
    #expect(events.allSatisfy { $0.value.text.contains("\"script-controller\"") })
  }

  @Test func `what one Txn cannot carry is not sent`() {
    let stage = Stage()
    var step = put("a")
    step.intents += (0..<128).map {
      .put(.desiredPod(node: "n1", uid: "x\($0)"), JSONObject(), from: nil)
    }
    let tooMany = step
    let script = Script { _ in Plan([tooMany]) }
    let process = stage.start([script])
    stage.pass(.seconds(1))
    #expect(stage.pods().isEmpty)
    #expect(process.component.status.reconcilers[0].tally.rejections > 0)
  }
}

func namespace(_ name: String) -> Bytes {
  Bytes(
    """
    {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"\(name)","uid":"u-\(name)"},\
    "status":{"phase":"Active"}}
    """)
}

func node(_ name: String) -> Bytes {
  Bytes(
    "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"\(name)\",\"uid\":\"u-\(name)\"}}"
  )
}
