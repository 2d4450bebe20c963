import Base
import Simulator

extension Command {
  static let simulate = Command(
    "simulate", summary: "Run the store's members under seeded faults and check what clients saw."
  ) { arguments in
    var flags = FlagSet(command: "keelson simulate", environmentPrefixes: [])
    flags.declare("seeds", .integer, default: "100", help: "how many seeds to run")
    flags.declare("first", .integer, default: "1", help: "the first seed")
    return runCommand(flags, arguments, environment: [:]) { values in
      let count = values.integer("seeds")
      let first = values.integer("first")
      guard count > 0, first >= 0 else {
        complain("--seeds: at least 1; --first: at least 0")
        return 2
      }
      return runSimulations(first: UInt64(first), count: UInt64(count))
    }
  }
}

/// Exit codes: 0 where every seed keeps every promise, 1 where one does not.
private func runSimulations(first: UInt64, count: UInt64) -> Int32 {
  var failed = 0
  for seed in first..<first + count {
    let report = Simulation.run(seed: seed)
    guard !report.violations.isEmpty else { continue }
    failed += 1
    say("seed \(seed), trace \(String(report.trace, radix: 16)):")
    for violation in report.violations { say("  \(violation)") }
  }
  say("\(count) seeds from \(first) on, \(failed) failed")
  return failed == 0 ? 0 : 1
}
