import Base
import Simulator

extension Command {
  static let simulate = Command(
    "simulate",
    summary: "Run the store and the control plane under seeded faults and check every revision."
  ) { arguments in
    var flags = FlagSet(command: "keelson simulate", environmentPrefixes: [])
    flags.declare("seeds", .integer, default: "100", help: "how many seeds to run")
    flags.declare("first", .integer, default: "1", help: "the first seed")
    flags.declare(
      "scenario", .text, default: "all",
      help: "store: the members alone; control-plane: reconcilers and nodes on them; or all")
    flags.declare("undisturbed", .boolean, default: "false", help: "without any fault")
    flags.declare("verbose", .boolean, default: "false", help: "tell every revision and note")
    #if PLANTED_BUGS
      flags.declare(
        "planted", .text, help: "look for this planted bug, or for all, until a seed finds it")
    #endif
    return runCommand(flags, arguments, environment: [:]) { values in
      guard let range = SeedRange(values),
        let scenario = Scenario(rawValue: values.text("scenario"))
      else {
        complain("--seeds: at least 1; --first: at least 0; --scenario: store, control-plane, all")
        return 2
      }
      #if PLANTED_BUGS
        let planted = values.text("planted")
        if !planted.isEmpty { return findPlanted(planted, range) }
      #endif
      var options = ControlSimulation.Options()
      options.isUndisturbed = values.boolean("undisturbed")
      if values.boolean("verbose") { options.log = { say($0) } }
      return runSimulations(scenario, range, options)
    }
  }
}

private enum Scenario: String {
  case store
  case controlPlane = "control-plane"
  case all
}

private struct SeedRange {
  let first: UInt64
  let count: UInt64

  init?(_ values: FlagValues) {
    let count = values.integer("seeds")
    let first = values.integer("first")
    guard count > 0, first >= 0 else { return nil }
    self.first = UInt64(first)
    self.count = UInt64(count)
  }

  var seeds: Range<UInt64> { first..<first + count }
}

/// Exit codes: 0 where every seed keeps every promise, 1 where one does not.
private func runSimulations(
  _ scenario: Scenario, _ range: SeedRange, _ options: ControlSimulation.Options
) -> Int32 {
  var failed = 0
  for seed in range.seeds where scenario != .controlPlane {
    let report = Simulation.run(seed: seed)
    if tell(report.violations, "store", seed, report.trace) { failed += 1 }
  }
  for seed in range.seeds where scenario != .store {
    let report = ControlSimulation.run(seed: seed, options: options)
    if tell(report.violations, "control-plane", seed, report.trace) { failed += 1 }
  }
  say("\(range.count) seeds from \(range.first) on, \(failed) failed")
  return failed == 0 ? 0 : 1
}

/// Whether there was anything to tell.
private func tell(
  _ violations: [String], _ scenario: String, _ seed: UInt64, _ trace: UInt64
) -> Bool {
  guard !violations.isEmpty else { return false }
  say("\(scenario) seed \(seed), trace \(String(trace, radix: 16)):")
  for violation in violations { say("  \(violation)") }
  return true
}

#if PLANTED_BUGS
  /// Exit codes: 0 where each bug is found, 1 where one is not, 2 for a name that none bears.
  private func findPlanted(_ name: String, _ range: SeedRange) -> Int32 {
    let known = ControlSimulation.plantedBugs
    let bugs = known.filter { name == "all" || $0 == name }
    guard !bugs.isEmpty else {
      complain("--planted: all, or one of \(known.joined(separator: ", "))")
      return 2
    }
    var missed = 0
    for bug in bugs {
      var options = ControlSimulation.Options()
      options.plant(bug)
      let clock = ContinuousClock()
      let began = clock.now
      let found = range.seeds.lazy.map { ControlSimulation.run(seed: $0, options: options) }
        .first { !$0.violations.isEmpty }
      let milliseconds = (clock.now - began).milliseconds
      guard let found, let violation = found.violations.first else {
        say("\(bug): NOT found in \(range.count) seeds, \(milliseconds) ms")
        missed += 1
        continue
      }
      say("\(bug): seed \(found.seed), \(milliseconds) ms: \(violation)")
    }
    return missed == 0 ? 0 : 1
  }
#endif
