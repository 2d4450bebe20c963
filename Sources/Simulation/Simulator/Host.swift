import Base
import Member
import Raft
import WAL

/// A machine: its disk, its clocks, and the member that runs on it or does not.
final class Host {
  let number: Int
  let id: NodeID
  let disk: SimulatedDisk
  var configuration: MemberConfiguration
  var member: StoreMember?
  /// Counts processes: what was planned for an earlier one does not happen.
  var life = 0
  /// While paused, events wait: the process stands still, its clocks go on.
  var isPaused = false
  var inbox: [MemberEvent] = []
  var isDiskBusy = false
  var isResumePlanned = false
  /// The disk does nothing before.
  var stalledUntil = Instant(nanoseconds: 0)
  /// The process dies behind this many further effects.
  var effectsBeforeCrash: Int?
  /// A disk fault was injected, so the member may stop.
  var mayStop = false
  /// Monotonic clocks of machines have nothing in common.
  let clockOffset: Duration
  /// Civil time is wrong on each machine in its own way.
  var wallOffset: Int64

  init(number: Int, plan: FaultPlan, random: inout PRNG) {
    self.number = number
    id = NodeID(UInt64(number) + 1)
    disk = SimulatedDisk(random: random.fork())
    clockOffset = .milliseconds(random.below(1_000_000))
    wallOffset = 1_767_225_600_000 + Int64(random.below(10_000))
    configuration = MemberConfiguration(
      id: id, clusterID: 0xC1,
      initialMembers: (0..<plan.memberCount).map { number in
        MemberConfiguration.InitialMember(
          id: NodeID(UInt64(number) + 1), name: "m\(number + 1)",
          peerURLs: ["http://127.0.0.1:\(2380 + number)"])
      })
    plan.shrink(&configuration)
  }

  func time(at now: Instant) -> MemberTime {
    MemberTime(
      instant: now + clockOffset,
      wall: WallTime(milliseconds: wallOffset + now.nanoseconds / 1_000_000))
  }
}

extension World {
  // MARK: - Processes

  func start(_ number: Int) {
    let host = hosts[number]
    guard host.member == nil else { return }
    host.life += 1
    host.isPaused = false
    host.inbox = []
    host.isDiskBusy = false
    host.isResumePlanned = false
    host.effectsBeforeCrash = nil
    if !isCalm, random.chance(Ratio(1, in: 10)) {
      host.disk.operationsBeforeCrash = random.below(8)
    }
    do throws(MemberError) {
      host.member = try StoreMember.recover(
        host.configuration, disk: host.disk, time: host.time(at: queue.now), seed: random.next())
      host.disk.operationsBeforeCrash = nil
    } catch {
      recoveryFailed(host, error)
      return
    }
    counters.starts += 1
    trace.add(UInt64(number) << 8 | 1)
    queue.plan(.tick(host: number, life: host.life), after: plan.heartbeat)
    for peer in hosts.indices where peer != number { planConnect(number, peer) }
  }

  private func recoveryFailed(_ host: Host, _ error: MemberError) {
    // A crash while recovering and a disk without room are the simulation's own doing.
    guard error.isSimulated else {
      violations.append("m\(host.number + 1) does not start: \(error)")
      return
    }
    host.disk.crash()
    queue.plan(.start(host: host.number), after: .milliseconds(500))
  }

  /// The process ends without a word, and what its disk had not synced is lost.
  func crash(_ number: Int) {
    let host = hosts[number]
    guard host.member != nil else { return }
    trace.add(UInt64(number) << 8 | 2)
    counters.crashes += 1
    host.member = nil
    host.life += 1
    host.disk.crash()
    for peer in hosts.indices where peer != number { breakLink(number, peer) }
    for connection in connections.indices where connections[connection].host == number {
      closeFromHost(connection)
    }
    queue.plan(.start(host: number), after: .milliseconds(50 + random.below(2_500)))
  }

  func tick(_ number: Int, _ life: Int) {
    let host = hosts[number]
    guard host.life == life else { return }
    queue.plan(.tick(host: number, life: life), after: plan.heartbeat)
    // A process that stands still finds its timer due once, however long that lasted.
    if host.isPaused, host.inbox.contains(where: \.isTick) { return }
    give(host, .tick)
  }

  func resume(_ number: Int, _ life: Int) {
    let host = hosts[number]
    guard host.life == life else { return }
    host.isResumePlanned = false
    give(host, .resume)
  }

  func unpause(_ number: Int) {
    let host = hosts[number]
    guard host.isPaused else { return }
    host.isPaused = false
    let events = host.inbox
    host.inbox = []
    let life = host.life
    for event in events where host.life == life { give(host, event) }
  }

