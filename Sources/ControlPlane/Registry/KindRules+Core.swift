import Base
import JSON
import Objects

/// Configuration, identity, network and the cluster itself.
extension KindRules {
  static let core: [Kind: KindRules] = configuration.merging(network) { row, _ in row }
    .merging(rbac) { row, _ in row }.merging(quotas) { row, _ in row }
    .merging(server) { row, _ in row }.merging(admissionKinds) { row, _ in row }

  private static let configuration: [Kind: KindRules] = [
    .configMap: KindRules(
      content: { $0.configMap($1) }, update: { $0.configMapUpdate($1, replacing: $2) }),
    .secret: KindRules(
      defaults: ClusterDefaults.secret, content: { $0.secret($1) },
      update: { $0.secretUpdate($1, replacing: $2) }),
    .serviceAccount: KindRules(),
  ]

  // MARK: - Network

  private static let network: [Kind: KindRules] = [
    .service: KindRules(
      name: NameSyntax.serviceNameComplaints, defaults: ServiceDefaults.apply,
      beforeUpdate: ServiceDefaults.beforeUpdate, newStatus: emptyBalancer,
      content: { $0.service($1) }, update: { $0.serviceUpdate($1, replacing: $2) }),
    .endpoints: KindRules(
      defaults: { DefaultRows.endpoints.apply(to: &$0) }, content: { $0.endpoints($1) }),
    .endpointSlice: KindRules(
      countsGenerations: true, defaults: ClusterDefaults.endpointSlice,
      content: { $0.endpointSlice($1) },
      update: { $0.immutable("addressType", of: $1, replacing: $2) }),
    .ingress: KindRules(
      countsGenerations: true, clusterAdmission: ClusterAdmission.defaultIngressClass,
      newStatus: emptyBalancer, content: { $0.ingress($1) }, newContent: { $0.newIngress($1) }),
    kind("ingressclasses"): KindRules(
      countsGenerations: true, defaults: { DefaultRows.ingressClass.apply(to: &$0) },
      content: { $0.ingressClass($1) }, update: { $0.ingressClassUpdate($1, replacing: $2) }),
    .networkPolicy: KindRules(
      countsGenerations: true, defaults: ClusterDefaults.networkPolicy,
      content: { $0.networkPolicy($1) }),
    kind("ipaddresses"): KindRules(
      defaults: ClusterDefaults.parentReference, content: { $0.parentReference($1) }),
    kind("servicecidrs"): KindRules(
      newStatus: emptyStatus, content: { $0.serviceNetworks($1) }),
  ]

  // MARK: - Rights

  private static let rbac: [Kind: KindRules] = [
    .role: KindRules(
      name: NameSyntax.pathSegmentComplaints, defaults: { DefaultRows.role.apply(to: &$0) },
      content: { $0.role($1, isNamespaced: true) }),
    .clusterRole: KindRules(
      name: NameSyntax.pathSegmentComplaints, defaults: { DefaultRows.role.apply(to: &$0) },
      content: { $0.role($1, isNamespaced: false) }),
    .roleBinding: KindRules(
      name: NameSyntax.pathSegmentComplaints, defaults: ClusterDefaults.roleBinding,
      content: { $0.roleBinding($1, isNamespaced: true) },
      update: { $0.roleBindingUpdate($1, replacing: $2) }),
    .clusterRoleBinding: KindRules(
      name: NameSyntax.pathSegmentComplaints, defaults: ClusterDefaults.roleBinding,
      content: { $0.roleBinding($1, isNamespaced: false) },
      update: { $0.roleBindingUpdate($1, replacing: $2) }),
    kind("certificatesigningrequests"): KindRules(
      newStatus: emptyStatus, content: { $0.signingRequest($1) },
      update: { $0.signingRequestUpdate($1, replacing: $2) }),
  ]

  // MARK: - Bounds

  private static let quotas: [Kind: KindRules] = [
    .resourceQuota: KindRules(
      defaults: ClusterDefaults.resourceQuota, newStatus: emptyStatus,
      content: { $0.resourceQuota($1) },
      update: { $0.resourceQuotaUpdate($1, replacing: $2) },
      status: {
        $0.quotaAmounts("hard", of: $1)
        $0.quotaAmounts("used", of: $1)
      }),
    .limitRange: KindRules(
      defaults: ClusterDefaults.limitRange, content: { $0.limitRange($1) }),
    .priorityClass: KindRules(
      countsGenerations: true, defaults: { DefaultRows.priorityClass.apply(to: &$0) },
      clusterAdmission: ClusterAdmission.oneDefaultPriority, content: { $0.priorityClass($1) },
      update: { $0.priorityClassUpdate($1, replacing: $2) }),
    kind("runtimeclasses"): KindRules(
      content: { $0.runtimeClass($1) }, update: { $0.runtimeClassUpdate($1, replacing: $2) }),
  ]

