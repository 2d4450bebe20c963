import Base
import Benchmark

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
    let cluster = try APICluster(plan)
    return try cluster.control.measure { loop in
      try await Measurement(plan, cluster, loop: loop).run()
    }
  }
}

/// What the command line asks for.
struct BenchPlan: Sendable {
  let control: ControlPlanePlan
  let members: Int
  let clients: Int
  let requests: Int

  /// Nil where `--help` was all that was asked for.
  init?(_ arguments: [String]) throws {
    var flags = FlagSet(command: "apibench")
    flags.declare("members", .integer, default: "3", help: "of the store")
    flags.declare("clients", .integer, default: "20", help: "that create the bare pods, and read")
    flags.declare(
      "requests", .integer, default: "1000", help: "one after the other, of one client")
    ControlPlanePlan.declare(in: &flags, nodes: 10)
    guard let values = try flags.values(arguments) else { return nil }
    members = try values.count("members", least: 1)
    clients = try values.count("clients", least: 1)
    requests = try values.count("requests", least: 10)
    control = try ControlPlanePlan(values)
  }
}
