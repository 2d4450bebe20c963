import Base
import Testing

@Suite struct `Intervals against a list` {
  @Test(arguments: UInt64(1)...10)
  func `a key finds every range that holds it`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var tree = IntervalTree<Int>()
    var list: [(start: Bytes, end: Bytes?, payload: Int)] = []
    func key(_ random: inout PRNG) -> Bytes {
      Bytes((0..<1 + random.below(3)).map { _ in UInt8(97 + random.below(4)) })
    }
    for step in 0..<2000 {
      if random.below(3) > 0 || list.isEmpty {
        let start = key(&random)
        let end = random.below(6) == 0 ? nil : key(&random)
        tree.insert(start, end, step)
        list.append((start, end, step))
      } else {
        let gone = list.remove(at: random.below(list.count))
        let first = tree.remove(gone.start, gone.end, gone.payload)
        let second = tree.remove(gone.start, gone.end, gone.payload)
        #expect(first && !second)
      }
      let probe = key(&random)
      var found: [Int] = []
      tree.collect(containing: probe, into: &found)
      let expected = list.filter { entry in
        entry.start <= probe && (entry.end.map { probe < $0 } ?? true)
      }
      #expect(found.sorted() == expected.map(\.payload).sorted())
      #expect(tree.count == list.count)
    }
  }
}
