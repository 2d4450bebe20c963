import Base
import JSON
import Testing

@testable import Node

/// Phases and container states as core/v1 (Kubernetes' pod lifecycle) defines them.
@Suite struct `A pod's status` {
  private let backoff = RestartBackoff()

  private func pod(_ policy: Pod.RestartPolicy, names: [String] = ["main"]) -> Pod {
    Pod(
      name: "web", namespace: "default", uid: "u1",
      containers: names.map { ContainerSpec(name: $0, arguments: ["x"]) }, restartPolicy: policy)
  }

  private func orders(_ pod: Pod, attempt: Int = 1, streak: Int = 0) -> PodOrders {
    PodOrders(
      generation: 1,
      containers: pod.containers.map {
        ContainerOrder(spec: $0, attempt: attempt, streak: streak)
      })
  }

  private func exit(_ code: Int32, attempt: Int = 1) -> ContainerExit {
    ContainerExit(
      attempt: attempt, code: code, reason: code == 0 ? .completed : .error,
      startedAt: WallTime(milliseconds: 1000), finishedAt: WallTime(milliseconds: 2000),
      ranMilliseconds: 1000)
  }

  private func running(attempt: Int = 1) -> ContainerRecord.State {
    .running(
      RunningProcess(
        attempt: attempt, process: ProcessIdentity(pid: 7, startTicks: 99, boot: "b"),
        startedAt: WallTime(milliseconds: 3000)))
  }

  private func record(_ states: [(String, ContainerRecord.State)]) -> PodRecord {
    PodRecord(
      generation: 1, firstStart: WallTime(milliseconds: 1000),
      containers: states.map { ContainerRecord(name: $0.0, state: $0.1) })
  }

  private func status(
    _ desire: PodPlanner.Desire, _ orders: PodOrders?, _ record: PodRecord?
  ) -> PodStatus {
    PodStatus(.init(desire: desire, orders: orders, record: record), backoff: backoff)
  }

  @Test func `Pending until every container has begun`() {
    let pod = pod(.always, names: ["main", "side"])
    #expect(status(.run(pod), nil, nil).phase == .pending)
    let half = status(.run(pod), orders(pod), record([("main", running())]))
    #expect(half.phase == .pending)
    #expect(half.containers[1].state == .waiting(reason: "ContainerCreating", message: ""))
    let both = record([("main", running()), ("side", running())])
    #expect(status(.run(pod), orders(pod), both).phase == .running)
  }

  @Test(arguments: [
    (Pod.RestartPolicy.never, Int32(0), PodStatus.Phase.succeeded), (.never, 1, .failed),
    (.onFailure, 0, .succeeded), (.onFailure, 1, .running), (.always, 0, .running),
  ])
  func `after the only container has ended`(
    policy: Pod.RestartPolicy, code: Int32, phase: PodStatus.Phase
  ) {
    let pod = pod(policy)
    let result = status(.run(pod), orders(pod), record([("main", .exited(exit(code)))]))
    #expect(result.phase == phase)
    #expect(result.conditions.first { $0.type == "Ready" }?.isTrue == false)
  }

  @Test func `a crash loop shows as waiting, with the last end beside it`() {
    let pod = pod(.always)
    let result = status(
      .run(pod), orders(pod, attempt: 3, streak: 2),
      record([("main", .exited(exit(1, attempt: 3)))]))
    let expected = PodStatus.State.waiting(
      reason: "CrashLoopBackOff",
      message: "back-off 20s restarting failed container=main pod=web_default(u1)")
    #expect(result.containers[0].state == expected)
    #expect(result.containers[0].lastExit == exit(1, attempt: 3))
    #expect(result.containers[0].restartCount == 2)
  }

  @Test func `a stopped pod has ended, whatever its policy`() {
    let pod = pod(.always)
    let ended = status(.stop(pod), orders(pod), record([("main", .exited(exit(143)))]))
    #expect(ended.phase == .failed)
    #expect(ended.containers[0].state == .terminated(exit(143)))
  }

  @Test func `a value that cannot be run says why`() {
    let error = PodError.missing(field: "spec.containers")
    let result = status(.invalid(error, isDeleted: false), nil, nil)
    #expect(result.phase == .pending && result.reason == "CreateContainerConfigError")
    #expect(result.message == "spec.containers is missing")
    #expect(status(.invalid(error, isDeleted: true), nil, nil).phase == .failed)
  }

  @Test func `is written as Kubernetes writes it`() throws {
    let pod = pod(.always)
    let record = PodRecord(
      generation: 1, firstStart: WallTime(milliseconds: 1000),
      containers: [
        ContainerRecord(name: "main", state: running(attempt: 2), previous: exit(7))
      ])
    let report = PodReport(
      uid: "u1", name: "web", namespace: "default", desiredRevision: 17,
      status: status(.run(pod), orders(pod, attempt: 2, streak: 1), record))
    // Field by field from core/v1's PodStatus, ContainerStatus and ContainerStateTerminated.
    let expected = """
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u1"},
      "desiredRevision":17,"status":{"phase":"Running","startTime":"1970-01-01T00:00:01Z",
      "conditions":[
      {"type":"Initialized","status":"True","lastTransitionTime":"1970-01-01T00:00:01Z"},
      {"type":"Ready","status":"True","lastTransitionTime":"1970-01-01T00:00:03Z"},
      {"type":"ContainersReady","status":"True","lastTransitionTime":"1970-01-01T00:00:03Z"}],
      "containerStatuses":[{"name":"main","ready":true,"started":true,"restartCount":1,"image":"",
      "imageID":"","containerID":"process://7/99",
      "state":{"running":{"startedAt":"1970-01-01T00:00:03Z"}},
      "lastState":{"terminated":{"exitCode":7,"reason":"Error",
      "startedAt":"1970-01-01T00:00:01Z","finishedAt":"1970-01-01T00:00:02Z"}}}]}}
      """
    #expect(report.json == (try JSONValue(parsing: Bytes(expected))))
  }

  /// Otherwise a pod that is deleted while it restarts would never be seen to have ended.
  @Test func `a restart that was ordered and called off leaves the attempt before it`() throws {
    let pod = pod(.always)
    var orders = orders(pod, attempt: 2)
    orders.generation = 3
    orders.containers[0].stop = .init(graceMilliseconds: 0, generation: 3)
    var record = record([("main", .exited(exit(7)))])
    #expect(status(.stop(pod), orders, record).phase == .running)
    record.generation = 3
    let over = status(.stop(pod), orders, record)
    #expect(over.phase == .failed && over.containers[0].state == .terminated(exit(7)))
  }
}
