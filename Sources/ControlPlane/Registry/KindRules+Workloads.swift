import JSON
import Objects

/// What runs, beside Deployments and ReplicaSets, and what it stores on and scales by.
extension KindRules {
  static let workloads: [Kind: KindRules] = [
    .daemonSet: daemonSet, .statefulSet: statefulSet,
    .replicationController: replicationController, .podTemplate: podTemplate,
    .controllerRevision: controllerRevision, .job: job, .cronJob: cronJob,
    .horizontalPodAutoscaler: horizontalPodAutoscaler, .podDisruptionBudget: podDisruptionBudget,
    .persistentVolumeClaim: persistentVolumeClaim, .persistentVolume: persistentVolume,
    .storageClass: storageClass, .csiDriver: csiDriver, .csiNode: csiNode,
    .volumeAttachment: volumeAttachment, .csiStorageCapacity: csiStorageCapacity,
  ]

  // MARK: - What runs

  private static let daemonSet = KindRules(
    countsGenerations: true, defaults: Defaults.daemonSet, admission: Admission.newDaemonSet,
    beforeUpdate: Admission.changedDaemonSet,
    newStatus: {
      $0["status"] = [
        "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0,
        "numberReady": 0,
      ]
    },
    content: { $0.daemonSet($1) }, update: { $0.immutableSelector($1, replacing: $2) },
    status: { $0.daemonSetStatus($1) })

  private static let statefulSet = KindRules(
    countsGenerations: true, defaults: Defaults.statefulSet,
    newStatus: { $0["status"] = ["replicas": 0, "availableReplicas": 0] },
    content: { $0.statefulSet($1) }, update: { $0.statefulSetUpdate($1, replacing: $2) },
    status: { $0.statefulSetStatus($1) })

  private static let replicationController = KindRules(
    countsGenerations: true, defaults: Defaults.replicationController,
    newStatus: { $0["status"] = ["replicas": 0] },
    content: { $0.replicationController($1) },
    status: {
      $0.workloadStatus(
        $1, counters: ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"])
    })

  private static let podTemplate = KindRules(
    defaults: Defaults.podTemplate, content: { $0.podTemplateObject($1) })

  private static let controllerRevision = KindRules(
    content: { $0.controllerRevision($1) },
    update: { $0.controllerRevisionUpdate($1, replacing: $2) })

  private static let job = KindRules(
    countsGenerations: true, defaults: Defaults.job, admission: Admission.newJob,
    newStatus: { $0["status"] = .object(JSONObject()) },
    content: { $0.job($1) }, update: { $0.jobUpdate($1, replacing: $2) },
    status: { $0.jobStatus($1) })

  private static let cronJob = KindRules(
    countsGenerations: true, defaults: Defaults.cronJob,
    newStatus: { $0["status"] = .object(JSONObject()) },
    content: { $0.cronJob($1) }, newContent: { $0.newCronJob($1) })

  // MARK: - Scaling and policy

  private static let horizontalPodAutoscaler = KindRules(
    defaults: Defaults.horizontalPodAutoscaler,
    newStatus: { $0["status"] = ["desiredReplicas": 0, "currentMetrics": nil] },
    content: { $0.horizontalPodAutoscaler($1) },
    status: {
      $0.nonnegative("currentReplicas", of: $1)
      $0.nonnegative("desiredReplicas", of: $1)
    })

  private static let podDisruptionBudget = KindRules(
    countsGenerations: true,
    newStatus: {
      $0["status"] = [
        "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
      ]
    },
    content: { $0.podDisruptionBudget($1) }, status: { $0.disruptionStatus($1) })

  // MARK: - Storage

  private static let persistentVolumeClaim = KindRules(
    defaults: Defaults.persistentVolumeClaim,
    admission: { Admission.protect(&$0, by: "kubernetes.io/pvc-protection") },
    clusterAdmission: Admission.defaultClass,
    newStatus: { $0["status"] = ["phase": "Pending"] },
    content: { $0.persistentVolumeClaim($1) }, update: { $0.claimUpdate($1, replacing: $2) })

  private static let persistentVolume = KindRules(
    defaults: Defaults.persistentVolume,
    admission: { Admission.protect(&$0, by: "kubernetes.io/pv-protection") },
    newStatus: { volume in
      volume["status"] = [
        "phase": "Pending",
        "lastPhaseTransitionTime": volume["metadata"]?["creationTimestamp"] ?? nil,
      ]
    },
    content: { $0.persistentVolume($1) }, update: { $0.volumeUpdate($1, replacing: $2) })

  private static let storageClass = KindRules(
    defaults: { DefaultRows.storageClass.apply(to: &$0) },
    content: { $0.storageClass($1) }, update: { $0.storageClassUpdate($1, replacing: $2) })

  private static let csiDriver = KindRules(
    defaults: { DefaultRows.csiDriver.apply(to: &$0) }, content: { $0.csiDriver($1) })

  private static let csiNode = KindRules(
    defaults: { node in
      Defaults.edit("spec", of: &node) { spec in
        guard spec["drivers"]?.array?.isEmpty ?? (spec["drivers"] == nil) else { return false }
        spec["drivers"] = .null
        return true
      }
    },
    content: { $0.csiNode($1) })

  private static let volumeAttachment = KindRules(
    newStatus: { $0["status"] = ["attached": false] },
    content: { $0.volumeAttachment($1) },
    update: { $0.volumeAttachmentUpdate($1, replacing: $2) })

  private static let csiStorageCapacity = KindRules(
    content: { $0.csiStorageCapacity($1) },
    update: { $0.csiStorageCapacityUpdate($1, replacing: $2) })
}
