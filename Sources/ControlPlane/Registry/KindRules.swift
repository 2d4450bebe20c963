import JSON
import Objects

/// What the registry does for a kind beside what it does for all. A kind without a row is kept with
/// its metadata checked and its fields held against the schema.
struct KindRules: Sendable {
  /// `metadata.generation` counts the changes of its spec.
  var countsGenerations = false
  /// What is wrong with a name.
  var name: @Sendable (String) -> [String] = NameSyntax.subdomainComplaints
  /// Sets what is absent; the same object again gives the same.
  var defaults: @Sendable (inout JSONObject) -> Void = { _ in }
  /// Admission of a new object: adds to it, or refuses it.
  var admission: @Sendable (inout JSONObject) -> Rejection? = { _ in nil }
  /// Admission of a new object that asks what else there is.
  var clusterAdmission: @Sendable (inout JSONObject, ClusterView) -> Rejection? = { _, _ in nil }
  /// Makes of an update's object, then the old one with its defaults, what is kept of it.
  var beforeUpdate: @Sendable (inout JSONObject, JSONObject) -> Void = { _, _ in }
  /// Gives a new object the status that it begins with, whatever its writer says.
  var newStatus: @Sendable (inout JSONObject) -> Void = { _ in }
  /// What is wrong with the content, beside the metadata.
  var content: @Sendable (inout Validator, JSONObject) -> Void = { _, _ in }
  /// What is wrong with a new object only.
  var newContent: @Sendable (inout Validator, JSONObject) -> Void = { _, _ in }
  /// What an update must not change: the new value, then the old one with its defaults.
  var update: @Sendable (inout Validator, JSONObject, JSONObject) -> Void = { _, _, _ in }
  /// What is wrong with the status.
  var status: @Sendable (inout Validator, JSONObject) -> Void = { _, _ in }

  static subscript(kind: Kind) -> KindRules { table[kind] ?? plain }

  /// A status is written by whoever acts on the object, never with it.
  private static let plain = KindRules(newStatus: { $0["status"] = nil })

  /// A kind has its row in one of the tables.
  private static let table = own.merging(core) { row, _ in row }.merging(workloads) { row, _ in row
  }

  private static let own: [Kind: KindRules] = [
    .pod: pod, .deployment: deployment, .replicaSet: replicaSet, .namespace: namespace,
    .node: node, .lease: KindRules(content: { $0.lease($1) }),
    .event: KindRules(
      defaults: { DefaultRows.event.apply(to: &$0) }, content: { $0.event($1) },
      newContent: { $0.newEvent($1) }),
  ]

  private static let pod = KindRules(
    countsGenerations: true, defaults: Defaults.pod, admission: Admission.newPod,
    clusterAdmission: Admission.newPodInCluster,
    newStatus: { $0["status"] = .object(PodDefaults.newStatus(of: $0)) },
    content: { $0.pod($1) }, newContent: { $0.newPod($1) },
    update: { $0.podUpdate($1, replacing: $2) })

  private static let deployment = KindRules(
    countsGenerations: true, defaults: Defaults.deployment,
    newStatus: { $0["status"] = .object(JSONObject()) },
    content: { $0.deployment($1) }, update: { $0.immutableSelector($1, replacing: $2) },
    status: {
      $0.workloadStatus(
        $1,
        counters: [
          "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
          "unavailableReplicas",
        ])
    })

  private static let replicaSet = KindRules(
    countsGenerations: true, defaults: Defaults.replicaSet,
    newStatus: { $0["status"] = ["replicas": 0] },
    content: { $0.replicaSet($1) }, update: { $0.immutableSelector($1, replacing: $2) },
    status: {
      $0.workloadStatus(
        $1, counters: ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"])
    })

  private static let namespace = KindRules(
    name: NameSyntax.labelComplaints, defaults: Defaults.namespaceLabel,
    admission: Admission.newNamespace,
    newStatus: { $0["status"] = ["phase": "Active"] })

  private static let node = KindRules(
    defaults: { Defaults.edit("spec", of: &$0, Defaults.nodeNetworks) },
    admission: Admission.newNode, newStatus: Defaults.nodeStatus, content: { $0.node($1) },
    update: { $0.nodeUpdate($1, replacing: $2) },
    status: {
      $0.quantities("capacity", of: $1)
      $0.quantities("allocatable", of: $1)
    })
}

extension Kind {
  /// Its objects have a status, which is written apart from the rest.
  var hasStatus: Bool { Schema.kubernetes.type(of: self)?.field("status") != nil }
}
