import Base
import Benchmark
import EventLoop

// Usage: swift build -c release --product keelson && swift run -c release apibench [flags]
//
// Starts a store (`--members`), an API server over HTTPS, a controller-manager, a scheduler and
// hollow nodes from the built program, and measures what clients of the API server see. Beside each
// figure stands the recorded one of Kubernetes 1.33 on a machine of two cores with raised client
// limits and 10 fake nodes; those were not measured by this program.
//
// Memory is the sum of the processes' proportional set sizes. All run one executable, so the sum of
// their resident sets, printed beside it, counts that executable and its libraries once for each.

@main
enum APIBench {
  static func main() {
    runBenchmark("apibench", run)
  }

  /// Not on the main actor: what runs on the loop must not inherit it.
  private nonisolated static func run(_ arguments: [String]) throws -> Int32 {
    guard let plan = try BenchPlan(arguments) else { return 0 }
    let loop = try EventLoop()
    return try loop.runBlocking {
      let cluster = try APICluster(plan)
      do {
        let isRight = try await Measurement(plan, cluster, loop: loop).run()
        try cluster.servers.stop(keepingLogs: !isRight)
        return isRight ? 0 : 1
      } catch {
        try cluster.servers.stop(keepingLogs: true)
        throw error
      }
    }
  }
}

/// What the command line asks for.
struct BenchPlan: Sendable {
  let members: Int
  let nodes: Int
  let pods: Int
  let replicas: Int
  let clients: Int
  let requests: Int
  let limit: Duration
  let folder: String
  let keelson: String

  /// Nil where `--help` was all that was asked for.
  init?(_ arguments: [String]) throws {
    var flags = FlagSet(command: "apibench")
    flags.declare("members", .integer, default: "3", help: "of the store")
    flags.declare("nodes", .integer, default: "10", help: "hollow nodes")
    flags.declare("pods", .integer, default: "1000", help: "bare pods; 0: leave them out")
    flags.declare(
      "replicas", .integer, default: "500", help: "of the Deployment; 0: leave it out")
    flags.declare("clients", .integer, default: "20", help: "that create the bare pods, and read")
    flags.declare(
      "requests", .integer, default: "1000", help: "one after the other, of one client")
    flags.declare("limit", .duration, default: "120s", help: "the longest that a phase may take")
    flags.declareServers()
    let values = try flags.parse(arguments)
    if values.boolean("help") {
      say(flags.usage)
      return nil
    }
    members = try values.count("members", least: 1)
    nodes = try values.count("nodes", least: 1)
    pods = try values.count("pods", least: 0)
    replicas = try values.count("replicas", least: 0)
    clients = try values.count("clients", least: 1)
    requests = try values.count("requests", least: 10)
    limit = values.duration("limit")
    folder = values.text("dir")
    keelson = try values.keelson()
  }
}
