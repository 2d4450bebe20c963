import Objects

/// Why a node does not take a pod, in Kubernetes' words.
enum Refusal: Hashable {
  case unschedulable
  case taint(key: String, value: String)
  case affinity
  case ports
  case tooManyPods
  case insufficient(String)
  case spreadLabel
  case spread
  case podAffinity
  case podAntiAffinity
  case existingAntiAffinity

  /// The filter's name, as Kubernetes' scheduler plugins are called.
  var filter: String {
    switch self {
    case .unschedulable: "NodeUnschedulable"
    case .taint: "TaintToleration"
    case .affinity: "NodeAffinity"
    case .ports: "NodePorts"
    case .tooManyPods, .insufficient: "NodeResourcesFit"
    case .spreadLabel, .spread: "PodTopologySpread"
    case .podAffinity, .podAntiAffinity, .existingAntiAffinity: "InterPodAffinity"
    }
  }

  var reason: String {
    switch self {
    case .unschedulable: "node(s) were unschedulable"
    case .taint(let key, let value): "node(s) had untolerated taint {\(key): \(value)}"
    case .affinity: "node(s) didn't match Pod's node affinity/selector"
    case .ports: "node(s) didn't have free ports for the requested pod ports"
    case .tooManyPods: "Too many pods"
    case .insufficient(let resource): "Insufficient \(resource)"
    case .spreadLabel:
      "node(s) didn't match pod topology spread constraints (missing required label)"
    case .spread: "node(s) didn't match pod topology spread constraints"
    case .podAffinity: "node(s) didn't match pod affinity rules"
    case .podAntiAffinity: "node(s) didn't match pod anti-affinity rules"
    case .existingAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules"
    }
  }
}
