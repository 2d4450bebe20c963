import Base
import Crypto
import EtcdAPI
import EventLoop
import KVStore
import Linux
import Member
import Raft
import Transport

/// One member as a process: the shell around `StoreMember`.
///
/// A turn of the loop gathers what came in, steps the member, and carries out its effects in order:
///
///     peers, ticks, disk --> step at once
///     requests           --> one batch at the turn's end --> step
///     effects            --> disk thread, peers, one write per client connection
final class StoreServer: PeerTransportDelegate {
  let configuration: StoreConfiguration
  let loop: EventLoop
  let logger: Logger
  let metrics: StoreMetrics
  private let clock = SystemClock()
  private let disk: DiskThread
  private var member: StoreMember
  private var effects: [MemberEffect] = []
  private var peers: PeerTransport?
  private(set) var clients: ClientPort?
  /// When each submission with a sync was handed to the disk thread.
  private var syncsBegun: [DiskToken: Instant] = [:]
  private var isResumeScheduled = false
  private var timers: [RepeatingTimer] = []
  private var phase = Phase.serving

  private enum Phase {
    case serving
    /// A signal asked for the end; leadership is handed over first.
    case leaving(deadline: Instant)
    case stopped(exitCode: Int32)
  }

  private enum Bounds {
    /// How long leaving waits for another leader, in election time-outs.
    static let handOverElections = 2
  }

  init(
    _ configuration: StoreConfiguration, member: consuming StoreMember, disk: DiskThread,
    loop: EventLoop, logger: Logger
  ) {
    self.configuration = configuration
    self.disk = disk
    self.loop = loop
    self.logger = logger
    metrics = StoreMetrics(
      member: configuration.local.id, version: member.configuration.version,
      figures: member.figures)
    self.member = member
  }

  /// Serves until a signal or a failure: the process' exit code.
  func run(clients: ClientPort, peers: PeerTransport) -> Int32 {
    self.clients = clients
    self.peers = peers
    clients.attach(self)
    loop.onTurnEnd { [self] in endTurn() }
    timers.append(
      loop.scheduleRepeating(every: configuration.heartbeatInterval) { [self] in tick() })
    peers.dialAll()
    mapSegments()
    logger.info(
      "serving",
      [
        "member": configuration.local.id, "name": configuration.name,
        "cluster": String(configuration.cluster.id, radix: 16),
        "clients": configuration.listenClientURLs.map(\.text).joined(separator: ","),
        "peers": configuration.listenPeerURLs.map(\.text).joined(separator: ","),
      ])
    loop.run()
    guard case .stopped(let code) = phase else { return 0 }
    return code
  }

  // MARK: - Events

  private var time: MemberTime {
    MemberTime(instant: loop.now, wall: clock.wallTime())
  }

  private func step(_ event: MemberEvent) {
    member.step(event, at: time, into: &effects)
  }

  private func tick() {
    step(.tick)
    clients?.watchLeader(member.figures.leader, electionTicks: configuration.electionTicks)
    if case .leaving(let deadline) = phase {
      let isOver = member.figures.role != .leader || peers?.connectedCount == 0
      if isOver || loop.now >= deadline { finish(exitCode: 0) }
    }
  }

  func peerConnected(_ peer: NodeID) { step(.connected(peer)) }
  func peerDisconnected(_ peer: NodeID) { step(.disconnected(peer)) }
  func peerReceived(_ frame: Bytes, from peer: NodeID) { step(.received(frame, from: peer)) }

  /// The disk thread's answer, on the loop.
  func diskAnswered(_ token: DiskToken, _ error: DiskError?) {
    if let begun = syncsBegun.removeValue(forKey: token) {
      metrics.syncSeconds.observe(Machine.now() - begun)
    }
    step(error.map { .diskFailed(token, $0) } ?? .diskCompleted(token))
  }

  private func endTurn() {
    if let batch = clients?.takeBatch() { step(.requests(batch)) }
    // A reply can congest a stream, which the member hears of at the next turn's end.
    var list: [MemberEffect] = []
    swap(&list, &effects)
    for effect in list { perform(effect) }
    list.removeAll(keepingCapacity: list.count <= 1_024)
    if effects.isEmpty { swap(&list, &effects) }
    if member.hasBacklog, !isResumeScheduled {
      isResumeScheduled = true
      loop.submitLocally { [self] in
        isResumeScheduled = false
        step(.resume)
      }
    }
  }

  // MARK: - Effects

