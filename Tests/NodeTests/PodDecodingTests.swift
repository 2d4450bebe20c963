import Base
import JSON
import Testing

@testable import Node

@Suite struct `Reading a desired pod` {
  /// A Pod as `kubectl get -o json` shows it, shortened.
  private let object = """
    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","uid":"u1",
    "labels":{"app":"web"}},"spec":{"restartPolicy":"OnFailure","terminationGracePeriodSeconds":5,
    "nodeName":"n1","containers":[{"name":"main","image":"busybox","command":["sh","-c"],
    "args":["echo $(GREETING) $(NOBODY)"],"env":[{"name":"WHO","value":"you"},
    {"name":"GREETING","value":"hello $(WHO)"}],"workingDir":"/tmp",
    "resources":{"limits":{"cpu":"250m","memory":"64Mi"}}}]},"status":{"phase":"Pending"}}
    """

  private func decode(_ text: String) throws(PodError) -> Pod {
    try Pod(decoding: Bytes(text), uid: "u1")
  }

  @Test func `a hollow node takes a command from the image, values from elsewhere`() throws {
    let text = """
      {"metadata":{"name":"a"},"spec":{"containers":[{"name":"web","image":"nginx",
       "env":[{"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}]}}
      """
    let pod = try Pod(decoding: Bytes(text), uid: "u1", isHollow: true)
    #expect(pod.containers[0].arguments == ["web"])
    #expect(throws: PodError.self) { try Pod(decoding: Bytes(text), uid: "u1") }
  }

  @Test func `all that the runtime understands`() throws {
    let main = ContainerSpec(
      name: "main", arguments: ["sh", "-c", "echo hello you $(NOBODY)"],
      environment: [
        EnvironmentVariable("WHO", "you"), EnvironmentVariable("GREETING", "hello you"),
      ],
      workingFolder: "/tmp", limits: ResourceLimits(cpuMillicores: 250, memoryBytes: 64 << 20))
    #expect(
      try decode(object)
        == Pod(
          name: "web", namespace: "shop", uid: "u1", containers: [main],
          restartPolicy: .onFailure, gracePeriodSeconds: 5))
  }

  @Test func `a pod that is being deleted has its own grace`() throws {
    let deleted = """
      {"metadata":{"name":"web","uid":"u1","deletionTimestamp":"2026-11-22T17:30:00Z",
      "deletionGracePeriodSeconds":2},"spec":{"containers":[{"name":"a","command":["true"]}]}}
      """
    let pod = try decode(deleted)
    #expect(pod.isDeleted && pod.gracePeriodSeconds == 2 && pod.namespace == "default")
    #expect(pod.restartPolicy == .always)
  }

  @Test(arguments: [
    ("{}", PodError.missing(field: "spec.containers")),
    (
      #"{"metadata":{"name":"a","uid":"u2"},"spec":{}}"#, .uidMismatch(key: "u1", object: "u2")
    ),
    (
      #"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"A","command":["x"]}]}}"#,
      .invalid(field: "spec.containers[0].name", expected: "an RFC 1123 label")
    ),
    (
      #"{"metadata":{"name":"a"},"spec":{"containers":[{"name":"a"}]}}"#,
      .missing(field: "spec.containers[0].command")
    ),
    (
      #"{"spec":{"containers":[{"name":"a","command":["x"]},{"name":"a","command":["x"]}]}}"#,
      .invalid(field: "spec.containers[1].name", expected: "names that differ")
    ),
    (
      #"{"spec":{"containers":[{"name":"a","command":["x"],"workingDir":"tmp"}]}}"#,
      .invalid(field: "spec.containers[0].workingDir", expected: "an absolute path")
    ),
    (
      #"{"spec":{"containers":[{"name":"a","command":["x"]}],"restartPolicy":"Sometimes"}}"#,
      .invalid(field: "spec.restartPolicy", expected: "Always, OnFailure or Never")
    ),
    (
      #"{"spec":{"containers":[{"name":"a","command":["x"]}]}}"#, .missing(field: "metadata.name")
    ),
  ])
  func `what is wrong, and where`(text: String, error: PodError) {
    #expect(throws: error) { try decode(text) }
  }

  @Test func `no text is no JSON`() {
    #expect {
      try decode("{")
    } throws: { error in
      guard case .notJSON? = error as? PodError else { return false }
      return true
    }
  }

  /// A desired value comes from the store: whatever it holds, it must not stop the agent.
  @Test func `mutated pods are read or refused`() {
    var random = PRNG(seed: 7)
    let bytes = Array(object.utf8)
    var accepted = 0
    for _ in 0..<2000 {
      var mutated = bytes
      for _ in 0...random.below(4) {
        let index = random.below(mutated.count)
        switch random.below(3) {
        case 0: mutated[index] = UInt8(random.below(256))
        case 1: mutated.remove(at: index)
        default: mutated.insert(mutated[random.below(mutated.count)], at: index)
        }
      }
      do {
        _ = try Pod(decoding: Bytes(mutated), uid: "u1")
        accepted += 1
      } catch {}
    }
    #expect(accepted > 0 && accepted < 2000)
  }

  @Test(arguments: [
    ("0b1c-4", true), ("a.b_C", true), ("", false), (".", false), ("..", false), ("a/b", false),
    (".hidden", false), ("ä", false),
  ])
  func `which uids may name a folder`(text: String, isValid: Bool) {
    #expect(Pod.isValidUID(text) == isValid)
  }
}

