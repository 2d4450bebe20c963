import Base
import Benchmark
import EventLoop

// Usage: swift build -c release --product keelson && swift run -c release controlbench [flags]
//
// Starts a store of three members, a controller-manager, a scheduler and hollow nodes from the
// built program, and measures how long pods take from being applied to all running. Beside the
// times stand the recorded ones of Kubernetes 1.33 with raised client limits on a machine of two
// cores; they were not measured by this program.

@main
enum ControlBench {
  static func main() {
    runBenchmark("controlbench", run)
  }

  /// Not on the main actor: what runs on the loop must not inherit it.
  private nonisolated static func run(_ arguments: [String]) throws -> Int32 {
    guard let plan = try BenchPlan(arguments) else { return 0 }
    let loop = try EventLoop()
    return try loop.runBlocking {
      let cluster = try ControlCluster(plan)
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
  let nodes: Int
  let pods: Int
  let replicas: Int
  let writers: Int
  let limit: Duration
  let folder: String
  let keelson: String

  /// Nil where `--help` was all that was asked for.
  init?(_ arguments: [String]) throws {
    var flags = FlagSet(command: "controlbench")
    flags.declare("nodes", .integer, default: "20", help: "hollow nodes")
    flags.declare("pods", .integer, default: "1000", help: "bare pods; 0: leave them out")
    flags.declare(
      "replicas", .integer, default: "500", help: "of the Deployment; 0: leave it out")
    flags.declare("writers", .integer, default: "8", help: "clients that apply the bare pods")
    flags.declare("limit", .duration, default: "120s", help: "the longest that a phase may take")
    flags.declareServers()
    let values = try flags.parse(arguments)
    if values.boolean("help") {
      say(flags.usage)
      return nil
    }
    nodes = try values.count("nodes", least: 1)
    pods = try values.count("pods", least: 0)
    replicas = try values.count("replicas", least: 0)
    writers = try values.count("writers", least: 1)
    limit = values.duration("limit")
    folder = values.text("dir")
    keelson = try values.keelson()
  }
}