  private func perform(_ effect: MemberEffect) {
    switch effect {
    case .disk(let operations, let token): submit(operations, token)
    case .send(let frame, let peer): peers?.send(frame, to: peer)
    case .reply(let batch): clients?.deliver(batch)
    case .report(let report): log(report)
    case .stop(let reason): stop(because: reason)
    }
  }

  private func submit(_ operations: [DiskOperation], _ token: DiskToken) {
    var hasSync = false
    for operation in operations {
      switch operation {
      case .write(_, _, let bytes): metrics.writtenBytes.increment(by: UInt64(bytes.count))
      case .sync: hasSync = true
      case .makeFolder, .create, .syncFolder, .rename, .remove: break
      }
    }
    if hasSync { syncsBegun[token] = Machine.now() }
    disk.submit(operations, token: token)
  }

  private func log(_ report: MemberReport) {
    switch report {
    case .roleChanged(let change):
      logger.info(
        "role changed",
        [
          "role": "\(change.role)", "term": change.term,
          "leader": change.leader?.description ?? "none",
        ])
    case .autoCompactionBegun(let revision):
      logCompaction(to: revision)
    case .compacted(let revision):
      metrics.lastCompaction.set(Int(clock.wallTime().milliseconds / 1_000))
      logger.info("finished scheduled compaction", ["compact-revision": revision])
    case .checkpointed(let index, let bytes):
      logger.info("checkpoint written", ["index": index, "bytes": bytes])
      mapSegments()
    case .snapshotOffered(let peer, let index):
      logger.info("snapshot offered", ["peer": peer, "index": index])
    case .snapshotInstalled(let index):
      logger.info("snapshot installed", ["index": index])
      mapSegments()
    case .malformedFrame(let peer, let error):
      logger.warn("malformed frame", ["peer": peer, "error": "\(error)"])
    }
  }

  /// etcd's words.
  private func logCompaction(to revision: Int64) {
    switch configuration.autoCompaction {
    case .off: preconditionFailure("who keeps all history compacts none by itself")
    case .periodic(let retention):
      logger.info(
        "starting auto periodic compaction",
        ["revision": revision, "compact-period": "\(retention)"])
    case .revisions(let kept):
      logger.info(
        "starting auto revision compaction",
        ["revision": revision, "revision-compaction-retention": kept])
    }
  }

  /// History that is in files needs no memory: what of it is read comes by the page cache.
  private func mapSegments() {
    for (segment, file) in member.mappableSegments {
      let path = configuration.dataDirectory + "/" + file.text
      do {
        let mapping = try FileMapping(path)
        if member.map(segment, to: mapping) { continue }
        logger.warn("a segment's file differs from its memory, which stays", ["file": path])
      } catch {
        logger.warn("a segment stays in memory", ["file": path, "error": error.description])
      }
    }
    member.releaseMappedPages()
  }

  // MARK: - The end

  /// A signal: hands leadership over, so that the others need no election, then ends.
  func leave(_ signal: Signal) {
    guard case .serving = phase else { return finish(exitCode: 0) }
    logger.info("leaving", ["signal": signal.number])
    let election = configuration.heartbeatInterval * configuration.electionTicks
    phase = .leaving(deadline: loop.now + election * Bounds.handOverElections)
    guard member.figures.role == .leader, peers?.connectedCount != 0 else {
      return finish(exitCode: 0)
    }
    step(.handOver)
  }

  private func stop(because reason: StopReason) {
    switch reason {
    case .disk(let error):
      logger.error(
        "stopped: a write failed, so what is durable is not known any more",
        ["error": StartError.text(of: error, configuration.dataDirectory)])
    case .removed:
      logger.error("stopped: this member was removed from the cluster")
    case .alreadyBootstrapped:
      logger.error(
        "stopped: member has already been bootstrapped, and its data directory is empty: its log "
          + "was lost, so remove it from the cluster and add it anew",
        ["member": configuration.local.id])
    case .undecodable(let index):
      logger.error(
        "stopped: what is committed at this index cannot be read by this version",
        ["index": index])
    }
    finish(exitCode: 1)
  }

  private func finish(exitCode: Int32) {
    if case .stopped = phase { return }
    phase = .stopped(exitCode: exitCode)
    for timer in timers { timer.cancel() }
    clients?.close()
    peers?.close()
    // What was answered still leaves at the end of this turn.
    loop.stop()
  }

  // MARK: - Figures

  var figures: MemberFigures { member.figures }
  var version: String { member.configuration.version }

  var metricsPage: String {
    if let figures = clients?.figures { metrics.noteClients(figures) }
    metrics.activePeers.set(peers?.connectedCount ?? 0)
    return metrics.render(member.figures)
  }
}
