import Base
import EtcdAPI
import EventLoop
import Linux
import StoreClient

/// Kills the store's leader while writes go on: none that was acknowledged is lost.
struct LostLeaderDemo {
  let plan: ClusterPlan
  let folder: ClusterFolder
  let loop: EventLoop
  let steps: Steps

  func run() async throws -> Demo.Times {
    var times = Demo.Times()
    guard plan.members.count >= 3 else { return times }
    steps.heading("The store's leader is killed while writes go on:")
    let view = try await ClusterStatus.read(plan, folder: folder, loop: loop)
    guard let leader = view.leader, let process = leader.process else {
      throw UpFailure("no member leads", advice: "keelson status")
    }
    let client = try StoreAccess(folder: folder, loop: loop).client(
      plan.endpoints, timeout: .seconds(1))
    var writes = Writes()
    try await writes.run(client, until: 20)
    try ClusterProcesses(folder: folder).signal(process, .kill)
    let killed = Machine.now()
    steps.done("kill -9 \(process.pid)", "member \(leader.plan.name), the leader")
    try await writes.run(client, until: writes.acknowledged + 20)
    let gap = (writes.firstAfter(killed) ?? Machine.now()) - killed
    steps.done("writes", "go on after \(seconds(gap)) s; \(writes.acknowledged) acknowledged")
    try await writes.check(client)
    steps.done("reads", "every acknowledged write is there")
    await client.close()
    try await awaitMember(leader.plan)
    times.add("writes again after the store's leader was killed", gap)
    times.add("the killed member back in the cluster", Machine.now() - killed)
    return times
  }

  /// Numbered writes, one after the other.
  private struct Writes {
    private(set) var acknowledged = 0
    private var times: [Instant] = []
    private static let prefix = "/demo/"
    private static let limit = Duration.seconds(10)

    mutating func run(_ client: StoreClient, until count: Int) async throws {
      let deadline = Machine.now() + Self.limit
      while acknowledged < count {
        let key = Bytes("\(Self.prefix)\(acknowledged)")
        do throws(StoreError) {
          // Repeating it is harmless: the same key gets the same value.
          _ = try await client.put(PutRequest(key: key, value: Bytes("\(acknowledged)")))
          acknowledged += 1
          times.append(Machine.now())
        } catch {
          guard Machine.now() < deadline else {
            throw UpFailure("the store takes no writes: \(error)", advice: "keelson status")
          }
          try await Task.sleep(for: .milliseconds(20))
        }
      }
    }

    func firstAfter(_ moment: Instant) -> Instant? { times.first { $0 > moment } }

    func check(_ client: StoreClient) async throws {
      for number in 0..<acknowledged {
        let stored = try await client.get(Bytes("\(Self.prefix)\(number)"))
        guard stored?.value == Bytes("\(number)") else {
          throw UpFailure("write \(number) was acknowledged and is lost")
        }
      }
    }
  }

  private func awaitMember(_ member: ClusterPlan.Member) async throws {
    let client = try StoreAccess(folder: folder, loop: loop).client(
      [member.clientURL], timeout: .seconds(1))
    try await awaiting(within: Demo.limit) {
      UpFailure(
        "member \(member.name) does not come back", advice: "see \(folder.log(of: member.name))")
    } _: {
      do throws(StoreError) {
        return try await client.status().leader != 0 ? true : nil
      } catch {
        return nil
      }
    }
    await client.close()
    steps.done("member \(member.name)", "is back, started again by the supervisor")
  }
}