  /// Steps the member and carries out what it wants.
  func give(_ host: Host, _ event: MemberEvent) {
    guard host.member != nil else { return }
    if host.isPaused {
      host.inbox.append(event)
      return
    }
    var effects: [MemberEffect] = []
    host.member?.step(event, at: host.time(at: queue.now), into: &effects)
    noteRevisions(of: host)
    let life = host.life
    for effect in effects {
      if let left = host.effectsBeforeCrash {
        if left == 0 { crash(host.number) }
        host.effectsBeforeCrash = left - 1
      }
      guard host.life == life else { return }
      carryOut(effect, at: host)
    }
    guard host.life == life, let hasBacklog = host.member?.hasBacklog else { return }
    if hasBacklog, !host.isResumePlanned {
      host.isResumePlanned = true
      queue.plan(.resume(host: host.number, life: life), after: .microseconds(50))
    }
  }

  /// When each revision was first applied anywhere, and when it was compacted.
  private func noteRevisions(of host: Host) {
    guard let revision = host.member?.revision, let compacted = host.member?.compactRevision
    else { return }
    while Int64(revisionTimes.count) <= revision { revisionTimes.append(queue.now) }
    retention.compacted(through: compacted, at: queue.now, appeared: revisionTimes)
    violations += retention.violations
  }

  private func carryOut(_ effect: MemberEffect, at host: Host) {
    switch effect {
    case .disk(let operations, let token):
      host.disk.submit(operations, token: token)
      planDisk(host)
    case .send(let bytes, let peer):
      trace.add(bytes)
      send(bytes, from: host.number, to: Int(peer.value) - 1)
    case .reply(let batch):
      reply(batch, from: host)
    case .report(let report):
      take(report, from: host)
    case .stop(let reason):
      stopped(host, reason)
    }
  }

  private func take(_ report: MemberReport, from host: Host) {
    switch report {
    case .roleChanged(let change):
      leaders.add(change, at: host.id)
      control?.note("m\(host.number + 1)", "\(change.role)", [["term", "\(change.term)"]])
      violations += leaders.violations
    case .autoCompactionBegun(let revision):
      counters.autoCompactions += 1
      control?.note("m\(host.number + 1)", "compacts", [["revision", "\(revision)"]])
    case .compacted:
      counters.compactions += 1
    case .checkpointed:
      counters.checkpoints += 1
    case .snapshotOffered:
      break
    case .snapshotInstalled:
      counters.snapshots += 1
    case .malformedFrame(let peer, let error):
      violations.append("m\(host.number + 1) cannot read a frame of \(peer): \(error)")
    }
  }

  private func stopped(_ host: Host, _ reason: StopReason) {
    counters.stops += 1
    switch reason {
    case .disk where host.mayStop:
      // A disk that stays full stops the next process, too.
      host.mayStop = host.disk.capacityBytes != .max
    case .disk, .removed, .undecodable, .alreadyBootstrapped:
      violations.append("m\(host.number + 1) stops without cause: \(reason)")
    }
    crash(host.number)
  }

  // MARK: - Disks

  private func planDisk(_ host: Host) {
    guard !host.isDiskBusy, let operation = host.disk.nextOperation else { return }
    host.isDiskBusy = true
    var delay = Duration.microseconds(5 + random.below(40))
    switch operation {
    case .sync, .syncFolder:
      delay = .microseconds(200 + random.below(2_000))
      if random.chance(Ratio(1, in: 200)) { delay = .milliseconds(20 + random.below(100)) }
    case .makeFolder, .create, .write, .rename, .remove: break
    }
    let start = max(queue.now, host.stalledUntil)
    queue.plan(.disk(host: host.number, life: host.life), at: start + delay)
  }

  func runDisk(_ number: Int, _ life: Int) {
    let host = hosts[number]
    guard host.life == life else { return }
    host.isDiskBusy = false
    if let (token, error) = host.disk.runNext() {
      give(host, error.map { .diskFailed(token, $0) } ?? .diskCompleted(token))
    }
    if host.life == life { planDisk(host) }
  }
}

extension MemberEvent {
  fileprivate var isTick: Bool {
    if case .tick = self { return true }
    return false
  }
}

extension MemberError {
  /// Whether the disk failed as it was told to.
  fileprivate var isSimulated: Bool {
    switch self {
    case .disk(let error), .log(.disk(let error)):
      switch error {
      case .noSpace: true
      case .notFound: false
      case .failed: true
      }
    case .otherCluster, .otherMember, .identityLost, .corrupt, .unknownVersion, .state, .log: false
    }
  }
}
