public import Base
public import EtcdAPI

/// The lease under which Events are written, so that they go after an hour.
///
/// Shared by many, as kube-apiserver does it (storage/etcd3 lease_manager.go): a new one after a
/// minute or a thousand objects, each granted for a minute more than the hour.
public struct EventLease: Sendable {
  public static let secondsOfEvents: Int64 = 3600
  public static let reuseSeconds: Int64 = 60
  public static let objectsMax = 1000

  private enum Phase {
    case none(notBefore: Instant?)
    case granting
    case held(id: Int64, until: Instant, left: Int)
  }

  private var phase = Phase.none(notBefore: nil)
  private var failures = 0

  public init() {}

  public var nextDue: Instant? {
    if case .none(let notBefore) = phase { notBefore } else { nil }
  }

  /// The lease for one more event; nil: none is ready, and `callDue` gets one.
  public mutating func use(now: Instant) -> Int64? {
    guard case .held(let id, let until, let left) = phase else { return nil }
    guard left > 0, now < until else {
      phase = .none(notBefore: nil)
      return nil
    }
    phase = .held(id: id, until: until, left: left - 1)
    return id
  }

  /// Asked when an event waits.
  public mutating func callDue(now: Instant) -> StoreCall? {
    guard case .none(let notBefore) = phase else { return nil }
    if let notBefore, now < notBefore { return nil }
    phase = .granting
    return .leaseGrant(ttlSeconds: Self.secondsOfEvents + Self.reuseSeconds)
  }

  public mutating func granted(_ id: Int64, now: Instant) {
    failures = 0
    phase = .held(id: id, until: now + .seconds(Self.reuseSeconds), left: Self.objectsMax)
  }

  public mutating func notGranted(now: Instant, random: inout PRNG) {
    failures += 1
    phase = .none(
      notBefore: now + Backoff.ofCalls.delay(afterFailures: failures, random: &random))
  }

  /// The store knows no such lease: an administrator revoked it, or the process slept past its end.
  public mutating func lost() {
    if case .held = phase { phase = .none(notBefore: nil) }
  }
}
