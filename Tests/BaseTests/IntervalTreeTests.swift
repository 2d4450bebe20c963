import Base
import Testing

@Suite struct `Intervals against a list` {
  /// A key of one to three letters, and its place among all such keys: the list compares these.
  private struct Key {
    let bytes: Bytes
    let place: Int

    init(_ random: inout PRNG) {
      let letters = (0..<1 + random.below(3)).map { _ in random.below(4) }
      bytes = Bytes(letters.map { UInt8(97 + $0) })
      // Digits to the base of five, 0 where no letter is: a key comes before those it begins.
      place = (0..<3).reduce(0) { $0 * 5 + ($1 < letters.count ? letters[$1] + 1 : 0) }
    }
  }

  @Test(arguments: UInt64(1)...10)
  func `a key finds every range that holds it`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var tree = IntervalTree<Int>()
    // In the order of the payloads.
    var list: [(start: Key, end: Key?, payload: Int)] = []
    for step in 0..<2000 {
      if random.below(3) > 0 || list.isEmpty {
        let start = Key(&random)
        let end = random.below(6) == 0 ? nil : Key(&random)
        tree.insert(start.bytes, end?.bytes, step)
        list.append((start, end, step))
      } else {
        let gone = list.remove(at: random.below(list.count))
        let first = tree.remove(gone.start.bytes, gone.end?.bytes, gone.payload)
        let second = tree.remove(gone.start.bytes, gone.end?.bytes, gone.payload)
        #expect(first && !second)
      }
      let probe = Key(&random)
      var found: [Int] = []
      tree.collect(containing: probe.bytes, into: &found)
      var expected: [Int] = []
      for entry in list where entry.start.place <= probe.place {
        if probe.place < entry.end?.place ?? .max { expected.append(entry.payload) }
      }
      #expect(found.sorted() == expected)
      #expect(tree.count == list.count)
    }
  }
}
