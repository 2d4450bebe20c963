import Base
import Testing

@Suite struct `Key tree against a sorted array` {
  /// Keys that share long prefixes, are prefixes of each other, hold zeros, or are few bytes long.
  private static func key(_ random: inout PRNG) -> Bytes {
    let number = random.below(900)
    switch random.below(5) {
    case 0: return Bytes("/registry/pods/default/web-\(number)")
    case 1: return Bytes("/registry/services/ns\(number % 7)/s\(number)")
    case 2: return Bytes([UInt8](repeating: 0, count: number % 12))
    case 3: return Bytes([UInt8(number & 0xFF), UInt8(number >> 2 & 0xFF)])
    default:
      return Bytes(
        "/registry/pods/default/web-\(number / 30)" + String(repeating: "\0", count: number % 4))
    }
  }

  @Test(arguments: UInt64(1)...12)
  func `every operation agrees`(seed: UInt64) {
    var random = PRNG(seed: seed)
    var tree = KeyTree()
    var model: [Bytes: UInt64] = [:]
    let removals = Int(seed % 3)
    for step in 0..<6000 {
      let key = Self.key(&random)
      if random.below(4) < (step > 3000 ? removals + 1 : removals) {
        #expect(tree.remove(key) == model.removeValue(forKey: key))
      } else {
        let mark = random.below(3) == 0 ? KeyTree.uncounted : 0
        let value = UInt64(step) | mark
        #expect(tree.set(key, to: value) == model.updateValue(value, forKey: key))
      }
      let probe = Self.key(&random)
      #expect(tree.find(probe) == model[probe])
      #expect(tree.count == model.count)
      if step % 97 == 0 { Self.compare(tree, model, &random) }
    }
    for key in model.keys.sorted() { #expect(tree.remove(key) == model[key]) }
    #expect(tree.count == 0 && tree.countedTotal == 0)
  }

  private static func compare(
    _ tree: borrowing KeyTree, _ model: [Bytes: UInt64], _ random: inout PRNG
  ) {
    let sorted = model.sorted { $0.key < $1.key }
    let start = key(&random)
    let end = random.below(4) == 0 ? nil : key(&random)
    let inside = sorted.filter { entry in
      entry.key >= start && (end.map { entry.key < $0 } ?? true)
    }
    let live = inside.filter { $0.value & KeyTree.uncounted == 0 }
    #expect(tree.counted(from: start, to: end) == live.count)
    for countedOnly in [true, false] {
      var cursor = tree.cursor(from: start, to: end)
      var values: [UInt64] = []
      while tree.read(
        &cursor, limit: 1 + random.below(40), countedOnly: countedOnly, into: &values)
      {}
      #expect(values == (countedOnly ? live : inside).map(\.value))
    }
    #expect(
      tree.countedTotal == sorted.filter { $0.value & KeyTree.uncounted == 0 }.count)
  }

  @Test func `keys in order and in reverse`() {
    for reversed in [false, true] {
      var tree = KeyTree()
      for number in 0..<20_000 {
        let value = reversed ? 20_000 - number : number
        let text = String(value)
        let key = Bytes("/k/" + String(repeating: "0", count: 8 - text.count) + text)
        #expect(tree.set(key, to: UInt64(value)) == nil)
      }
      var cursor = tree.cursor(from: "", to: nil)
      var values: [UInt64] = []
      #expect(!tree.read(&cursor, limit: .max, countedOnly: true, into: &values))
      #expect(values.count == 20_000 && values == values.sorted())
      #expect(tree.counted(from: "/k/00005000", to: "/k/00006000") == 1000)
    }
  }

  @Test func `large keys come and go`() {
    var tree = KeyTree()
    for round in 0..<3 {
      for size in stride(from: 1, through: 9000, by: 37) {
        let key = Bytes([UInt8](repeating: 0x61, count: size))
        #expect(tree.set(key, to: UInt64(size)) == nil, "round \(round)")
      }
      for size in stride(from: 1, through: 9000, by: 37) {
        #expect(tree.remove(Bytes([UInt8](repeating: 0x61, count: size))) == UInt64(size))
      }
    }
    #expect(tree.count == 0)
  }
}
