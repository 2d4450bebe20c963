import Base
import EtcdAPI
import KVStore
import Testing

@testable import Member

/// A policy asked at each tick, without a member around it.
private struct Ticking {
  var compaction: AutoCompaction
  var now: Duration = .zero
  var revision: Int64 = 1
  var compacted: Int64 = 0
  var mayCompact = true
  /// What was asked for, and when.
  var asked: [Ask] = []
  /// Whether what is asked for comes.
  var isHeard = true

  struct Ask: Equatable {
    let at: Duration
    let revision: Int64

    init(_ at: Duration, _ revision: Int64) {
      self.at = at
      self.revision = revision
    }
  }

  /// A process' clock begins anywhere.
  static let start = Instant(nanoseconds: 77_000_000_123)

  init(_ policy: AutoCompactionPolicy) {
    compaction = AutoCompaction(policy, at: Self.start)
  }

  /// Ticks up to and including `end`, with so many writes in each tick.
  mutating func run(until end: Duration, tick: Duration, writes: Int64 = 1) {
    while now + tick <= end {
      now += tick
      let due = compaction.due(
        at: Self.start + now,
        AutoCompaction.Situation(
          revision: revision, compacted: compacted, mayCompact: mayCompact))
      if let due {
        asked.append(Ask(now, due))
        if isHeard { compacted = max(compacted, due) }
      }
      revision += writes
    }
  }
}

@Suite struct `What is compacted by itself` {
  @Test func `nothing where the policy is off`() {
    var ticking = Ticking(.off)
    ticking.run(until: .seconds(100_000), tick: .seconds(10))
    #expect(ticking.asked == [])
  }

  /// etcd, Documentation/op-guide/maintenance, "Auto Compaction": under an hour it waits for one
  /// retention, then compacts once per retention, to the revision of one retention ago.
  @Test func `under an hour: once per retention, to the revision of then`() {
    var ticking = Ticking(.periodic(retention: .seconds(300)))
    // Revision 1 at the first tick, one more at each: at second s it is s.
    ticking.run(until: .seconds(1600), tick: .seconds(1))
    // The first sample is of second 1; later ones come every 30 s.
    #expect(
      ticking.asked == [
        .init(.seconds(331), 31), .init(.seconds(631), 331), .init(.seconds(931), 631),
        .init(.seconds(1231), 931), .init(.seconds(1531), 1231),
      ])
  }

  @Test func `over an hour: it waits for one retention, then compacts every hour`() {
    var ticking = Ticking(.periodic(retention: .seconds(24 * 3600)))
    ticking.run(until: .seconds(28 * 3600), tick: .seconds(60))
    // Revision r at minute r; samples every 6 minutes from minute 1 on.
    #expect(
      ticking.asked == [
        .init(.seconds(60 * 1447), 7), .init(.seconds(60 * 1507), 67),
        .init(.seconds(60 * 1567), 127), .init(.seconds(60 * 1627), 187),
      ])
  }

  @Test func `by number: every five minutes, all but the newest`() {
    var ticking = Ticking(.revisions(100))
    ticking.run(until: .seconds(1000), tick: .seconds(1))
    #expect(
      ticking.asked == [
        .init(.seconds(300), 200), .init(.seconds(600), 500), .init(.seconds(900), 800),
      ])
  }

  @Test func `by number: nothing as long as there are fewer`() {
    var ticking = Ticking(.revisions(.max))
    ticking.run(until: .seconds(2000), tick: .seconds(1))
    #expect(ticking.asked == [])
  }

  @Test func `what did not change since is not compacted again`() {
    var ticking = Ticking(.periodic(retention: .seconds(10)))
    ticking.run(until: .seconds(20), tick: .seconds(1))
    ticking.run(until: .seconds(60), tick: .seconds(1), writes: 0)
    let still = ticking.asked
    #expect(ticking.compacted == ticking.revision)
    ticking.run(until: .seconds(10_000), tick: .seconds(1), writes: 0)
    #expect(ticking.asked == still)
    // Others' compactions count, too.
    ticking.run(until: .seconds(10_002), tick: .seconds(1))
    ticking.compacted = ticking.revision
    ticking.run(until: .seconds(10_100), tick: .seconds(1), writes: 0)
    #expect(ticking.asked == still)
  }

  @Test func `a store that nobody wrote to is left alone`() {
    for policy in [AutoCompactionPolicy.periodic(retention: .seconds(1)), .revisions(1)] {
      var ticking = Ticking(policy)
      ticking.run(until: .seconds(10_000), tick: .seconds(1), writes: 0)
      #expect(ticking.asked == [])
    }
  }

  @Test func `what does not come is tried again after a tenth of the period`() {
    var ticking = Ticking(.periodic(retention: .seconds(100)))
    ticking.isHeard = false
    ticking.run(until: .seconds(135), tick: .seconds(1))
    #expect(ticking.asked.map(\.at) == [.seconds(111), .seconds(121), .seconds(131)])
    // It came late: the period counts from when it was asked for.
    ticking.compacted = 31
    ticking.isHeard = true
    ticking.run(until: .seconds(300), tick: .seconds(1))
    #expect(ticking.asked.dropFirst(3).map(\.at) == [.seconds(231)])
  }

  /// etcd's paused compactors sample on.
  @Test func `who begins to lead knows the ages of revisions`() {
    var ticking = Ticking(.periodic(retention: .seconds(100)))
    ticking.mayCompact = false
    ticking.run(until: .seconds(1000), tick: .seconds(1))
    #expect(ticking.asked == [])
    ticking.mayCompact = true
    ticking.run(until: .seconds(1001), tick: .seconds(1))
    #expect(ticking.asked == [.init(.seconds(1001), 901)])
  }

  @Test func `no revision is taken for older than it is, however ticks fall`() {
    var random = PRNG(seed: 17)
    for retention in [Duration.milliseconds(1), .milliseconds(300), .seconds(7), .seconds(9000)] {
      var compaction = AutoCompaction(.periodic(retention: retention), at: Ticking.start)
      var now = Duration.zero
      var revision: Int64 = 1
      var compacted: Int64 = 0
      // When each revision was there first.
      var times: [Duration] = [.zero, .zero]
      for _ in 0..<20_000 {
        now += .nanoseconds(retention.nanoseconds / Int64(1 + random.below(40)))
        let written = Int64(random.below(3))
        revision += written
        for _ in 0..<written { times.append(now) }
        let situation = AutoCompaction.Situation(
          revision: revision, compacted: compacted, mayCompact: random.below(4) > 0)
        guard let due = compaction.due(at: Ticking.start + now, situation) else { continue }
        #expect(now - times[Int(due)] >= retention)
        #expect(due > compacted)
        if random.below(3) > 0 { compacted = due }
      }
      #expect(compacted > 10_000)
    }
  }

  @Test func `a long retention is bounded in memory`() {
    var ticking = Ticking(.periodic(retention: .seconds(100_000 * 3600)))
    ticking.run(until: .seconds(120_000 * 3600), tick: .seconds(3600))
    #expect(ticking.compaction.sampleCount <= 1002)
    #expect(ticking.compacted > 10_000)
  }

  @Test func `zero is no retention`() async {
    await #expect(processExitsWith: .failure) {
      _ = AutoCompaction(.periodic(retention: .zero), at: Instant(nanoseconds: 0))
    }
    await #expect(processExitsWith: .failure) {
      _ = AutoCompaction(.revisions(0), at: Instant(nanoseconds: 0))
    }
  }
}

