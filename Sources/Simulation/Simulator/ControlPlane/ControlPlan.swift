import Base
import JSON
import Registry

/// How rough one control plane history is: who runs, what befalls them, how long.
struct ControlPlan {
  enum Fault: CaseIterable {
    case killProcess, killBehindWrites, pauseProcess, pauseBehindWrites, stopProcess
    case breakConnections, stallConnections
    case handOver, storeCrash, compaction
    case nodeReboots, agentKilled, agentPaused, nodeSlow, supervisorKilled
  }

  /// One group is one process; two copies of each run.
  let groups: [[String]]
  let nodes: [String]
  let leaseSeconds: Int64
  let actionCount: Int
  /// The longest wait between two of the user's turns, in milliseconds.
  let userPause: Int
  let faults: [Fault]
  let pauseBetweenFaults: Int
  let faultTime: Duration
  /// How long everything may take to come to rest behind the last fault.
  let settlingTime: Duration
  /// Every life of a component's process ends right before its n-th write but candidates' keys; 0:
  /// it does not.
  let killEach: Int
  /// Containers end by themselves now and then, and are started again: then it never comes to rest.
  let hasExits: Bool
  /// Two quotas count the pods of one namespace; they never limit them.
  let hasQuotas: Bool
  #if PLANTED_BUGS
    var plantedBug: PlantedBug?
  #endif

  init(random: inout PRNG, isUndisturbed: Bool, hasQuotas: Bool) {
    self.hasQuotas = hasQuotas
    nodes = (0..<(2 + random.below(2))).map { "n\($0 + 1)" }
    let splits: [[[String]]] = [
      [["controller-manager"], ["scheduler"]],
      [["controller-manager", "scheduler"]],
      [["deployment"], ["replicaset"], ["others"], ["scheduler"]],
    ]
    groups = splits[random.below(splits.count)]
    leaseSeconds = random.chance(Ratio(1, in: 2)) ? 10 : 4
    actionCount = 4 + random.below(6)
    userPause = [200, 800, 2_500][random.below(3)]
    let wanted = 1 + random.below(4)
    // What meets a leader in the middle of a plan finds most.
    let kinds = Fault.allCases + [.pauseBehindWrites, .pauseBehindWrites, .killBehindWrites]
    let chosen = (0..<wanted).map { _ in kinds[random.below(kinds.count)] }
    faults = isUndisturbed ? [] : chosen
    pauseBetweenFaults = 500 + random.below(5_000)
    let isKilledEach = random.chance(Ratio(1, in: 6))
    let each = 2 + random.below(6)
    killEach = isKilledEach && !isUndisturbed ? each : 0
    hasExits = random.chance(Ratio(1, in: 5)) && !isUndisturbed
    faultTime = .seconds(25 + random.below(20))
    settlingTime = .seconds(240)
  }
}
