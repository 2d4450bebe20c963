import JSON
import Objects

/// What runs, beside Deployments and ReplicaSets, and what it stores on and scales by.
extension KindRules {
  static let workloads: [Kind: KindRules] = [:]
}
