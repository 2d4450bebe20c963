import Base
import EtcdAPI
import KVStore
import Member
import WAL

/// How rough one seed is: sizes, times and the chances of each fault.
struct FaultPlan {
  enum Fault: CaseIterable {
    case crash, crashAtEffect, crashOfAll, partition, oneWay, clog, pause, breakLink, diskStall
    case diskFull, syncError, slowLink, clockJump
  }

  let memberCount: Int
  let clientCount: Int
  let heartbeat: Duration
  let faultTime: Duration
  let healingTime = Duration.seconds(8)
  /// What sizes are multiplied with: objects of the control plane are larger than the workload's.
  private let scale: Int
  /// The faults of this seed: a few kinds at a time find more than all at once.
  let faults: [Fault]
  let pauseBetweenFaults: Int
  let frameLoss: Ratio
  /// How often a watch stream of a component falls behind the others of its connection, as when its
  /// window is full.
  let streamHolds: Ratio
  let watches: [WatchCreateRequest]
  private let segmentBytes: Int
  private let checkpointLogBytes: UInt64
  private let logTailBytes: Int
  /// Half of the seeds keep all history but what clients compact.
  let retention: Duration?

  init(random: inout PRNG) {
    heartbeat = .milliseconds(100)
    scale = 1
    memberCount = random.chance(Ratio(1, in: 12)) ? 1 : 3
    clientCount = 3 + random.below(3)
    faultTime = .seconds(8 + random.below(10))
    let wanted = random.below(5)
    var chosen: [Fault] = []
    for _ in 0..<wanted { chosen.append(Fault.allCases[random.below(Fault.allCases.count)]) }
    faults = chosen
    pauseBetweenFaults = 300 + random.below(2_500)
    frameLoss = random.chance(Ratio(1, in: 2)) ? .never : Ratio(1, in: 200)
    streamHolds = .never
    segmentBytes = (80 << 10) + (16 << 10) * random.below(4)
    checkpointLogBytes = (8 << 10) << random.below(4)
    logTailBytes = random.chance(Ratio(1, in: 2)) ? 0 : 4 << 10
    watches = [
      WatchCreateRequest(key: "k", rangeEnd: "l", startRevision: 1, prevKv: true),
      WatchCreateRequest(key: Bytes([0]), rangeEnd: Bytes([0]), startRevision: 1),
      WatchCreateRequest(key: "k1", startRevision: 1),
    ]
    retention = Self.retention([300, 1_000, 2_000], &random)
  }

  /// The store under a control plane: larger requests, and faults that it must come back from by
  /// itself.
  init(controlPlane random: inout PRNG, isUndisturbed: Bool) {
    let kinds: [Fault] = [
      .crashAtEffect, .crashOfAll, .partition, .oneWay, .clog, .pause, .breakLink, .diskStall,
      .syncError, .slowLink,
    ]
    heartbeat = .milliseconds(200)
    scale = 16
    memberCount = random.chance(Ratio(1, in: 12)) ? 1 : 3
    clientCount = 0
    faultTime = .seconds(0)
    let wanted = random.below(3)
    let chosen = (0..<wanted).map { _ in kinds[random.below(kinds.count)] }
    faults = isUndisturbed ? [] : chosen
    pauseBetweenFaults = 2_000 + random.below(8_000)
    frameLoss = random.chance(Ratio(3, in: 4)) || isUndisturbed ? .never : Ratio(1, in: 200)
    streamHolds = isUndisturbed ? .never : Ratio(1, in: 40)
    segmentBytes = 512 << 10
    checkpointLogBytes = (128 << 10) << random.below(4)
    logTailBytes = random.chance(Ratio(1, in: 2)) ? 0 : 64 << 10
    watches = []
    retention = Self.retention([1_000, 5_000, 20_000], &random)
  }

  private static func retention(_ milliseconds: [Int], _ random: inout PRNG) -> Duration? {
    let chosen = milliseconds[random.below(milliseconds.count)]
    return random.chance(Ratio(1, in: 2)) ? .milliseconds(chosen) : nil
  }

