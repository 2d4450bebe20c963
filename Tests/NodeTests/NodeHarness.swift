import Base
import EtcdAPI
import JSON

@testable import Node

/// A hollow node against a model store, event by event: no clock, no waiting.
struct NodeHarness {
  var store = ModelStore()
  var node: HollowNode
  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var notes: [String] = []
  private var wake: Instant?
  /// Calls get no answer while the store is out of reach.
  var isCut = false
  /// Answers on their way.
  private var inbox: [StoreEvent] = []
  private var unanswered: [StoreCallID] = []
  /// Calls on their way while the connection was cut, which may still arrive.
  private var late: [StoreCall] = []

  init(seed: UInt64 = 1, _ adjust: (inout HollowNode.Configuration) -> Void = { _ in }) {
    var configuration = HollowNode.Configuration(node: "n1", seed: seed)
    adjust(&configuration)
    node = HollowNode(configuration)
  }

  var moment: Moment {
    Moment(instant: now, wall: WallTime(milliseconds: now.nanoseconds / 1_000_000))
  }

  mutating func start() {
    perform { node, moment, effects in node.step(.start, at: moment, into: &effects) }
    settle()
  }

  mutating func stop() {
    perform { node, moment, effects in node.step(.stop, at: moment, into: &effects) }
  }

  /// What was under way is never answered: the process is gone.
  mutating func killAgent() {
    node.killAgent()
    dropConnections()
  }

  mutating func reboot() {
    node.reboot()
    dropConnections()
  }

  mutating func killSupervisor(of uid: String) {
    perform { node, moment, effects in
      node.killSupervisor(of: uid, at: moment, into: &effects)
    }
  }

  private mutating func dropConnections() {
    inbox = []
    store.dropWatches()
    unanswered = []
  }

  /// Delivers what the store has to say, until nothing is left.
  mutating func settle() {
    while true {
      let events = inbox + (isCut ? [] : store.deliveries())
      if events.isEmpty { return }
      inbox = []
      for event in events { hand(event) }
    }
  }

  /// Lets time pass; everything that is due meanwhile happens.
  mutating func pass(_ duration: Duration) {
    let end = now + duration
    while let due = wake, due <= end {
      now = max(now, due)
      wake = nil
      perform { node, moment, effects in node.step(.tick, at: moment, into: &effects) }
      settle()
    }
    now = end
    settle()
  }

  /// The answers that never came are told as unknown.
  mutating func loseAnswers() {
    let lost = unanswered
    unanswered = []
    inbox += lost.map { .answered($0, .unknown) }
    settle()
  }

  /// What was sent into the cut connection reaches the store after all; nobody hears the answers.
  mutating func arriveLate() {
    for call in late { _ = store.answer(call) }
    late = []
    settle()
  }

  private mutating func hand(_ event: StoreEvent) {
    perform { node, moment, effects in node.step(.store(event), at: moment, into: &effects) }
  }

  private mutating func perform(
    _ body: (inout HollowNode, Moment, inout [HollowNode.Effect]) -> Void
  ) {
    var effects: [HollowNode.Effect] = []
    body(&node, moment, &effects)
    for effect in effects {
      switch effect {
      case .store(let effect): carryOut(effect)
      case .wake(let due): wake = due
      case .note(let note): notes.append(note.text)
      case .stopped: store.dropWatches()
      }
    }
  }

  private mutating func carryOut(_ effect: StoreEffect) {
    switch effect {
    case .call(let id, let call):
      if isCut {
        unanswered.append(id)
        late.append(call)
      } else {
        inbox.append(.answered(id, store.answer(call)))
      }
    case .watch(let id, let request): store.watch(id, request)
    case .cancelWatch(let id): store.cancel(id)
    case .requestProgress: break
    }
  }

  // MARK: - Pods

  /// A desired pod of one container, as the dispatcher writes it.
  mutating func want(
    _ uid: String, policy: String = "Always", grace: Int64 = 30,
    metadata: [(String, JSONValue)] = []
  ) {
    var object = JSONObject()
    object["name"] = .string(uid)
    object["namespace"] = "default"
    object["uid"] = .string(uid)
    for (name, value) in metadata { object[name] = value }
    let pod: JSONValue = [
      "metadata": .object(object),
      "spec": [
        "restartPolicy": .string(policy),
        "terminationGracePeriodSeconds": .number(JSONNumber(grace)),
        "containers": [["name": "main", "command": ["serve"]]],
      ],
    ]
    store.put(Bytes("/nodes/n1/desired/pods/\(uid)"), Bytes(pod.text()))
    settle()
  }

  mutating func unwant(_ uid: String) {
    store.delete(Bytes("/nodes/n1/desired/pods/\(uid)"))
    settle()
  }

  func report(_ uid: String) throws -> JSONValue? {
    guard let entry = store.keys[Bytes("/nodes/n1/actual/pods/\(uid)")] else { return nil }
    return try JSONValue(parsing: entry.value)
  }

  func phase(_ uid: String) throws -> String? { try report(uid)?["status"]?["phase"]?.string }

  /// How often the pod was reported.
  func reports(_ uid: String) -> Int {
    store.writes[Bytes("/nodes/n1/actual/pods/\(uid)")] ?? 0
  }

  func running(_ uid: String) -> Int { node.runtime.running.count { $0.uid == uid } }
}
