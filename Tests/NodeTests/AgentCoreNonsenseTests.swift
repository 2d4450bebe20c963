import Base
import EtcdAPI
import JSON
import Testing

@testable import Node

/// What comes from the store, from a node's own files and from the runtime is not to be trusted to
/// make sense: the core must take anything and go on.
@Suite struct `The agent's core and nonsense` {
  private static let values: [Bytes] = [
    "", "{}", "null", "[1]", "\u{0}", #"{"metadata":{"name":"a"},"spec":{"containers":[]}}"#,
    #"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","command":["x"]}]}}"#,
    #"{"metadata":{"name":"a","deletionTimestamp":"x"},"spec":{"containers":[{"name":"a","command":["x"]}],"terminationGracePeriodSeconds":2147483647}}"#,
    #"{"metadata":{"name":7,"uid":"other"},"spec":7}"#,
  ]

  private func key(_ random: inout PRNG) -> Bytes {
    let keys: [Bytes] = [
      "/nodes/n1/heartbeat", "/nodes/n1/desired/pods/u1", "/nodes/n1/desired/pods/u2",
      "/nodes/n1/desired/pods/../x", "/nodes/n1/actual/pods/u1", "/nodes/n1/actual/node",
      "/nodes/n1/", "/other", "",
    ]
    return keys[random.below(keys.count)]
  }

  private func entry(_ random: inout PRNG) -> KeyValue {
    let numbers: [Int64] = [.min, -1, 0, 1, 2, 7, .max]
    return KeyValue(
      key: key(&random), createRevision: numbers[random.below(numbers.count)],
      modRevision: numbers[random.below(numbers.count)], version: 1,
      value: Self.values[random.below(Self.values.count)],
      lease: numbers[random.below(numbers.count)])
  }

  private func range(_ random: inout PRNG) -> RangeResponse {
    RangeResponse(
      header: random.chance(Ratio(1, in: 3))
        ? nil : ResponseHeader(revision: random.chance(Ratio(1, in: 9)) ? .max : 40),
      kvs: (0..<random.below(5)).map { _ in entry(&random) })
  }

  private func answer(_ random: inout PRNG) -> StoreAnswer {
    switch random.below(8) {
    case 0: return .range(range(&random))
    case 1, 2:
      let responses = (0..<random.below(3)).map { _ in
        ResponseOp(response: random.chance(Ratio(1, in: 4)) ? nil : .range(range(&random)))
      }
      return .txn(
        TxnResponse(
          header: ResponseHeader(revision: Int64(random.below(100))),
          succeeded: random.chance(Ratio(1, in: 2)), responses: responses))
    case 3: return .leaseGrant(LeaseGrantResponse(id: Int64(random.below(3)), ttl: 10))
    case 4: return .leaseKeepAlive(ttlSeconds: Int64(random.below(12)) - 1)
    case 5: return .refused(.noSpace)
    case 6: return .unknown
    case _: return .leaseRevoke
    }
  }

  private func podEvent(_ random: inout PRNG) -> PodEvent {
    let uid = "u\(random.below(3))"
    let exit = ContainerExit(
      attempt: random.below(3), code: 1, reason: .error, startedAt: WallTime(milliseconds: 1),
      finishedAt: WallTime(milliseconds: 2), ranMilliseconds: .max)
    let record = PodRecord(
      generation: Int64(random.below(4)),
      containers: [ContainerRecord(name: "a", state: .exited(exit))])
    switch random.below(6) {
    case 0:
      let value = Self.values[random.below(Self.values.count)]
      return .kept(
        KeptPod(
          uid: uid, desired: DesiredPodFile(revision: 1, value: value), record: record))
    case 1: return .notKept(uid: uid)
    case 2: return .ordered(uid: uid, PodOrders(generation: 1, containers: []))
    case 3: return .notOrdered(uid: uid)
    case 4: return .observed(uid: uid, record, isSupervised: random.chance(Ratio(1, in: 2)))
    case _: return .supervisorEnded(uid: uid, .failed)
    }
  }

  @Test(arguments: 0..<100)
  func `it goes on, whatever it is told`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var core = AgentCore(AgentCore.Configuration(node: "n1"))
    var now = Instant(nanoseconds: 1)
    var effects: [AgentCore.Effect] = []
    core.step(.start(AgentCore.Inheritance(lease: 1)), now: now, into: &effects)
    var calls: [StoreCallID] = []
    var watches: [StoreWatchID] = []
    var seen: Set<StoreCallID> = []
    for _ in 0..<400 {
      for effect in effects {
        switch effect {
        case .store(.call(let id, _)):
          // An answer is told apart by its number alone.
          #expect(seen.insert(id).inserted)
          calls.append(id)
        case .store(.watch(let id, _)): watches.append(id)
        case .store, .runtime, .saveLease, .markSession, .wake, .note, .stopped: break
        }
      }
      effects = []
      now = now + .milliseconds(random.below(1000))
      switch random.below(5) {
      case 0, 1:
        guard !calls.isEmpty else { continue }
        let id = calls.remove(at: random.below(calls.count))
        core.step(.store(.answered(id, answer(&random))), now: now, into: &effects)
      case 2:
        guard let watch = watches.last else { continue }
        let events = (0..<random.below(4)).map { _ in
          Event(
            type: random.chance(Ratio(1, in: 3)) ? .delete : .put,
            kv: random.chance(Ratio(1, in: 8)) ? nil : entry(&random))
        }
        let delivery: StoreDelivery =
          switch random.below(6) {
          case 0: .compacted(oldest: 5)
          case 1: .ended(.permissionDenied)
          case _: .events(revision: 9, events)
          }
        core.step(.store(.delivered(watch, delivery)), now: now, into: &effects)
      case 3: core.step(.runtime(podEvent(&random)), now: now, into: &effects)
      case _: core.step(.tick, now: now, into: &effects)
      }
    }
    #expect(core.podUIDs.allSatisfy(Pod.isValidUID))
    #expect(seen.count > 5)
  }
}
