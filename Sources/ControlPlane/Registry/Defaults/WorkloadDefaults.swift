import JSON
import Objects

/// Rows of what runs, beside Deployments and ReplicaSets.
extension DefaultRows {
  private static let template = """
    spec.template = {}
    spec.template.metadata = {}
    spec.template.metadata.creationTimestamp = null
    spec.template.spec = {}

    """

  static let daemonSet = DefaultsTree(
    "spec = {}\n" + template + """
      spec.updateStrategy = {}
      spec.updateStrategy.type = "RollingUpdate"
      spec.revisionHistoryLimit = 10
      """)

  static let daemonSetRolling = DefaultsTree(
    """
    rollingUpdate = {}
    rollingUpdate.maxUnavailable = 1
    rollingUpdate.maxSurge = 0
    """)

  static let statefulSet = DefaultsTree(
    "spec = {}\nspec.replicas = 1\n" + template + """
      spec.podManagementPolicy = "OrderedReady"
      spec.updateStrategy = {}
      spec.updateStrategy.type = "RollingUpdate"
      spec.revisionHistoryLimit = 10
      spec.persistentVolumeClaimRetentionPolicy = {}
      spec.persistentVolumeClaimRetentionPolicy.whenDeleted = "Retain"
      spec.persistentVolumeClaimRetentionPolicy.whenScaled = "Retain"
      spec.volumeClaimTemplates[].kind = "PersistentVolumeClaim"
      spec.volumeClaimTemplates[].apiVersion = "v1"
      spec.volumeClaimTemplates[].metadata = {}
      spec.volumeClaimTemplates[].metadata.creationTimestamp = null
      spec.volumeClaimTemplates[].spec = {}
      spec.volumeClaimTemplates[].spec.volumeMode = "Filesystem"
      spec.volumeClaimTemplates[].status = {}
      spec.volumeClaimTemplates[].status.phase = "Pending"
      """)

  static let statefulSetRolling = DefaultsTree(
    """
    rollingUpdate = {}
    rollingUpdate.partition = 0
    """)

  static let replicationController = DefaultsTree(
    """
    spec = {}
    spec.replicas = 1
    spec.template.metadata = {}
    spec.template.metadata.creationTimestamp = null
    spec.template.spec = {}
    """)

  static let podTemplate = DefaultsTree(
    """
    template = {}
    template.metadata = {}
    template.metadata.creationTimestamp = null
    template.spec = {}
    """)

  static let job = DefaultsTree(
    "spec = {}\n" + template + """
      spec.completionMode = "NonIndexed"
      spec.suspend = false
      spec.manualSelector = false
      spec.podFailurePolicy.rules[].onPodConditions[].status = "True"
      """)

  static let cronJob = DefaultsTree(
    """
    spec = {}
    spec.concurrencyPolicy = "Allow"
    spec.suspend = false
    spec.jobTemplate = {}
    spec.jobTemplate.metadata = {}
    spec.jobTemplate.metadata.creationTimestamp = null
    spec.jobTemplate.spec = {}
    spec.jobTemplate.spec.template = {}
    spec.jobTemplate.spec.template.metadata = {}
    spec.jobTemplate.spec.template.metadata.creationTimestamp = null
    spec.jobTemplate.spec.template.spec = {}
    spec.jobTemplate.spec.podFailurePolicy.rules[].onPodConditions[].status = "True"
    spec.successfulJobsHistoryLimit = 3
    spec.failedJobsHistoryLimit = 1
    """)

  static let horizontalPodAutoscaler = DefaultsTree(
    """
    spec = {}
    spec.minReplicas = 1
    """)
}

/// The defaults of what runs that depend on other fields.
extension Defaults {
  static func daemonSet(_ object: inout JSONObject) {
    DefaultRows.daemonSet.apply(to: &object)
    rolling("updateStrategy", of: &object, DefaultRows.daemonSetRolling)
    template(of: &object)
  }

  static func statefulSet(_ object: inout JSONObject) {
    DefaultRows.statefulSet.apply(to: &object)
    rolling("updateStrategy", of: &object, DefaultRows.statefulSetRolling)
    template(of: &object)
  }

  private static func rolling(
    _ field: String, of object: inout JSONObject, _ rows: DefaultsTree
  ) {
    edit("spec", of: &object) { spec in
      edit(field, of: &spec) { strategy in
        strategy["type"] == "RollingUpdate" && rows.apply(to: &strategy)
      }
    }
  }

  /// A controller selects what its template's labels say, and bears them itself.
  static func replicationController(_ object: inout JSONObject) {
    DefaultRows.replicationController.apply(to: &object)
    let labels = object["spec"]?["template"]?["metadata"]?["labels"]
    if let labels, labels.object?.isEmpty == false {
      if object["spec"]?["selector"]?.object?.isEmpty ?? true {
        object.edit("spec") { $0["selector"] = labels }
      }
      if object["metadata"]?["labels"]?.object?.isEmpty ?? true {
        object.edit("metadata") { $0["labels"] = labels }
      }
    }
    template(of: &object)
  }

  static func podTemplate(_ object: inout JSONObject) {
    DefaultRows.podTemplate.apply(to: &object)
    edit("template", of: &object) { template in edit("spec", of: &template, podSpec) }
  }

  // MARK: - Jobs

