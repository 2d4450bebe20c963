import Simulator
import Testing

/// A simulation that accepts anything would pass every seed.
@Suite struct `A lie to the members or to the clients` {
  @Test(arguments: Simulation.Sabotage.allCases)
  func `is noticed`(sabotage: Simulation.Sabotage) {
    let caught = (UInt64(1)...60).contains { seed in
      !Simulation.run(seed: seed, sabotage: sabotage).violations.isEmpty
    }
    #expect(caught, "60 seeds saw nothing wrong")
  }
}
