public import Base
public import EventLoop
import Linux

/// What the command line of a benchmark of a control plane asks for, beside the benchmark's own
/// flags.
public struct ControlPlanePlan: Sendable {
  /// Hollow nodes.
  public let nodes: Int
  /// Bare pods; 0 leaves them out.
  public let pods: Int
  /// Of the Deployment; 0 leaves it out.
  public let replicas: Int
  /// The longest that a phase may take.
  public let limit: Duration
  fileprivate let keelson: String
  private let parent: String

  /// The flags that `init` reads.
  public static func declare(in flags: inout FlagSet, nodes: Int) {
    flags.declare("nodes", .integer, default: String(nodes), help: "hollow nodes")
    flags.declare("pods", .integer, default: "1000", help: "bare pods; 0: leave them out")
    flags.declare(
      "replicas", .integer, default: "500", help: "of the Deployment; 0: leave it out")
    flags.declare("limit", .duration, default: "120s", help: "the longest that a phase may take")
    flags.declareServers()
  }

  /// Throws where a number is out of its range.
  public init(_ values: FlagValues) throws {
    nodes = try values.count("nodes", least: 1)
    pods = try values.count("pods", least: 0)
    replicas = try values.count("replicas", least: 0)
    limit = values.duration("limit")
    parent = values.text("dir")
    keelson = try values.keelson()
  }

  /// Makes a folder for a run of the benchmark `name`.
  public func makeFolder(_ name: String) throws -> String {
    try ServerGroup.checkProgram(keelson)
    return try ServerGroup.makeFolder(name, in: parent)
  }
}

/// A store, a controller-manager, a scheduler and an agent of hollow nodes, as processes.
public struct ControlPlane: Sendable {
  public let servers: ServerGroup
  public let plan: ControlPlanePlan
  /// Of the store's members, `ADDRESS:PORT` each.
  public let endpoints: [String]

  /// Starts them with data below `folder`, and an API server where arguments of one are given.
  public init(
    _ plan: ControlPlanePlan, folder: String, members count: Int, apiServer: [String]? = nil
  ) throws {
    self.plan = plan
    let members = try StoreMembers(count)
    endpoints = members.endpoints
    let anyPort = ["--metrics-address", "127.0.0.1:0"]
    var components = [
      ("controller-manager", anyPort), ("scheduler", anyPort),
      ("agent", ["--hollow", String(plan.nodes)]),
    ]
    if let apiServer { components.insert(("apiserver", apiServer), at: 0) }
    let store = ["--endpoints", endpoints.joined(separator: ",")]
    servers = try ServerGroup(
      members.commands(keelson: plan.keelson, folder: folder)
        + components.map { ServerGroup.Command($0, plan.keelson, [$0] + store + $1) },
      folder: folder)
  }

  /// Runs `body` on a loop, which says whether everything was as it should, and ends the processes.
  /// Where something was not, their logs stay. The program's exit status.
  public func measure(
    _ body: @escaping @Sendable (EventLoop) async throws -> Bool
  ) throws -> Int32 {
    let loop = try EventLoop()
    var isRight = false
    do {
      isRight = try loop.runBlocking { try await body(loop) }
    } catch {
      try servers.stop(keepingLogs: true)
      throw error
    }
    try servers.stop(keepingLogs: !isRight)
    if !isRight { say("not everything was right; the logs are in \(servers.folder)") }
    return isRight ? 0 : 1
  }

  /// Asks again, each time after a pause, until nothing is missing; within the plan's limit.
  /// `missing` says what is.
  public func wait(
    pause: Duration = .milliseconds(100), _ missing: () async throws -> String?
  ) async throws {
    let deadline = Machine.now() + plan.limit
    while let what = try await missing() {
      guard Machine.now() < deadline else {
        throw BenchError.overdue(what, log: servers.folder)
      }
      try await Task.sleep(for: pause)
    }
  }
}
