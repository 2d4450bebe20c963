import JSON
import Objects
import Registry

/// How large each ReplicaSet should be. Every step leaves a legal state: no more pods than
/// `replicas` and the surge, no fewer available ones than the strategy allows.
extension Rollout {
  // MARK: - The Deployment was scaled

  /// A set was sized for another number of replicas (isScalingEvent).
  var isScaled: Bool {
    sets.contains { $0.isActive && $0.desired != nil && $0.desired != spec.replicas }
  }

  /// Resizes what is there without rolling further: the one set that has pods, or all of them in
  /// proportion (deployment controller, scale).
  func resizing() -> [Step] {
    let active = sets.indices.filter { sets[$0].isActive }
    if active.count <= 1 {
      guard let place = active.first ?? newest ?? sets.indices.last else { return [] }
      return resizing(place, to: spec.replicas).map { [$0] } ?? []
    }
    if let newest, isSaturated(sets[newest]) {
      return oldSets.filter(\.isActive).compactMap { scaling($0, to: 0) }
    }
    return spec.isRolling ? proportional(active) : []
  }

  /// Up only as far as there is room.
  private func resizing(_ place: Int, to replicas: Int64) -> Step? {
    let set = sets[place]
    if set.isBeingDeleted { return nil }
    guard replicas > set.replicas else { return scaling(set, to: replicas) }
    guard let room = room(for: place) else { return nil }
    let reachable = max(set.replicas, min(replicas, room))
    // Without room for any the set waits; sized for the new number it would seem done.
    return reachable > set.replicas ? scaling(set, to: reachable) : nil
  }

  private func isSaturated(_ set: OwnedReplicaSet) -> Bool {
    set.desired == spec.replicas && set.replicas == spec.replicas
      && set.status.available == spec.replicas
  }

  private func proportional(_ active: [Int]) -> [Step] {
    let total = active.reduce(0) { $0 + sets[$1].replicas }
    let toAdd = (spec.replicas > 0 ? spec.podsMax : 0) - total
    // The largest first; of equal ones, when growing the newest, when shrinking the oldest.
    let order = active.sorted { left, right in
      if sets[left].replicas != sets[right].replicas {
        return sets[left].replicas > sets[right].replicas
      }
      return toAdd > 0 ? left > right : left < right
    }
    var added: Int64 = 0
    var sizes = order.map { place in
      let share = share(of: sets[place], toAdd: toAdd, added: added)
      added += share
      return sets[place].replicas + share
    }
    if let first = sizes.first { sizes[0] = max(0, first + toAdd - added) }
    var steps: [Step] = []
    var spare = toAdd > 0 ? room(for: nil) ?? 0 : 0
    for (place, size) in zip(order, sizes) {
      let set = sets[place]
      let growth = min(max(0, size - set.replicas), spare)
      spare -= growth
      let reachable = size > set.replicas ? set.replicas + growth : size
      // What does not fit yet is tried again when there is room: until then it is not sized.
      if reachable < size && growth == 0 { continue }
      if let step = scaling(set, to: reachable) { steps.append(step) }
    }
    return steps
  }

  /// A set's part of what is added or taken away (deploymentutil.GetReplicaSetProportion): it keeps
  /// its share of the whole.
  private func share(of set: OwnedReplicaSet, toAdd: Int64, added: Int64) -> Int64 {
    guard toAdd != 0, toAdd != added else { return 0 }
    let left = toAdd - added
    guard spec.replicas > 0 else { return max(-set.replicas, left) }
    var before = set.mostAtDesired ?? 0
    if before == 0 { before = deployment.json["status"]?.count("replicas") ?? 0 }
    guard before > 0 else { return 0 }
    // Rounded half up; counts fit 32 bits, so that nothing overflows.
    let (product, divisor) = (set.replicas * spec.podsMax, before)
    let size = (product / divisor) + (product % divisor >= divisor - divisor / 2 ? 1 : 0)
    let share = min(size, Int64(Int32.max)) - set.replicas
    return toAdd > 0 ? min(share, left) : max(share, left)
  }

  // MARK: - Rolling update

  /// The next sizes on the way to the newest template.
  func rolling() -> [Step] {
    guard let newest, !sets[newest].isBeingDeleted else { return [] }
    var steps: [Step] = []
    let set = sets[newest]
    if set.replicas > spec.replicas {
      if let step = scaling(set, to: spec.replicas) { steps.append(step) }
    } else if set.replicas < spec.replicas, let room = room(for: newest) {
      let reachable = min(spec.replicas, room)
      if reachable > set.replicas, let step = scaling(set, to: reachable) { steps.append(step) }
    }
    return steps + shrinking(beside: set)
  }

  /// Takes from the old sets what the strategy allows: first pods that are not ready, then
  /// available ones as long as enough of them stay (reconcileOldReplicaSets).
  ///
  /// Kubernetes counts what the sets' statuses call available, so that pods count that a set is
  /// about to delete. Here those count that stay for sure.
  private func shrinking(beside new: OwnedReplicaSet) -> [Step] {
    let old = oldSets.filter { $0.isActive }
    guard !old.isEmpty else { return [] }
    let total = sets.reduce(0) { $0 + $1.replicas }
    let newKept = holding(new).kept(at: min(new.replicas, spec.replicas))
    let newUnavailable = new.replicas - min(newKept, new.replicas)
    let mostTaken = total - spec.availableMin - newUnavailable
    guard mostTaken > 0 else { return [] }
    let pods = old.map(holding)
    var sizes: [Int64] = []
    var taken: Int64 = 0
    for (set, pods) in zip(old, pods) {
      let part = min(max(0, set.replicas - pods.ready), mostTaken - taken)
      taken += part
      sizes.append(set.replicas - part)
    }
    var kept = zip(pods, sizes).reduce(newKept) { $0 + $1.0.kept(at: $1.1) }
    for place in old.indices {
      let spare = kept - spec.availableMin
      guard spare > 0 else { break }
      // Each pod less costs one available pod at most.
      let size = max(0, sizes[place] - spare)
      kept -= pods[place].kept(at: sizes[place]) - pods[place].kept(at: size)
      sizes[place] = size
    }
    return zip(old, sizes).compactMap { set, size in
      size < set.replicas ? scaling(set, to: size) : nil
    }
  }

  // MARK: - Recreate

  /// First no old pod may be left, then the new ones come.
  func recreating() -> [Step] {
    let old = oldSets.filter { $0.isActive }
    guard old.isEmpty else { return old.compactMap { scaling($0, to: 0) } }
    guard !oldPodsRemain, let newest, !sets[newest].isBeingDeleted,
      sets[newest].replicas != spec.replicas
    else { return [] }
    return resizing(newest, to: spec.replicas).map { [$0] } ?? []
  }
}
