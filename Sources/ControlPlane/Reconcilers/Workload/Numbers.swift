import JSON
import Registry

/// Numbers of a spec or a status: stored objects are untrusted, so that nonsense counts as absent
/// and every count fits 32 bits.
extension JSONValue {
  /// A count within 0...2^31-1; nil for an absent one, for other values and negative numbers.
  func count(_ name: String) -> Int64? {
    guard let number = self[name]?.int64, number >= 0 else { return nil }
    return min(number, Int64(Int32.max))
  }
}

extension JSONObject {
  /// Sets a status' count as Kubernetes writes it: none for zero.
  mutating func setCount(_ name: String, _ count: Int64) {
    self[name] = count == 0 ? nil : .number(count)
  }
}
