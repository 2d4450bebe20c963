import JSON
import Objects

/// Configuration, identity, network and the cluster itself.
extension KindRules {
  static let core: [Kind: KindRules] = [:]
}