@Suite struct `A leader that compacts` {
  private static func cluster(
    _ count: Int = 3, retention: Duration = .seconds(2),
    _ change: (inout MemberConfiguration) -> Void = { _ in }
  ) throws -> TestCluster {
    try TestCluster(count) { configuration in
      configuration.limits.autoCompaction = .periodic(retention: retention)
      configuration.keySpace = KeySpaceConfiguration(segmentBytes: 32 << 10)
      change(&configuration)
    }
  }

  private func compactRevisions(_ cluster: TestCluster) throws -> [Int64] {
    try cluster.ids.map { try cluster.figures($0).compactRevision }
  }

  @Test func `compacts all members alike, and says so`() throws {
    let cluster = try Self.cluster()
    let leader = try cluster.awaitLeader()
    for number in 0..<10 { _ = try cluster.put(leader, "k", Bytes("v\(number)")) }
    cluster.pass(.seconds(1))
    #expect(try compactRevisions(cluster) == [0, 0, 0])
    cluster.pass(.seconds(2))
    #expect(try compactRevisions(cluster) == [11, 11, 11])
    for id in cluster.ids {
      let node = try cluster.node(id)
      #expect(node.reports.contains(.compacted(revision: 11)))
      #expect(node.reports.contains(.autoCompactionBegun(revision: 11)) == (id == leader))
    }
    var old = RangeRequest(key: "k", revision: 10)
    #expect(throws: EtcdStatus.compacted) {
      let _: RangeResponse = try cluster.call(leader, .range, old)
    }
    old.revision = 11
    let kept: RangeResponse = try cluster.call(leader, .range, old)
    #expect(kept.kvs.map(\.value) == ["v9"])
    let hashes = try cluster.ids.map { id -> HashKVResponse in
      try cluster.call(id, .hashKV, HashKVRequest(revision: 0))
    }
    #expect(Set(hashes.map(\.hash)).count == 1)
    #expect(hashes.map(\.compactRevision) == [11, 11, 11])
  }

  /// By number: checked every five minutes.
  @Test func `keeps the newest revisions where it is to keep a number of them`() throws {
    let cluster = try TestCluster(1) { $0.limits.autoCompaction = .revisions(10) }
    let leader = try cluster.awaitLeader()
    for number in 0..<30 { _ = try cluster.put(leader, "k", Bytes("v\(number)")) }
    cluster.pass(.seconds(290))
    #expect(try cluster.figures(leader).compactRevision == 0)
    cluster.pass(.seconds(15))
    #expect(try cluster.figures(leader).revision == 31)
    #expect(try cluster.figures(leader).compactRevision == 21)
    _ = try cluster.put(leader, "k", "last")
    cluster.pass(.seconds(300))
    #expect(try cluster.figures(leader).compactRevision == 22)
  }

  @Test func `writes nothing while nobody else does`() throws {
    let cluster = try Self.cluster()
    let leader = try cluster.awaitLeader()
    _ = try cluster.put(leader, "k", "v")
    cluster.pass(.seconds(10))
    let before = try cluster.figures(leader)
    #expect(before.compactRevision == 2)
    cluster.pass(.seconds(60))
    let after = try cluster.figures(leader)
    #expect(after.lastIndex == before.lastIndex && after.term == before.term)
  }

  @Test func `is followed by one that goes on`() throws {
    let cluster = try Self.cluster()
    let leader = try cluster.awaitLeader()
    _ = try cluster.put(leader, "k", "v2")
    cluster.pass(.seconds(3))
    #expect(try compactRevisions(cluster) == [2, 2, 2])
    _ = try cluster.put(leader, "k", "v3")
    cluster.pass(.seconds(1))
    cluster.step(leader, .handOver)
    cluster.settle()
    #expect(cluster.leader != leader)
    // A second of the two was spent under the old leader.
    cluster.pass(.milliseconds(1300))
    #expect(try compactRevisions(cluster) == [3, 3, 3])
  }

  @Test func `does so where certificate roles are in force`() throws {
    let cluster = try Self.cluster { $0.certificateRoles = #"{"roles": []}"# }
    let leader = try cluster.awaitLeader()
    cluster.pass(.seconds(1))
    let root = ClientIdentity(commonName: "admin", organizations: ["root"])
    let _: PutResponse = try cluster.call(leader, .put, PutRequest(key: "k", value: "v"), as: root)
    cluster.pass(.seconds(3))
    #expect(try compactRevisions(cluster) == [2, 2, 2])
    #expect(try cluster.figures(leader).proposalsFailed == 0)
  }

  /// A client's compaction and its own in one batch: who is second is refused, and nobody minds.
  @Test func `is not disturbed by a client that is faster`() throws {
    let cluster = try Self.cluster(1)
    let leader = try cluster.awaitLeader()
    for number in 0..<5 { _ = try cluster.put(leader, "k", Bytes("\(number)")) }
    let node = try cluster.node(leader)
    node.isDiskStalled = true
    let origin = cluster.send(leader, .compact, CompactionRequest(revision: 6))
    cluster.pass(.seconds(3))
    #expect(node.reports.contains(.autoCompactionBegun(revision: 6)))
    node.isDiskStalled = false
    cluster.settle()
    #expect(cluster.answers[origin]?.end == .ok)
    #expect(try cluster.figures(leader).compactRevision == 6)
    #expect(try cluster.figures(leader).proposalsFailed == 0)
    #expect(node.stopped == nil)
  }

  @Test func `never lets a store of the same keys run full`() throws {
    let cluster = try Self.cluster(retention: .milliseconds(300)) { configuration in
      configuration.limits.quotaBytes = 600 << 10
    }
    let leader = try cluster.awaitLeader()
    let empty = try cluster.figures(leader).sizeBytes
    // Ten times the quota: 20 kB in each tick, kept for up to two retentions and a tick.
    let value = Bytes([UInt8](repeating: 1, count: 2000))
    var largest: UInt64 = 0
    for _ in 0..<300 {
      for number in 0..<10 { _ = try cluster.put(leader, Bytes("k\(number)"), value) }
      cluster.pass(.milliseconds(100))
      largest = max(largest, try cluster.figures(leader).sizeBytes)
    }
    for id in cluster.ids {
      let figures = try cluster.figures(id)
      #expect(figures.alarms == [])
      #expect(figures.sizeBytes - empty < 200 << 10)
      #expect(figures.sizeInUseBytes - empty < 40 << 10)
    }
    #expect(largest - empty < 300 << 10)
    // The checkpoints' files went, too, as soon as nobody writes any more.
    cluster.pass(.seconds(2))
    for id in cluster.ids {
      let files = try cluster.node(id).disk.contents.filter { $0.key.hasSuffix(".segment") }
      #expect(files.map(\.value.count).reduce(0, +) < 64 << 10)
    }
  }
}
