import Base
import EtcdAPI
import JSON
import Node

/// A machine with an agent and hollow containers: the real `HollowNode`, its power, its agent's
/// process and its connection.
final class SimulatedNode {
  let number: Int
  let name: String
  private var node: HollowNode
  /// Counts the agent's processes.
  private(set) var life = 0
  private(set) var isPaused = false
  private var isPowered = true
  private var inbox: [HollowNode.Event] = []
  private var caller: SimulatedStoreCaller?
  private var entries: [StoreCallID: Int] = [:]
  private let wallOffset: Int64
  private let clockOffset: Duration

  init(number: Int, name: String, hasExits: Bool, random: inout PRNG) {
    self.number = number
    self.name = name
    var configuration = HollowNode.Configuration(node: name, seed: random.next())
    configuration.runtime.startMillisecondsMax = [0, 20, 800][random.below(3)]
    configuration.runtime.stopMillisecondsMax = [0, 20, 3_000][random.below(3)]
    configuration.runtime.exits = hasExits ? Ratio(1, in: 6) : .never
    configuration.runtime.runMillisecondsMax = 20_000
    node = HollowNode(configuration)
    wallOffset = 1_767_225_600_000 + Int64(random.below(500))
    clockOffset = .milliseconds(random.below(1_000_000))
  }

  private func moment(_ cluster: ControlCluster) -> Moment {
    let now = cluster.world.queue.now
    return Moment(
      instant: now + clockOffset,
      wall: WallTime(milliseconds: wallOffset + now.milliseconds))
  }

  var isAgentRunning: Bool { node.isAgentRunning }

  /// Uids of the pods whose containers run.
  var runningPods: [String] {
    var uids: [String] = []
    for container in node.runtime.running where !uids.contains(container.uid) {
      uids.append(container.uid)
    }
    return uids
  }

  // MARK: - Lives

  func start(in cluster: ControlCluster) {
    guard !node.isAgentRunning else { return }
    life += 1
    isPowered = true
    let life = life
    caller = SimulatedStoreCaller(world: cluster.world, random: cluster.world.random.fork()) {
      [unowned self, unowned cluster] event in
      guard self.life == life else { return }
      if case .answered(let id, let answer) = event,
        let entry = entries.removeValue(forKey: id)
      {
        cluster.ledger.settle(entry, answer)
      }
      give(.store(event), in: cluster)
    }
    give(.start, in: cluster)
  }

  /// The agent is killed; the containers run on.
  func killAgent(in cluster: ControlCluster) {
    guard node.isAgentRunning else { return }
    node.killAgent()
    // A tick that came while all stood still is the containers' too: without it none comes again.
    let wasDue = inbox.contains {
      if case .tick = $0 { true } else { false }
    }
    endProcess()
    if wasDue { cluster.plan(.nodeTick(number), after: .milliseconds(1)) }
    cluster.planNodeStart(of: number, after: .milliseconds(100 + cluster.world.random.below(8_000)))
  }

  /// The machine loses its power and comes back.
  func reboot(in cluster: ControlCluster) {
    guard node.isAgentRunning else { return }
    node.reboot()
    isPowered = false
    endProcess()
    noteRunning(in: cluster)
    cluster.planNodeStart(
      of: number, after: .milliseconds(1_000 + cluster.world.random.below(30_000)))
  }

  private func endProcess() {
    life += 1
    caller?.stop()
    caller = nil
    entries = [:]
    inbox = []
    isPaused = false
  }

  /// The whole machine stands still for a while.
  func pause() {
    guard node.isAgentRunning else { return }
    isPaused = true
    caller?.pause()
  }

  func resume(in cluster: ControlCluster) {
    guard isPaused else { return }
    isPaused = false
    let life = life
    caller?.resume()
    let events = inbox
    inbox = []
    for event in events where self.life == life { give(event, in: cluster) }
  }

  func killSupervisor(in cluster: ControlCluster) {
    let uids = node.podUIDs.filter { node.runtime.isSupervised($0) }
    guard !uids.isEmpty, !isPaused else { return }
    let uid = uids[cluster.world.random.below(uids.count)]
    var effects: [HollowNode.Effect] = []
    node.killSupervisor(of: uid, at: moment(cluster), into: &effects)
    carryOut(effects, in: cluster)
  }

  /// All that the agent sends and hears comes late, but in time for its heartbeat.
  func slowDown(for duration: Duration) { caller?.stall(for: duration) }

  func breakConnection() { caller?.breakConnection() }

  /// Ticks serve the containers, too: they come while the agent is down.
  func tick(in cluster: ControlCluster) {
    guard isPowered else { return }
    give(.tick, in: cluster)
  }

  // MARK: - Steps

  private func give(_ event: HollowNode.Event, in cluster: ControlCluster) {
    if isPaused {
      inbox.append(event)
      return
    }
    var effects: [HollowNode.Effect] = []
    node.step(event, at: moment(cluster), into: &effects)
    carryOut(effects, in: cluster)
    noteRunning(in: cluster)
  }

  private func carryOut(_ effects: [HollowNode.Effect], in cluster: ControlCluster) {
    for effect in effects {
      switch effect {
      case .store(let effect):
        if case .call(let id, .txn(let txn)) = effect {
          entries[id] = cluster.ledger.add(
            txn, by: .node(number, life: life), leases: [])
        }
        if case .call(_, .range) = effect { cluster.counters.reads += 1 }
        caller?.carryOut(effect)
      case .wake(let instant):
        cluster.plan(
          .nodeTick(number), at: Instant(nanoseconds: instant.nanoseconds - clockOffset.nanoseconds)
        )
      case .note(let note):
        cluster.note(name, note.text, note.fields)
      case .stopped:
        break
      }
    }
  }

  private func noteRunning(in cluster: ControlCluster) {
    var pods: [String: String] = [:]
    for uid in runningPods {
      pods[uid] = cluster.names[uid] ?? name(of: uid, in: cluster)
    }
    cluster.runs(pods, on: name)
  }

  private func name(of uid: String, in cluster: ControlCluster) -> String {
    guard let desired = node.desired(uid) else { return uid }
    do throws(JSONError) {
      let meta = try JSONValue(parsing: desired.value)["metadata"]
      let name = (meta?["namespace"]?.string ?? "") + "/" + (meta?["name"]?.string ?? "")
      cluster.names[uid] = name
      return name
    } catch {
      cluster.world.violations.append("\(self.name) keeps a pod that cannot be read: \(error)")
      return uid
    }
  }
}
