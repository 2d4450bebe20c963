import Base
import Benchmark

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
    let control = try ControlPlane(
      plan.control, folder: try plan.control.makeFolder("controlbench"), members: 3)
    return try control.measure { loop in
      try await Measurement(plan, control, loop: loop).run()
    }
  }
}

/// What the command line asks for.
struct BenchPlan: Sendable {
  let control: ControlPlanePlan
  let writers: Int

  /// Nil where `--help` was all that was asked for.
  init?(_ arguments: [String]) throws {
    var flags = FlagSet(command: "controlbench")
    flags.declare("writers", .integer, default: "8", help: "clients that apply the bare pods")
    ControlPlanePlan.declare(in: &flags, nodes: 20)
    guard let values = try flags.values(arguments) else { return nil }
    writers = try values.count("writers", least: 1)
    control = try ControlPlanePlan(values)
  }
}
