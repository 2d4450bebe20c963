import Base

/// Where the addresses and node ports of Services come from (kube-apiserver's
/// `--service-cluster-ip-range` and `--service-node-port-range`), and how free ones are drawn.
public struct ServiceRanges: Hashable, Sendable {
  /// An IPv4 network: `10.96.0.0/16`.
  public let network: String
  public let nodePorts: ClosedRange<Int64>
  private let base: UInt32
  /// Bits of the network.
  private let length: Int

  /// A network of another form, one of less than four addresses, or ports beyond 1...65535 are
  /// programmer errors: flags are checked where they are read.
  public init(network: String = "10.96.0.0/16", nodePorts: ClosedRange<Int64> = 30000...32767) {
    guard let parsed = IPNetwork(network), parsed.base.isIPv4, parsed.length <= 30 else {
      preconditionFailure("an IPv4 network of at least four addresses")
    }
    precondition(nodePorts.lowerBound > 0 && nodePorts.upperBound <= 65535, "ports")
    self.network = network
    self.nodePorts = nodePorts
    length = parsed.length
    base = parsed.base.number & (~0 << (32 - UInt32(parsed.length)))
  }

  /// Addresses that Services may have: without the network's own and the broadcast address.
  private var addressCount: Int { 1 << (32 - length) - 2 }

  /// The first address is the API server's own (Service `kubernetes`).
  public var apiServerAddress: String { text(base + 1) }

  func contains(_ address: IPAddress) -> Bool {
    guard address.isIPv4, address.number > base else { return false }
    return Int(address.number - base) <= addressCount
  }

  /// A free address; nil where all are taken. The first part of the range is for those who choose
  /// an address themselves, and is drawn from last (KEP-3070).
  func freeAddress(_ taken: Set<String>, _ random: inout PRNG) -> String? {
    let offset = addressCount < 16 ? 0 : min(max(16, addressCount / 16), 256)
    let place = Self.freePlace(addressCount, reserved: offset, &random) {
      let address = text(base + 1 + UInt32($0))
      return !taken.contains(address) && address != apiServerAddress
    }
    return place.map { text(base + 1 + UInt32($0)) }
  }

  /// A free port, drawn in the same way (KEP-3668).
  func freePort(_ taken: Set<Int64>, _ random: inout PRNG) -> Int64? {
    let offset = nodePorts.count < 16 ? 0 : min(max(16, nodePorts.count / 32), 128)
    let first = nodePorts.lowerBound
    return Self.freePlace(nodePorts.count, reserved: offset, &random) {
      !taken.contains(first + Int64($0))
    }.map { first + Int64($0) }
  }

  /// Beginning at a random place, so that nearly full ranges cost one walk.
  private static func freePlace(
    _ count: Int, reserved: Int, _ random: inout PRNG, where isFree: (Int) -> Bool
  ) -> Int? {
    for band in [reserved..<count, 0..<reserved] where !band.isEmpty {
      let start = random.below(band.count)
      for step in 0..<band.count {
        let place = band.lowerBound + (start + step) % band.count
        if isFree(place) { return place }
      }
    }
    return nil
  }

  private func text(_ number: UInt32) -> String {
    [24, 16, 8, 0].map { String(number >> UInt32($0) & 0xFF) }.joined(separator: ".")
  }
}

extension IPAddress {
  /// Of an IPv4 address.
  fileprivate var number: UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
}