  // MARK: - What the API server is told by

  private static let server: [Kind: KindRules] = [
    kind("customresourcedefinitions"): KindRules(
      countsGenerations: true, defaults: ClusterDefaults.customResource,
      newStatus: ClusterDefaults.customResourceStatus, content: { $0.customResource($1) },
      update: { $0.customResourceUpdate($1, replacing: $2) }),
    kind("apiservices"): KindRules(
      name: NameSyntax.pathSegmentComplaints,
      defaults: { DefaultRows.apiService.apply(to: &$0) },
      newStatus: ClusterDefaults.apiServiceStatus, content: { $0.apiService($1) }),
    kind("flowschemas"): KindRules(
      countsGenerations: true, defaults: { DefaultRows.flowSchema.apply(to: &$0) },
      newStatus: emptyStatus, content: { $0.flowSchema($1) }),
    kind("prioritylevelconfigurations"): KindRules(
      countsGenerations: true, defaults: ClusterDefaults.priorityLevel, newStatus: emptyStatus,
      content: { $0.priorityLevel($1) }),
  ]

  private static let admissionKinds: [Kind: KindRules] = [
    kind("validatingwebhookconfigurations"): KindRules(
      countsGenerations: true, defaults: { DefaultRows.validatingWebhooks.apply(to: &$0) },
      content: { $0.webhooks($1) }),
    kind("mutatingwebhookconfigurations"): KindRules(
      countsGenerations: true, defaults: { DefaultRows.mutatingWebhooks.apply(to: &$0) },
      content: { $0.webhooks($1) }),
    kind("validatingadmissionpolicies"): KindRules(
      countsGenerations: true, defaults: { DefaultRows.admissionPolicy.apply(to: &$0) },
      newStatus: emptyStatus, content: { $0.admissionPolicy($1) }),
    kind("validatingadmissionpolicybindings"): KindRules(
      countsGenerations: true, defaults: { DefaultRows.admissionBinding.apply(to: &$0) },
      content: { $0.admissionBinding($1) }),
  ]

  private static func kind(_ plural: String) -> Kind {
    guard let kind = Kind.kept(plural: plural) else { preconditionFailure("no kind \(plural)") }
    return kind
  }

  private static let emptyStatus: @Sendable (inout JSONObject) -> Void = {
    $0["status"] = .object(JSONObject())
  }

  private static let emptyBalancer: @Sendable (inout JSONObject) -> Void = {
    $0["status"] = ["loadBalancer": [:]]
  }
}

/// Admission that asks what else the cluster has.
enum ClusterAdmission {
  /// DefaultIngressClass: the newest of those that are marked as the default.
  static func defaultIngressClass(_ ingress: inout JSONObject, in view: ClusterView) -> Rejection? {
    guard let kind = Kind.kept(plural: "ingressclasses"),
      ingress["spec"]?["ingressClassName"]?.string == nil,
      ingress["metadata"]?["annotations"]?[Validator.ingressClassKey]?.string == nil
    else { return nil }
    let marked = view.objects(kind).filter {
      $0.meta.annotations["ingressclass.kubernetes.io/is-default-class"] == "true"
    }
    // Later names lose to earlier ones of the same second.
    let newest = marked.max {
      let left = $0.meta.creationTime?.milliseconds ?? 0
      let right = $1.meta.creationTime?.milliseconds ?? 0
      return left == right ? $0.meta.name > $1.meta.name : left < right
    }
    guard let newest else { return nil }
    ingress.edit("spec") { $0["ingressClassName"] = .string(newest.meta.name) }
    return nil
  }

  /// Priority: one class is given to pods that name none.
  static func oneDefaultPriority(_ object: inout JSONObject, in view: ClusterView) -> Rejection? {
    guard object["globalDefault"]?.bool == true else { return nil }
    let other = view.objects(.priorityClass).first { $0.json["globalDefault"]?.bool == true }
    guard let other else { return nil }
    return .forbidden(
      .priorityClass, name: object["metadata"]?["name"]?.string ?? "",
      reason: "PriorityClass \(other.meta.name) is already marked as default. "
        + "Only one default can exist")
  }
}
