import Base
import Objects

/// Counts of a workload's pods, as its status tells them.
struct PodCounts: Hashable {
  /// Neither ended nor on their way out.
  var active = 0
  var ready = 0
  /// Ready for as long as the workload asks.
  var available = 0
  /// Until the next ready pod is available, unless something changes; nil where none is waited for.
  var nextAvailable: Duration?

  /// `minReadySeconds`: how long a pod must be ready to count as available.
  init(of pods: [StoredObject], minReadySeconds: Int64, now: WallTime) {
    for object in pods {
      guard let pod = object.pod, object.isActivePod else { continue }
      active += 1
      guard pod.isReady else { continue }
      ready += 1
      guard let wait = pod.untilAvailable(minReadySeconds: minReadySeconds, now: now) else {
        continue
      }
      if wait == .zero {
        available += 1
      } else {
        nextAvailable = min(nextAvailable ?? wait, wait)
      }
    }
  }
}

extension StoredObject {
  /// A pod that has neither ended nor is on its way out (controller.IsPodActive).
  var isActivePod: Bool { pod?.hasEnded == false && !meta.isBeingDeleted }
}

extension PodFacts {
  /// How long a ready pod must stay so to count as available (podutil.IsPodAvailable): zero for one
  /// that is, nil for one that is not ready or does not say since when.
  func untilAvailable(minReadySeconds: Int64, now: WallTime) -> Duration? {
    guard isReady else { return nil }
    guard minReadySeconds > 0 else { return .zero }
    guard let readySince else { return nil }
    let (since, overflow) = now.milliseconds.subtractingReportingOverflow(readySince.milliseconds)
    // Times are untrusted: what lies beyond the clock's range never comes.
    guard !overflow else { return nil }
    return .milliseconds(max(0, min(minReadySeconds, Int64(Int32.max)) * 1000 - since))
  }
}
