import Base

/// Where the pods of a node are reached.
public struct PodAddresses: Hashable, Sendable {
  /// The node's own address; empty: none is told of any pod.
  public var host: String
  /// Each pod has an address of its own, out of 10.244.0.0/16: for pods that nobody reaches. Else
  /// they share the host's network.
  public var areOwn: Bool

  public init(host: String = "", areOwn: Bool = false) {
    self.host = host
    self.areOwn = areOwn
  }

  /// The same for the same pod, also after the agent's death.
  public func address(ofPod uid: String) -> String {
    guard areOwn, !host.isEmpty else { return host }
    // FNV-1a, folded to the 16 bits of the network; its first and last address are nobody's.
    var hash: UInt32 = 0x811C_9DC5
    for byte in uid.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let place = min(max((hash >> 16 ^ hash) & 0xFFFF, 1), 0xFFFE)
    return "10.244.\(place >> 8).\(place & 0xFF)"
  }
}
