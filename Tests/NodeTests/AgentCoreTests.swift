import Base
import EtcdAPI
import JSON
import Testing

@testable import Node

@Suite struct `The agent's core on a hollow node` {
  @Test func `a pod is run and reported once, when it runs`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    #expect(harness.running("u1") == 1)
    #expect(try harness.phase("u1") == "Running")
    #expect(harness.reports("u1") == 1)
    let desired = try #require(harness.store.keys["/nodes/n1/desired/pods/u1"])
    #expect(try harness.report("u1")?["desiredRevision"]?.int64 == desired.modRevision)
    harness.pass(.seconds(600))
    #expect(harness.reports("u1") == 1)
  }

  @Test func `a pod that begins slowly is reported as pending first`() throws {
    var harness = NodeHarness(seed: 5) { $0.runtime.startMillisecondsMax = 600_000 }
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(2))
    #expect(try harness.phase("u1") == "Pending")
    harness.pass(.seconds(600))
    #expect(try harness.phase("u1") == "Running")
    #expect(harness.reports("u1") == 2)
  }

  @Test func `what the node reports of itself stands in the store`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.pass(.seconds(1))
    let entry = try #require(harness.store.keys["/nodes/n1/actual/node"])
    let report = try JSONValue(parsing: entry.value)
    #expect(report["status"]?["capacity"]?["pods"]?.string == "110")
    #expect(report["isolation"]?["runtime"]?.string == "hollow")
  }

  @Test func `a pod whose key goes is stopped, and its report goes`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    harness.unwant("u1")
    harness.pass(.seconds(1))
    #expect(harness.running("u1") == 0 && harness.node.podUIDs.isEmpty)
    #expect(try harness.report("u1") == nil)
  }

  /// Kubernetes: a container that ignores SIGTERM is killed after the grace period; a shorter one
  /// that comes later shortens the wait.
  @Test func `deletionGracePeriodSeconds is honoured, and shortened by a forced deletion`() {
    var harness = NodeHarness(seed: 3) { $0.runtime.stopMillisecondsMax = 1_000_000_000 }
    harness.start()
    harness.want("u1", grace: 3600)
    harness.pass(.seconds(1))
    let time: JSONValue = "2026-11-22T17:30:00Z"
    harness.want(
      "u1", grace: 3600,
      metadata: [("deletionTimestamp", time), ("deletionGracePeriodSeconds", 20)])
    harness.pass(.seconds(19))
    #expect(harness.running("u1") == 1)
    harness.want(
      "u1", grace: 3600,
      metadata: [("deletionTimestamp", time), ("deletionGracePeriodSeconds", 0)])
    harness.pass(.milliseconds(100))
    #expect(harness.running("u1") == 0)
  }

  @Test func `a pod that is being deleted reports its end`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    harness.want("u1", metadata: [("deletionTimestamp", "2026-11-22T17:30:00Z")])
    harness.pass(.seconds(1))
    let report = try #require(try harness.report("u1"))
    let state = report["status"]?["containerStatuses"]?[0]?["state"]
    #expect(state?["terminated"]?["exitCode"]?.int64 == 143)
    #expect(report["status"]?["phase"]?.string == "Failed")
    #expect(
      report["desiredRevision"]?.int64
        == harness.store.keys["/nodes/n1/desired/pods/u1"]?.modRevision)
  }

  /// The kubelet tells ContainerStatusUnknown, exit code 137, of what it never started.
  @Test func `a pod deleted before it began reports its end`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1", metadata: [("deletionTimestamp", "2026-11-22T17:30:00Z")])
    harness.pass(.seconds(1))
    let report = try #require(try harness.report("u1"))
    let state = report["status"]?["containerStatuses"]?[0]?["state"]
    #expect(state?["terminated"]?["reason"]?.string == "ContainerStatusUnknown")
    #expect(state?["terminated"]?["exitCode"]?.int64 == 137)
    #expect(report["status"]?["phase"]?.string == "Failed")
    #expect(harness.node.runtime.running.isEmpty)
  }

  @Test func `a pod deleted while its container is being started reports its end`() throws {
    var harness = NodeHarness(seed: 5) { $0.runtime.startMillisecondsMax = 600_000 }
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(2))
    #expect(try harness.phase("u1") == "Pending")
    harness.want("u1", metadata: [("deletionTimestamp", "2026-11-22T17:30:00Z")])
    harness.pass(.seconds(1200))
    #expect(try harness.phase("u1") == "Failed")
    #expect(harness.running("u1") == 0)
  }

  @Test func `a value that is no pod is reported, and what ran is stopped`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    harness.store.put("/nodes/n1/desired/pods/u1", #"{"metadata":{"name":7}}"#)
    harness.settle()
    harness.pass(.seconds(1))
    #expect(harness.running("u1") == 0)
    let status = try harness.report("u1")?["status"]
    #expect(status?["reason"]?.string == "CreateContainerConfigError")
    #expect(status?["phase"]?.string == "Pending")
    harness.store.put(
      "/nodes/n1/desired/pods/u1",
      #"{"metadata":{"name":7,"deletionTimestamp":"2026-11-22T17:30:00Z"}}"#)
    harness.settle()
    harness.pass(.seconds(1))
    #expect(try harness.phase("u1") == "Failed")
  }
}