  static func job(_ object: inout JSONObject) {
    DefaultRows.job.apply(to: &object)
    edit("spec", of: &object) { spec in
      jobCounts(&spec)
      return true
    }
    template(of: &object)
  }

  /// One pod, unless it is said how many or how many at once.
  private static func jobCounts(_ spec: inout JSONObject) {
    if spec["parallelism"]?.int64 == nil {
      if spec["completions"]?.int64 == nil { spec["completions"] = 1 }
      spec["parallelism"] = 1
    }
    if spec["backoffLimit"]?.int64 == nil {
      let isPerIndex = spec["backoffLimitPerIndex"]?.int64 != nil
      spec["backoffLimit"] = isPerIndex ? .number(Int64(Int32.max)) : 6
    }
    if spec["podReplacementPolicy"]?.string == nil {
      let hasPolicy = spec["podFailurePolicy"]?.object != nil
      spec["podReplacementPolicy"] = hasPolicy ? "Failed" : "TerminatingOrFailed"
    }
  }

  static func cronJob(_ object: inout JSONObject) {
    DefaultRows.cronJob.apply(to: &object)
    edit("spec", of: &object) { spec in
      edit("jobTemplate", of: &spec) { jobs in edit("spec", of: &jobs, templateOfSpec) }
    }
  }

  // MARK: - Autoscaling

  static func horizontalPodAutoscaler(_ object: inout JSONObject) {
    DefaultRows.horizontalPodAutoscaler.apply(to: &object)
    edit("spec", of: &object) { spec in
      var isChanged = false
      if (spec["metrics"]?.array ?? []).isEmpty {
        spec["metrics"] = averageCPU
        isChanged = true
      }
      let isFilled = edit("behavior", of: &spec) { behavior in
        let isUp = rules("scaleUp", of: &behavior, upward)
        return rules("scaleDown", of: &behavior, downward) || isUp
      }
      return isFilled || isChanged
    }
  }

  private static let averageCPU: JSONValue = [
    [
      "type": "Resource",
      "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
    ]
  ]

  private static let upward: JSONObject = JSONObject([
    .init(name: "stabilizationWindowSeconds", value: 0), .init(name: "selectPolicy", value: "Max"),
    .init(
      name: "policies",
      value: [
        ["type": "Pods", "value": 4, "periodSeconds": 15],
        ["type": "Percent", "value": 100, "periodSeconds": 15],
      ]),
  ])

  private static let downward: JSONObject = JSONObject([
    .init(name: "selectPolicy", value: "Max"),
    .init(
      name: "policies", value: [["type": "Percent", "value": 100, "periodSeconds": 15]]),
  ])

  /// Rules that say something have the rest by default.
  private static func rules(
    _ field: String, of behavior: inout JSONObject, _ absent: JSONObject
  ) -> Bool {
    var rules = behavior[field]?.object ?? JSONObject()
    for member in absent.members where rules[member.name] == nil || rules[member.name] == .null {
      rules[member.name] = member.value
    }
    guard behavior[field]?.object != rules else { return false }
    behavior[field] = .object(rules)
    return true
  }
}

/// What is given to new objects only.
extension Admission {
  private static let templateGeneration = "deprecated.daemonset.template.generation"

  /// Of a new daemon set: which template its pods are of, as clients before apps/v1 ask for it.
  static func newDaemonSet(_ object: inout JSONObject) -> Rejection? {
    object.edit("metadata") { meta in
      meta.edit("annotations") { $0[templateGeneration] = "1" }
    }
    return nil
  }

  /// Another template has the next number.
  static func changedDaemonSet(_ object: inout JSONObject, _ old: JSONObject) {
    let path = old["metadata"]?["annotations"]?[templateGeneration]?.string
    let number = path.flatMap { Int64($0) } ?? 1
    let isChanged = object["spec"]?["template"] != old["spec"]?["template"]
    let next = number.addingReportingOverflow(isChanged ? 1 : 0).partialValue
    object.edit("metadata") { meta in
      meta.edit("annotations") { $0[templateGeneration] = .string("\(next)") }
    }
  }

  /// Of a new job: it selects its pods by its uid, unless its writer takes care of it.
  static func newJob(_ job: inout JSONObject) -> Rejection? {
    let uid = job["metadata"]?["uid"] ?? ""
    let name = job["metadata"]?["name"] ?? ""
    let isManual = job["spec"]?["manualSelector"]?.bool == true
    job.edit("spec") { spec in
      if isManual { return }
      spec.edit("template") { template in
        template.edit("metadata") { meta in
          meta.edit("labels") { labels in
            for label in JobLabels.uids where labels[label] == nil { labels[label] = uid }
            for label in JobLabels.names where labels[label] == nil { labels[label] = name }
          }
        }
      }
      spec.edit("selector") { selector in
        selector.edit("matchLabels") { labels in
          if JobLabels.uids.allSatisfy({ labels[$0] == nil }) { labels[JobLabels.uids[0]] = uid }
        }
      }
    }
    // A name that makes no label is refused for its template.
    let labels = job["spec"]?["template"]?["metadata"]?["labels"]
    if let labels, labels.object?.isEmpty == false, (name.string ?? "").utf8.count <= 63,
      job["metadata"]?["labels"]?.object?.isEmpty ?? true
    {
      job.edit("metadata") { $0["labels"] = labels }
    }
    return nil
  }
}
