import Base
import Raft
import Testing

@Suite struct `Majorities against a brute-force model` {
  static func subsets<Element>(of list: [Element], atLeast size: Int) -> [[Element]] {
    (0..<1 << list.count).compactMap { mask in
      let chosen = list.indices.filter { mask >> $0 & 1 == 1 }.map { list[$0] }
      return chosen.count >= size ? chosen : nil
    }
  }

  static func majorities(of voters: [NodeID]) -> [[NodeID]] {
    subsets(of: voters, atLeast: voters.count / 2 + 1)
  }

  @Test(arguments: UInt64(1)...300)
  func `the committed index is the best that some majority of each half reached`(seed: UInt64) {
    var random = PRNG(seed: seed)
    let nodes = (1...6 as ClosedRange<UInt64>).map { NodeID($0) }
    let voters = nodes.filter { _ in random.chance(Ratio(2, in: 3)) }
    let outgoing = nodes.filter { _ in random.chance(Ratio(1, in: 3)) }
    let match = Dictionary(uniqueKeysWithValues: nodes.map { ($0, random.below(7 as UInt64)) })
    let configuration = ClusterConfiguration(voters: voters, outgoing: outgoing)
    func best(_ half: [NodeID]) -> UInt64 {
      Self.majorities(of: half).map { $0.map { match[$0] ?? 0 }.min() ?? 0 }.max() ?? 0
    }
    let expected =
      voters.isEmpty ? 0 : outgoing.isEmpty ? best(voters) : min(best(voters), best(outgoing))
    let found = Quorum.committedIndex(of: configuration) { LogIndex(match[$0] ?? 0) }
    #expect(found.value == expected)
  }

  @Test(arguments: UInt64(1)...300)
  func `an election is won, lost or open as its completions say`(seed: UInt64) {
    var random = PRNG(seed: seed)
    let nodes = (1...5 as ClosedRange<UInt64>).map { NodeID($0) }
    let voters = nodes.filter { _ in random.chance(Ratio(3, in: 4)) }
    let outgoing = nodes.filter { _ in random.chance(Ratio(1, in: 3)) }
    guard !voters.isEmpty else { return }
    var votes: [NodeID: Bool] = [:]
    for node in nodes where random.chance(Ratio(2, in: 3)) {
      votes[node] = random.chance(Ratio(1, in: 2))
    }
    func wins(_ granted: Set<NodeID>) -> Bool {
      [voters, outgoing].allSatisfy { half in
        half.isEmpty || Self.majorities(of: half).contains { granted.isSuperset(of: $0) }
      }
    }
    let granted = Set(nodes.filter { votes[$0] == true })
    let hopeful = Set(nodes.filter { votes[$0] != false })
    let expected: Quorum.Outcome = wins(granted) ? .won : wins(hopeful) ? .open : .lost
    let configuration = ClusterConfiguration(voters: voters, outgoing: outgoing)
    #expect(Quorum.outcome(of: configuration) { votes[$0] } == expected)
  }

  @Test func `without voters nothing is committed and no election is won`() {
    let nobody = ClusterConfiguration(voters: [])
    #expect(Quorum.committedIndex(of: nobody) { _ in 9 } == .zero)
    #expect(Quorum.outcome(of: nobody) { _ in true } == .lost)
  }
}