@Suite struct `The agent's session with the store` {
  /// The simulator's find (control plane, seed 927): the key was deleted in between, so that
  /// comparing the key alone let the late report through, and it stood for ever.
  @Test func `a report that comes late, behind its pod's end, is refused`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.pass(.seconds(1))
    harness.want("u1")
    harness.settle()
    harness.isCut = true
    harness.pass(.seconds(1))
    #expect(harness.running("u1") == 1)
    #expect(try harness.report("u1") == nil)
    harness.isCut = false
    harness.loseAnswers()
    harness.pass(.seconds(2))
    #expect(try harness.phase("u1") == "Running")
    harness.unwant("u1")
    harness.pass(.seconds(60))
    #expect(try harness.report("u1") == nil)
    harness.arriveLate()
    #expect(try harness.report("u1") == nil)
  }

  @Test func `a successor takes the heartbeat up under its lease`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    let before = try #require(harness.store.keys["/nodes/n1/heartbeat"])
    harness.killAgent()
    harness.start()
    harness.pass(.seconds(1))
    let after = try #require(harness.store.keys["/nodes/n1/heartbeat"])
    #expect(after.createRevision == before.createRevision && after.lease == before.lease)
    #expect(harness.running("u1") == 1 && harness.reports("u1") == 1)
    #expect(harness.node.hasSession)
  }

  @Test func `after its lease has lapsed it takes a new heartbeat before it writes`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1", policy: "Never")
    harness.pass(.seconds(1))
    let before = try #require(harness.store.keys["/nodes/n1/heartbeat"])
    harness.store.expire(before.lease)
    harness.want("u2")
    harness.pass(.seconds(5))
    let after = try #require(harness.store.keys["/nodes/n1/heartbeat"])
    #expect(after.createRevision > before.createRevision && after.lease != before.lease)
    let report = try #require(harness.store.keys["/nodes/n1/actual/pods/u2"])
    #expect(report.modRevision > after.createRevision)
    #expect(harness.running("u1") == 1)
  }

  @Test func `while another agent has the heartbeat nothing is read or written`() throws {
    var harness = NodeHarness()
    guard case .leaseGrant(let other) = harness.store.answer(.leaseGrant(ttlSeconds: 10)) else {
      Issue.record("no lease")
      return
    }
    harness.store.put("/nodes/n1/heartbeat", "", lease: other.id)
    harness.want("u1")
    harness.start()
    harness.pass(.seconds(9))
    #expect(harness.running("u1") == 0 && !harness.node.hasSession)
    #expect(harness.store.keys["/nodes/n1/actual/node"] == nil)
    harness.store.expire(other.id)
    harness.pass(.seconds(3))
    #expect(harness.running("u1") == 1 && harness.node.hasSession)
  }

  @Test func `a heartbeat without a lease is put under ours`() {
    var harness = NodeHarness()
    harness.store.put("/nodes/n1/heartbeat", "")
    harness.start()
    harness.pass(.seconds(1))
    #expect(harness.store.keys["/nodes/n1/heartbeat"]?.lease != 0)
    #expect(harness.node.hasSession)
  }

  @Test func `without the store the pods go on, also in the next life`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    harness.isCut = true
    harness.pass(.seconds(4))
    harness.loseAnswers()
    #expect(!harness.node.hasSession)
    harness.killSupervisor(of: "u1")
    harness.pass(.seconds(2))
    #expect(harness.running("u1") == 1)
    harness.killAgent()
    harness.start()
    harness.pass(.seconds(2))
    #expect(harness.running("u1") == 1)
    harness.loseAnswers()
    harness.isCut = false
    harness.pass(.seconds(10))
    #expect(harness.node.hasSession)
    #expect(
      try harness.report("u1")?["status"]?["containerStatuses"]?[0]?["restartCount"]?.int64 == 1)
  }

  @Test func `a compacted watch is answered by reading all`() {
    var harness = NodeHarness()
    harness.start()
    harness.want("stays")
    harness.want("goes")
    harness.pass(.seconds(1))
    harness.isCut = true
    harness.want("comes")
    harness.unwant("goes")
    for number in 0..<10 { harness.store.put(Bytes("/other/\(number)"), "") }
    harness.store.compact()
    harness.isCut = false
    harness.settle()
    harness.pass(.seconds(2))
    #expect(harness.node.podUIDs == ["comes", "stays"])
    #expect(harness.running("stays") == 1 && harness.running("comes") == 1)
    #expect(harness.reports("stays") == 1)
  }

  @Test func `a rebooted node runs its pods again`() throws {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.want("done", policy: "Never")
    harness.pass(.seconds(1))
    harness.reboot()
    #expect(harness.node.runtime.running.isEmpty)
    harness.start()
    harness.pass(.seconds(2))
    #expect(harness.running("u1") == 1 && harness.running("done") == 0)
    #expect(try harness.phase("done") == "Failed")
  }

  @Test func `told to stop it says so and leaves the pods`() {
    var harness = NodeHarness()
    harness.start()
    harness.want("u1")
    harness.pass(.seconds(1))
    harness.stop()
    #expect(!harness.node.isAgentRunning && !harness.node.hasSession)
    #expect(harness.running("u1") == 1)
  }
}

