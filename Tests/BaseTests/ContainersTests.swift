import Base
import Testing

@Suite struct `Deque against an array` {
  @Test(arguments: UInt64(1)...20)
  func `every operation agrees`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var deque = Deque<Int>()
    var model: [Int] = []
    for step in 0..<500 {
      switch random.below(5) {
      case 0, 1:
        deque.append(step)
        model.append(step)
      case 2:
        deque.prepend(step)
        model.insert(step, at: 0)
      case 3:
        #expect(deque.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      default:
        #expect(deque.popLast() == model.popLast())
      }
      #expect(deque.count == model.count)
      #expect(deque.first == model.first && deque.last == model.last)
    }
    for (position, element) in model.enumerated() { #expect(deque[position] == element) }
  }
}

@Suite struct `Least first` {
  @Test(arguments: UInt64(1)...20)
  func `elements leave in order`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var heap = Heap<UInt64>()
    let values = (0..<200).map { _ in random.below(50 as UInt64) }
    for value in values { heap.insert(value) }
    var left: [UInt64] = []
    while let value = heap.popFirst() { left.append(value) }
    #expect(left == values.sorted())
  }
}

@Suite struct `Seeded numbers` {
  @Test func `a seed replays and another seed differs`() {
    var first = PRNG(seed: 7)
    var second = PRNG(seed: 7)
    var third = PRNG(seed: 8)
    let numbers = (0..<8).map { _ in first.next() }
    #expect(numbers == (0..<8).map { _ in second.next() })
    #expect(numbers != (0..<8).map { _ in third.next() })
  }
}
