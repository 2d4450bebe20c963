import Base
import Objects
import Registry

/// What one seed's user wants, in order, and what must stand at the end whatever happened
/// meanwhile.
struct UserScript {
  /// What the reconcilers under test carry out: nothing else is asked of them.
  struct Scope: Hashable {
    var hasDeployments: Bool
    /// Objects with dependents may be deleted.
    var hasGarbageCollection: Bool
    var hasNamespaces: Bool
    /// Pods of the default namespace are counted, by quotas of these names.
    var quotas: [String]

    init(reconcilers: [String], hasQuotas: Bool) {
      quotas = hasQuotas ? ["all", "pods"] : []
      hasDeployments = reconcilers.contains("deployment")
      hasGarbageCollection = reconcilers.contains { $0.hasPrefix("garbage") }
      hasNamespaces = reconcilers.contains("namespace")
    }
  }

  enum Action: Hashable {
    /// A new Deployment or ReplicaSet; waits until an earlier one of its name is gone.
    case apply(UserWorkload)
    /// Replicas, template and pause of one that is there.
    case change(UserWorkload)
    case deletePod(of: UserWorkload, graceSeconds: Int64?)
    case delete(UserWorkload, DeleteOptions.Propagation)
    /// Waits until the workload has taken over what an earlier one of its name left.
    case awaitAdoption(UserWorkload)
    /// A finalizer on the workload, or on one of its pods.
    case hold(UserWorkload, isPod: Bool)
    /// Takes the user's finalizers off everything.
    case release
    /// A pod with a name of its own, made again under it whenever it is gone, as a StatefulSet
    /// does.
    case keepIdentity(String)
    case deleteIdentity(String)
    case makeNamespace(String)
    case makeQuota(String)
    case deleteNamespace(String)
    case rest
  }

  let scope: Scope
  private(set) var actions: [Action] = []
  /// What stands at the end.
  private(set) var workloads: [UserWorkload] = []
  private(set) var identities: [String] = []
  private(set) var namespaces: [String] = []

  init(random: inout PRNG, actionCount: Int, scope: Scope) {
    self.scope = scope
    // Whoever is first makes it: the user or the namespace reconciler.
    actions.append(.makeNamespace("default"))
    actions += scope.quotas.map(Action.makeQuota)
    add("web", in: "default", &random)
    for _ in 0..<actionCount { addAction(&random) }
    // A pause is no end: what was put off would stay so.
    for place in workloads.indices where workloads[place].isPaused {
      workloads[place].isPaused = false
      actions.append(.change(workloads[place]))
    }
    actions.append(.release)
  }

  private mutating func add(_ name: String, in namespace: String, _ random: inout PRNG) {
    let isDeployment = scope.hasDeployments && random.chance(Ratio(4, in: 5))
    var workload = UserWorkload(
      kind: isDeployment ? .deployment : .replicaSet, namespace: namespace, name: name)
    workload.replicas = 1 + random.below(3)
    workload.strategy =
      switch random.below(5) {
      case 0: .recreate
      case 1: .rolling(surge: 0, unavailable: 1)
      case 2: .rolling(surge: 1, unavailable: 1)
      default: .rolling(surge: 1, unavailable: 0)
      }
    workloads.append(workload)
    actions.append(.apply(workload))
  }

  private mutating func addAction(_ random: inout PRNG) {
    guard !workloads.isEmpty else { return add("web", in: "default", &random) }
    let place = random.below(workloads.count)
    switch random.below(100) {
    case 0..<20: change(place) { $0.replicas = $0.replicas % 3 + 1 }
    case 20..<27: change(place) { $0.replicas = 0 }
    case 27..<50 where workloads[place].kind == .deployment:
      let version = 1 + random.below(3)
      change(place) { $0.version = version }
    case 50..<55 where workloads[place].kind == .deployment:
      change(place) { $0.isPaused.toggle() }
    case 55..<63:
      actions.append(
        .deletePod(of: workloads[place], graceSeconds: random.chance(Ratio(1, in: 3)) ? 0 : nil))
    case 63..<71 where scope.hasGarbageCollection: replace(place, &random)
    case 71..<78:
      actions += [.hold(workloads[place], isPod: true)]
      if random.chance(Ratio(1, in: 2)) { actions += [.rest, .release] }
    case 78..<87: keepIdentity(&random)
    case 87..<92 where scope.hasNamespaces: toggleNamespace(&random)
    case 92..<95 where workloads.count < 2:
      let isFree = !workloads.contains { $0.namespace == "default" && $0.name == "web" }
      add(isFree ? "web" : "api", in: "default", &random)
    default: actions.append(.rest)
    }
  }

  private mutating func change(_ place: Int, _ body: (inout UserWorkload) -> Void) {
    body(&workloads[place])
    actions.append(.change(workloads[place]))
  }

  /// Deletes a workload; what is orphaned is adopted by the next one of its kind and name.
  private mutating func replace(_ place: Int, _ random: inout PRNG) {
    let old = workloads.remove(at: place)
    let propagation: DeleteOptions.Propagation =
      [.background, .foreground, .orphan][random.below(3)]
    let isHeld = random.chance(Ratio(1, in: 3))
    if isHeld { actions.append(.hold(old, isPod: false)) }
    actions.append(.delete(old, propagation))
    if isHeld { actions += [.rest, .release] }
    // What is held holds its owner: its name would never be free again.
    if propagation == .foreground { actions.append(.release) }
    if propagation == .orphan {
      workloads.append(old)
      actions += [.apply(old), .awaitAdoption(old)]
    } else if random.chance(Ratio(2, in: 3)) {
      add(old.name, in: old.namespace, &random)
    }
  }

  private mutating func keepIdentity(_ random: inout PRNG) {
    let name = "db-\(random.below(2))"
    if identities.contains(name) {
      actions.append(.deleteIdentity(name))
    } else {
      identities.append(name)
      actions.append(.keepIdentity(name))
    }
  }

  private mutating func toggleNamespace(_ random: inout PRNG) {
    guard namespaces.isEmpty else {
      namespaces = []
      workloads.removeAll { $0.namespace == "team" }
      actions += [.deleteNamespace("team"), .release]
      return
    }
    namespaces = ["team"]
    actions.append(.makeNamespace("team"))
    add("job", in: "team", &random)
  }
}