/// Whatever happens to the agent, its supervisors, its node and the store: the end is right, and no
/// container ever runs twice.
@Suite struct `A hollow node under misfortunes` {
  @Test(arguments: 0..<60)
  func `it comes to what is desired`(seed: UInt64) throws {
    var random = PRNG(seed: seed)
    var harness = NodeHarness(seed: seed) {
      $0.runtime.startMillisecondsMax = 300
      $0.runtime.stopMillisecondsMax = 3000
      $0.runtime.exits = Ratio(1, in: 4)
      $0.agent.backoff = RestartBackoff(base: .milliseconds(100), longest: .seconds(1))
    }
    harness.start()
    var wanted: Set<String> = []
    for step in 0..<120 {
      let uid = "u\(random.below(6))"
      switch random.below(12) {
      case 0, 1, 2:
        harness.want(uid, grace: Int64(random.below(5)))
        wanted.insert(uid)
      case 3:
        harness.unwant(uid)
        wanted.remove(uid)
      case 4:
        harness.killAgent()
        harness.start()
      case 5: harness.killSupervisor(of: uid)
      case 6:
        harness.reboot()
        harness.start()
      case 7:
        harness.isCut = random.chance(Ratio(1, in: 2))
        if !harness.isCut { harness.loseAnswers() }
      case 8: harness.store.expire(harness.store.keys["/nodes/n1/heartbeat"]?.lease ?? 0)
      case 9: harness.store.compact()
      case 10: harness.loseAnswers()
      case _: harness.pass(.milliseconds(random.below(2000)))
      }
      let names = harness.node.runtime.running.map(\.uid)
      try #require(Set(names).count == names.count, "twice at once, step \(step)")
    }
    harness.isCut = false
    harness.loseAnswers()
    harness.pass(.seconds(60))
    harness.loseAnswers()
    harness.pass(.seconds(60))
    #expect(Set(harness.node.podUIDs) == wanted)
    // Those that end by themselves are between two lives now and then.
    for uid in wanted { #expect(harness.reports(uid) > 0) }
    let reported = harness.store.keys.keys.filter { $0.hasPrefix("/nodes/n1/actual/pods/") }
    #expect(Set(reported) == Set(wanted.map { Bytes("/nodes/n1/actual/pods/\($0)") }))
    for uid in wanted {
      let status = try harness.report(uid)?["status"]?["containerStatuses"]?[0]
      #expect((status?["state"]?["running"] != nil) == (harness.running(uid) == 1))
    }
  }
}
