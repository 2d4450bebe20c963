import Base
import JSON
import Objects
import Registry

/// A Deployment and its ReplicaSets as one view shows them.
struct Rollout {
  let deployment: StoredObject
  let key: ObjectKey
  let spec: DeploymentSpec
  /// Oldest first.
  let sets: [OwnedReplicaSet]
  /// The place of the set whose template is the Deployment's: of several the oldest.
  let newest: Int?
  let view: ClusterView
  let now: WallTime

  init(
    _ deployment: StoredObject, _ key: ObjectKey, _ spec: DeploymentSpec, sets: [StoredObject],
    in view: ClusterView, now: WallTime
  ) {
    self.deployment = deployment
    self.key = key
    self.spec = spec
    self.view = view
    self.now = now
    self.sets = sets.compactMap(OwnedReplicaSet.init).sorted(by: OwnedReplicaSet.isOlder)
    newest = self.sets.firstIndex { TemplateHash.areAlike($0.template, spec.template) }
  }

  var newSet: OwnedReplicaSet? { newest.map { sets[$0] } }
  var oldSets: [OwnedReplicaSet] { sets.indices.filter { $0 != newest }.map { sets[$0] } }

  /// The revision that the newest template has or gets: above those of all others.
  var wantedRevision: Int64 {
    let highest = oldSets.map(\.revision).max() ?? 0
    return highest == .max ? highest : highest + 1
  }

  // MARK: - Pods that are there

  /// The most pods that a set has or can come to have as long as nobody writes it; nil while its
  /// controller does not know what it asks for, and may still make pods for an older number.
  ///
  /// A status that knows the set's present size counts every pod made before it, and later ones are
  /// made up to that size only: `ReplicaSetReconciler`. The pods in the view would tell less,
  /// because they may be older than the status.
  private func occupied(_ set: OwnedReplicaSet) -> Int64? {
    let counted = max(set.replicas, set.status.replicas)
    if set.isBeingDeleted {
      // Its controller does nothing any more: what the view has is all that there is.
      guard view.reached >= set.object.modRevision else { return counted }
      let pods = Claim.controlled(.pod, by: set.object, in: view)
      return Int64(pods.count(where: \.isActivePod))
    }
    return set.isObserved ? counted : nil
  }

  /// The revision that the view must reach before it tells all pods of a set on its way out; nil
  /// where it has.
  var awaits: Int64? {
    let revision = sets.filter(\.isBeingDeleted).map(\.object.modRevision).max() ?? 0
    return revision > view.reached ? revision : nil
  }

  /// What a set, or a new one for nil, may at most ask for without more pods than the Deployment
  /// may have; nil while nobody can say.
  ///
  /// Kubernetes counts what the sets ask for, so that pods which a set has not yet deleted come on
  /// top of the surge. Here they count until they are on their way out.
  func room(for place: Int?) -> Int64? {
    var room = spec.podsMax
    for index in sets.indices {
      guard let occupied = occupied(sets[index]) else { return nil }
      if index != place { room -= occupied }
    }
    return max(0, room - strays)
  }

  /// Pods of ReplicaSets that are gone, until they go too.
  private var strays: Int64 {
    let count = view.objects(.pod, in: key.namespace).count { pod in
      guard let controller = pod.meta.controller, controller.kind == Kind.replicaSet.name,
        pod.isActivePod, spec.selector.matches(pod.meta.labels)
      else { return false }
      return view.object(uid: controller.uid) == nil
    }
    return Int64(count)
  }

  /// What is sure of a set's pods: the least of what its status and the view say, because either
  /// may be older than the other. While its controller does not know its size nothing is: it may
  /// have shrunk and grown again since.
  func holding(_ set: OwnedReplicaSet) -> Holding {
    let counts = PodCounts(
      of: Claim.controlled(.pod, by: set.object, in: view), minReadySeconds: set.minReadySeconds,
      now: now)
    guard set.isObserved else { return Holding(available: 0, ready: set.replicas) }
    return Holding(
      available: min(Int64(counts.available), set.status.available),
      ready: max(Int64(counts.ready), set.status.ready))
  }

  struct Holding {
    /// At least.
    let available: Int64
    /// At most.
    let ready: Int64

    /// The available pods that stay for sure when the set comes to ask for so many: it deletes
    /// those that are not ready first, and of the ready ones perhaps available ones.
    func kept(at replicas: Int64) -> Int64 { max(0, available - max(0, ready - replicas)) }
  }

  /// Pods of old sets that have not ended, those on their way out too.
  var oldPodsRemain: Bool {
    oldSets.contains { set in
      !set.isObserved || set.status.replicas > 0
        || Claim.controlled(.pod, by: set.object, in: view).contains { $0.pod?.hasEnded == false }
    }
  }

  // MARK: - Steps

  /// Sets a set's size, and notes what it was sized for; nil where both are so already.
  func scaling(_ set: OwnedReplicaSet, to replicas: Int64) -> Step? {
    let isSized = set.replicas == replicas
    guard !isSized || set.desired != spec.replicas || set.mostAtDesired != spec.podsMax else {
      return nil
    }
    var object = set.object.json
    object.edit("spec") { $0["replicas"] = .number(replicas) }
    Self.annotate(&object, sizes)
    let direction = set.replicas < replicas ? "up" : "down"
    let message =
      "Scaled \(direction) replica set \(set.name) from \(set.replicas) to \(replicas)"
    return Step(
      [.update(from: set.object, to: object)], guards: [.unchanged(deployment)],
      event: isSized
        ? nil : EventNote(regarding: deployment, reason: "ScalingReplicaSet", message: message))
  }

  var sizes: [(name: String, value: String)] {
    [
      (RolloutAnnotation.desiredReplicas, String(spec.replicas)),
      (RolloutAnnotation.maxReplicas, String(spec.podsMax)),
    ]
  }

  static func annotate(
    _ object: inout JSONObject, _ annotations: [(name: String, value: String)]
  ) {
    object.edit("metadata") { meta in
      meta.edit("annotations") { given in
        for (name, value) in annotations { given[name] = .string(value) }
      }
    }
  }
}
