/// The randomness seam: seeds, identifiers, jitter. Not for key material, which Crypto draws
/// itself.
public protocol Entropy: AnyObject {
  func next() -> UInt64
}