/// The files' formats are a promise to later versions: these texts must stay readable.
@Suite struct `A pod's files` {
  private let orders = PodOrders(
    generation: 4,
    containers: [
      ContainerOrder(
        spec: ContainerSpec(
          name: "main", arguments: ["sh", "-c", "x"],
          environment: [EnvironmentVariable("A", "1")], workingFolder: "/tmp",
          limits: ResourceLimits(cpuMillicores: 250, memoryBytes: 1024)),
        attempt: 2, streak: 1, stop: .init(graceMilliseconds: 5000, generation: 4))
    ], isReleased: true)

  private let ordersText = """
    {"format":"keelson.pod-orders/1","generation":4,"released":true,"containers":[{"name":"main",\
    "attempt":2,"streak":1,"stop":{"graceMilliseconds":5000,"generation":4},\
    "arguments":["sh","-c","x"],"environment":[{"name":"A","value":"1"}],"workingFolder":"/tmp",\
    "cpuMillicores":250,"memoryBytes":1024}]}

    """

  private var record: PodRecord {
    let exit = ContainerExit(
      attempt: 1, code: 137, signal: 9, reason: .outOfMemory, message: "m",
      startedAt: WallTime(milliseconds: 5), finishedAt: WallTime(milliseconds: 6),
      ranMilliseconds: 1)
    let running = RunningProcess(
      attempt: 2, process: ProcessIdentity(pid: 7, startTicks: 99, boot: "b"),
      startedAt: WallTime(milliseconds: 8))
    return PodRecord(
      generation: 4, firstStart: WallTime(milliseconds: 5),
      containers: [
        ContainerRecord(name: "main", state: .running(running), previous: exit),
        ContainerRecord(name: "side", state: .exited(exit)),
      ])
  }

  private let recordText = """
    {"format":"keelson.pod-record/1","generation":4,"firstStart":5,"containers":[{"name":"main",\
    "running":{"attempt":2,"pid":7,"startTicks":99,"boot":"b","startedAt":8},\
    "previous":{"attempt":1,"code":137,"signal":9,"reason":"OOMKilled","message":"m",\
    "startedAt":5,"finishedAt":6,"ranMilliseconds":1}},{"name":"side","exited":{"attempt":1,\
    "code":137,"signal":9,"reason":"OOMKilled","message":"m","startedAt":5,"finishedAt":6,\
    "ranMilliseconds":1}}]}

    """

  private let desiredText = """
    {"format":"keelson.desired-pod/1","revision":17,"gone":true,"value":"AP97fQ=="}

    """

  @Test func `are written and read as they always were`() throws {
    #expect(orders.encoded.text == ordersText)
    #expect(try PodOrders(decoding: Bytes(ordersText)) == orders)
    #expect(record.encoded.text == recordText)
    #expect(try PodRecord(decoding: Bytes(recordText)) == record)
    let desired = DesiredPodFile(revision: 17, isGone: true, value: Bytes([0, 255, 123, 125]))
    #expect(desired.encoded.text == desiredText)
    #expect(try DesiredPodFile(decoding: Bytes(desiredText)) == desired)
  }

  @Test func `of another format are refused by name`() {
    #expect(throws: PodFileError.otherFormat(expected: "keelson.pod-orders/1")) {
      try PodOrders(decoding: Bytes(recordText))
    }
  }

  @Test func `that are damaged are refused`() {
    var random = PRNG(seed: 3)
    var refused = 0
    for text in [ordersText, recordText, desiredText] {
      let bytes = Array(text.utf8)
      for _ in 0..<700 {
        var mutated = bytes
        mutated[random.below(mutated.count)] = UInt8(random.below(256))
        if random.chance(Ratio(1, in: 3)) { mutated.removeLast(random.below(mutated.count)) }
        for decode in [Self.orders, Self.record, Self.desired] where !decode(Bytes(mutated)) {
          refused += 1
        }
      }
    }
    #expect(refused > 4000)
  }

  /// Numbers that are counted on from must leave room to count.
  @Test func `numbers out of all bounds are refused`() throws {
    let most = PodOrders(
      generation: .max,
      containers: [ContainerOrder(spec: ContainerSpec(name: "a", arguments: ["x"]), attempt: 1)])
    #expect(!Self.orders(most.encoded))
    var grace = most
    grace.generation = 1
    #expect(Self.orders(grace.encoded))
    grace.containers[0].stop = .init(graceMilliseconds: .max, generation: 1)
    #expect(!Self.orders(grace.encoded))
    grace.containers[0].stop = .init(
      graceMilliseconds: Int64(Int32.max) * 1000, generation: 1)
    #expect(Self.orders(grace.encoded))
  }

  private static func orders(_ bytes: Bytes) -> Bool {
    (try? PodOrders(decoding: bytes)) != nil
  }

  private static func record(_ bytes: Bytes) -> Bool {
    (try? PodRecord(decoding: bytes)) != nil
  }

  private static func desired(_ bytes: Bytes) -> Bool {
    (try? DesiredPodFile(decoding: bytes)) != nil
  }
}
