/// Of configuration, network, RBAC and what the API server itself is told by.
extension DefaultRows {
  static let service = DefaultsTree(
    """
    spec = {}
    spec.sessionAffinity = "None"
    spec.type = "ClusterIP"
    spec.ports[].protocol = "TCP"
    """)

  static let endpoints = DefaultsTree("subsets[].ports[].protocol = \"TCP\"")

  static let endpointSlice = DefaultsTree(
    """
    endpoints = null
    endpoints[].conditions = {}
    ports = null
    ports[].name = ""
    ports[].protocol = "TCP"
    """)

  static let ingressClass = DefaultsTree("spec.parameters.scope = \"Cluster\"")

  static let networkPolicy = DefaultsTree(
    """
    spec.podSelector = {}
    spec.ingress[].ports[].protocol = "TCP"
    spec.egress[].ports[].protocol = "TCP"
    """)

  static let role = DefaultsTree("rules = null")

  static let roleBinding = DefaultsTree("roleRef.apiGroup = \"rbac.authorization.k8s.io\"")

  static let secret = DefaultsTree("type = \"Opaque\"")

  private static let webhook = """
    webhooks[].clientConfig.service.port = 443
    webhooks[].rules[].scope = "*"
    webhooks[].failurePolicy = "Fail"
    webhooks[].matchPolicy = "Equivalent"
    webhooks[].namespaceSelector = {}
    webhooks[].objectSelector = {}
    webhooks[].timeoutSeconds = 10
    """

  static let validatingWebhooks = DefaultsTree(webhook)
  static let mutatingWebhooks = DefaultsTree(
    webhook + "\nwebhooks[].reinvocationPolicy = \"Never\"")

  static let admissionPolicy = DefaultsTree(
    """
    spec = {}
    spec.matchConstraints.namespaceSelector = {}
    spec.matchConstraints.objectSelector = {}
    spec.matchConstraints.resourceRules[].scope = "*"
    spec.matchConstraints.matchPolicy = "Equivalent"
    spec.failurePolicy = "Fail"
    """)

  static let admissionBinding = DefaultsTree(
    """
    spec.matchResources.namespaceSelector = {}
    spec.matchResources.objectSelector = {}
    spec.matchResources.resourceRules[].scope = "*"
    spec.matchResources.matchPolicy = "Equivalent"
    """)

  static let customResource = DefaultsTree(
    """
    spec.conversion = {}
    spec.conversion.strategy = "None"
    spec.conversion.webhook.clientConfig.service.port = 443
    """)

  static let customResourceStatus = DefaultsTree(
    """
    status = {}
    status.conditions = null
    status.acceptedNames = {}
    status.acceptedNames.plural = ""
    status.acceptedNames.kind = ""
    """)

  static let apiService = DefaultsTree("spec.service.port = 443")

  static let flowSchema = DefaultsTree("spec.matchingPrecedence ~ 1000")

  static let priorityLevel = DefaultsTree(
    """
    spec.limited.nominalConcurrencyShares = 30
    spec.limited.limitResponse = {}
    spec.limited.limitResponse.type = "Reject"
    spec.limited.lendablePercent = 0
    """)

  /// Of a level that lets requests wait.
  static let queuing = DefaultsTree(
    """
    queuing = {}
    queuing.queues ~ 64
    queuing.handSize ~ 8
    queuing.queueLengthLimit ~ 50
    """)

  static let priorityClass = DefaultsTree("preemptionPolicy = \"PreemptLowerPriority\"")
}
