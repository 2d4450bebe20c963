import Base
import JSON
import Objects

extension ObjectRegistry {
  /// A user's DELETE (apiserver rest.BeforeDelete and registry.Store.Delete): the object goes, or
  /// is marked as on its way out while finalizers or its grace hold it.
  func delete(
    _ old: StoredObject, _ options: DeleteOptions, context: PlanContext,
    into transaction: inout ObjectTransaction
  ) throws(Rejection) {
    let key = Self.objectKey(of: old)
    if key.kind == .namespace, Self.immortalNamespaces.contains(key.name) {
      throw .forbidden(key.kind, name: key.name, reason: "this namespace may not be deleted")
    }
    var object = old.json
    Self.markDeletion(of: old, in: &object, options, now: context.now)
    let holders = Self.finalizers(of: old, options)
    object.edit("metadata") { meta in
      if holders != old.meta.finalizers {
        meta["finalizers"] = holders.isEmpty ? nil : .strings(holders)
      }
    }
    if key.kind == .namespace {
      object.edit("status") { $0["phase"] = "Terminating" }
    }
    let graceLeft = object["metadata"]?["deletionGracePeriodSeconds"]?.int64 ?? 0
    var isHeld = !holders.isEmpty || graceLeft > 0
    if key.kind == .namespace {
      isHeld = isHeld || !(object["spec"]?["finalizers"]?.array ?? []).isEmpty
    }
    #if PLANTED_BUGS
      if plantedBug == .droppedFinalizer { isHeld = graceLeft > 0 }
    #endif
    if isHeld && object == old.json { return }
    transaction.expect(old.key, modRevision: old.modRevision)
    if isHeld {
      transaction.put(key, object)
    } else {
      // What has no grace goes as it is; a pod's end says when it was to be.
      transaction.remove(key, last: key.kind == .pod ? object : old.json)
      release(old.json, of: key.kind, into: &transaction)
    }
  }

  private static let immortalNamespaces = ["default", "kube-public", "kube-system"]

  /// Sets when the object is to be gone. A second DELETE can only shorten the grace.
  private static func markDeletion(
    of old: StoredObject, in object: inout JSONObject, _ options: DeleteOptions, now: WallTime
  ) {
    let wanted = graceSeconds(of: old, options)
    guard let deletion = old.meta.deletionTime else {
      object.edit("metadata") { meta in
        meta["deletionTimestamp"] = .string(now.adding(seconds: wanted).rfc3339)
        meta["deletionGracePeriodSeconds"] = .number(wanted)
        if old.meta.generation > 0 {
          let next = old.meta.generation.addingReportingOverflow(1).partialValue
          meta["generation"] = .number(next)
        }
      }
      return
    }
    let before = min(max(old.meta.deletionGraceSeconds ?? 0, 0), graceSecondsMax)
    // Without a word about the grace the first DELETE's stays.
    let isForced = options.graceSeconds != nil || wanted == 0
    guard isForced, wanted < before else { return }
    let earlier = deletion.adding(seconds: -before).adding(seconds: wanted)
    object.edit("metadata") { meta in
      meta["deletionTimestamp"] = .string(earlier.rfc3339)
      meta["deletionGracePeriodSeconds"] = .number(wanted)
    }
  }

  /// Only pods have grace (pod strategy CheckGracefulDelete): none for one that runs nowhere,
  /// because it is not bound or has ended.
  private static func graceSeconds(of old: StoredObject, _ options: DeleteOptions) -> Int64 {
    guard old.objectKey?.kind == .pod, let pod = old.pod, !pod.node.isEmpty, !pod.hasEnded
    else { return 0 }
    let wanted =
      options.graceSeconds ?? old.json["spec"]?["terminationGracePeriodSeconds"]?.int64 ?? 30
    // A negative grace means the shortest one, as in Kubernetes.
    return wanted < 0 ? 1 : min(wanted, graceSecondsMax)
  }

  /// Ten years: deletion timestamps stay within what dates can say.
  private static let graceSecondsMax: Int64 = 10 * 366 * 86_400

  private static let foreground = "foregroundDeletion"
  private static let orphan = "orphan"

  /// The object's finalizers with the one that carries the propagation.
  private static func finalizers(of old: StoredObject, _ options: DeleteOptions) -> [String] {
    guard let propagation = options.propagation else { return old.meta.finalizers }
    let others = old.meta.finalizers.filter { $0 != foreground && $0 != orphan }
    switch propagation {
    case .background: return others
    case .foreground: return others + [foreground]
    case .orphan: return others + [orphan]
    }
  }
}

extension WallTime {
  /// Clamped to 64 bits.
  func adding(seconds: Int64) -> WallTime {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, sumOverflow) = milliseconds.addingReportingOverflow(product)
    if overflow || sumOverflow { return WallTime(milliseconds: seconds < 0 ? .min : .max) }
    return WallTime(milliseconds: sum)
  }
}