  /// Small bounds, so that segments turn, checkpoints come and peers need snapshots.
  func shrink(_ configuration: inout MemberConfiguration) {
    configuration.heartbeat = heartbeat
    configuration.wal.segmentBytes = segmentBytes
    configuration.wal.batchBytesMax = scale * 8 << 10
    configuration.limits.requestBytesMax = scale * 4 << 10
    configuration.limits.batchBytesMax = scale * 4 << 10
    if let retention { configuration.limits.autoCompaction = .periodic(retention: retention) }
    configuration.limits.checkpointLogBytes = checkpointLogBytes
    configuration.logTailBytesMax = logTailBytes
    configuration.logLackedBytesMax = 4 * logTailBytes
    configuration.limits.snapshotChunkBytes = scale * 1 << 10
    configuration.limits.checkpointWriteBytes = scale * 4 << 10
    configuration.limits.appliedBytesPerTurn = scale * 2 << 10
    configuration.keySpace.segmentBytes = scale * 4 << 10
  }
}

extension World {
  func injectFault() {
    guard !isCalm, !plan.faults.isEmpty else { return }
    let fault = plan.faults[random.below(plan.faults.count)]
    counters.faults += 1
    inject(fault, at: random.below(hosts.count))
    queue.plan(.fault, after: .milliseconds(random.below(2 * plan.pauseBetweenFaults)))
  }

  private func inject(_ fault: FaultPlan.Fault, at number: Int) {
    let host = hosts[number]
    switch fault {
    case .crash: crash(number)
    case .crashAtEffect: host.effectsBeforeCrash = random.below(30)
    case .crashOfAll: for other in hosts.indices { crash(other) }
    case .partition: partition(number, isOneWay: false)
    case .oneWay: partition(number, isOneWay: true)
    case .clog: clog(number)
    case .pause: pause(host)
    case .breakLink: for peer in hosts.indices where peer != number { breakLink(number, peer) }
    case .diskStall: host.stalledUntil = queue.now + .milliseconds(100 + random.below(3_000))
    case .diskFull:
      host.mayStop = true
      host.disk.capacityBytes = host.disk.capacityBytes == .max ? 0 : .max
    case .syncError:
      guard host.member != nil else { return }
      host.mayStop = true
      host.disk.syncsToFail = 1
    case .slowLink:
      for peer in hosts.indices where peer != number {
        links[number][peer].slowness = .milliseconds(random.below(120))
      }
    case .clockJump: host.wallOffset += Int64(random.below(7_200_000)) - 3_600_000
    }
  }

  /// Cuts one machine off; its connections break if the cut lasts.
  private func partition(_ number: Int, isOneWay: Bool) {
    let isBlocked = random.chance(Ratio(2, in: 3))
    for peer in hosts.indices where peer != number {
      setBlocked(isBlocked, from: number, to: peer)
      if !isOneWay || !isBlocked { setBlocked(isBlocked, from: peer, to: number) }
      if isBlocked, random.chance(Ratio(1, in: 2)) { breakLink(number, peer) }
    }
  }

  /// Frames wait, then all arrive at once.
  private func clog(_ number: Int) {
    for peer in hosts.indices where peer != number {
      let isBlocked = !links[number][peer].isBlocked
      setBlocked(isBlocked, from: number, to: peer)
    }
  }

  private func pause(_ host: Host) {
    guard host.member != nil, !host.isPaused else { return }
    host.isPaused = true
    queue.plan(.unpause(host: host.number), after: .milliseconds(100 + random.below(4_000)))
  }

  /// The faults end: what is down starts, what is cut is joined, what is full is emptied.
  func heal() {
    isCalm = true
    calmSince = queue.now
    for host in hosts {
      host.effectsBeforeCrash = nil
      host.disk.capacityBytes = .max
      host.disk.syncsToFail = 0
      host.disk.operationsBeforeCrash = nil
      host.stalledUntil = queue.now
      unpause(host.number)
      for peer in hosts.indices where peer != host.number {
        links[host.number][peer].slowness = .zero
        setBlocked(false, from: host.number, to: peer)
      }
      queue.plan(.start(host: host.number), after: .milliseconds(100))
    }
  }
}
