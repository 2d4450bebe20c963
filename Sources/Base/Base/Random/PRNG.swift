/// A seeded generator (xoshiro256**, Blackman and Vigna; seeded by splitmix64): the same seed gives
/// the same numbers on every machine. Not for secrets.
public struct PRNG: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixer = seed
    func split() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var mixed = mixer
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    state = (split(), split(), split(), split())
  }

  public mutating func next() -> UInt64 {
    func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
    let result = rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, 45)
    return result
  }

  /// Uniform in 0..<bound, by rejection (no modulo bias).
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "an empty range has no member")
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let value = next()
      if value < limit { return value % bound }
    }
  }

  /// Uniform in 0..<bound.
  public mutating func below(_ bound: Int) -> Int {
    Int(below(UInt64(bound)))
  }

  public mutating func chance(_ ratio: Ratio) -> Bool {
    below(ratio.denominator) < ratio.numerator
  }

  /// A generator of its own for a part of a simulation, so that a change there moves nothing here.
  public mutating func fork() -> PRNG {
    PRNG(seed: next())
  }
}

/// A probability as a ratio of integers: seeds then replay alike on every machine.
public struct Ratio: Hashable, Sendable {
  public let numerator: UInt64
  public let denominator: UInt64

  public init(_ numerator: UInt64, in denominator: UInt64) {
    precondition(denominator > 0 && numerator <= denominator, "a probability is at most 1")
    self.numerator = numerator
    self.denominator = denominator
  }

  public static let never = Ratio(0, in: 1)
  public static let always = Ratio(1, in: 1)
}
