import Base

/// Tokens whose signature was found good lately, so that a token costs one check and not one for
/// each request. Bounded in number and in time: a key that is trusted no more is forgotten with it.
struct TokenCache: Sendable {
  static let countMax = 4096
  static let lifetime = Duration.seconds(300)

  private struct Known: Sendable {
    let claims: ServiceAccountClaims
    let until: Instant
  }

  private var known: [String: Known] = [:]
  /// Oldest first: entries end in the order in which they came.
  private var order = Deque<(token: String, until: Instant)>()

  var count: Int { known.count }

  subscript(token: String) -> ServiceAccountClaims? { known[token]?.claims }

  /// A token whose signature is good. Claims that are not a service account's are kept out.
  mutating func put(_ token: String, claims bytes: Bytes, now: Instant) {
    guard let claims = ServiceAccountClaims(bytes), known[token] == nil else { return }
    if known.count == Self.countMax { removeFirst() }
    let until = now + Self.lifetime
    known[token] = Known(claims: claims, until: until)
    order.append((token, until))
  }

  /// Forgets what is too old.
  mutating func sweep(_ now: Instant) {
    guard !order.isEmpty else { return }
    while let first = order.first, first.until <= now { removeFirst() }
  }

  private mutating func removeFirst() {
    if let first = order.popFirst() { known[first.token] = nil }
  }
}
