import JSON
import Objects

/// batch/v1 (pkg/apis/batch/validation).
extension Validator {
  mutating func job(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    generatedSelector(of: object, spec)
    within("spec") { $0.jobSpec(spec) }
  }

  /// ValidateJobSpec: of a Job, whose selector is known.
  private mutating func jobSpec(_ spec: JSONObject) {
    jobTemplateSpec(spec)
    if let selector = spec["selector"]?.object {
      within("selector") { $0.labelSelector(selector) }
    } else {
      required("selector")
    }
    let selector: LabelSelector
    do { selector = try LabelSelector(json: spec["selector"]) } catch { return }
    let meta = spec["template"]?["metadata"]?.object ?? JSONObject()
    within("template") { $0.templateLabels(meta, selectedBy: selector) }
  }

  /// What selects a job's pods is made of its uid, unless its writer takes care of it.
  private mutating func generatedSelector(of object: JSONObject, _ spec: JSONObject) {
    guard spec["manualSelector"]?.bool != true, let selector = spec["selector"]?.object else {
      return
    }
    let uid = object["metadata"]?["uid"]?.string ?? ""
    let labels = selector["matchLabels"]?.object?.members ?? []
    let isGenerated =
      labels.count == 1 && JobLabels.uids.contains(labels[0].name)
      && labels[0].value.string == uid && (selector["matchExpressions"]?.array ?? []).isEmpty
    if !isGenerated {
      report(
        .invalid, "spec.selector",
        value: GoText.structure("v1.LabelSelector", .object(selector)),
        "`selector` not auto-generated")
    }
  }

  /// validateJobSpec: of a Job, or of the jobs that a CronJob makes.
  private mutating func jobTemplateSpec(_ spec: JSONObject) {
    for field in [
      "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
      "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes",
    ] {
      nonnegative(field, of: spec)
    }
    if spec["maxFailedIndexes"]?.int64 != nil, spec["backoffLimitPerIndex"]?.int64 == nil {
      required("backoffLimitPerIndex", "when maxFailedIndexes is specified")
    }
    managedBy(of: spec)
    completionMode(of: spec)
    jobPolicies(of: spec)
    let template = spec["template"]?.object ?? JSONObject()
    within("template") { validator in
      validator.podTemplate(template)
      validator.within("spec") { $0.jobRestartPolicy(template, spec) }
    }
  }

  private mutating func jobRestartPolicy(_ template: JSONObject, _ spec: JSONObject) {
    let policies = ["OnFailure", "Never"]
    let policy = template["spec"]?["restartPolicy"]?.string ?? ""
    if policy.isEmpty || policy == "Always" {
      required("restartPolicy", "valid values: \"OnFailure\", \"Never\"")
    } else if !policies.contains(policy) {
      unsupported("restartPolicy", policy, policies)
    } else if spec["podFailurePolicy"]?.object != nil, policy != "Never" {
      invalid(
        "restartPolicy", policy, "only \"Never\" is supported when podFailurePolicy is specified")
    }
  }

  mutating func jobUpdate(_ object: JSONObject, replacing old: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    let before = old["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      // Kubernetes looks at the whole spec once more: what is wrong is told twice.
      if spec != before { validator.jobSpec(spec) }
      if spec["completions"] != before["completions"],
        !Self.isElastic(spec, before)
      {
        validator.report(
          .invalid, "completions", value: spec["completions"]?.text() ?? "null",
          "field is immutable")
      }
      if spec["selector"] != before["selector"] {
        validator.report(
          .invalid, "selector", value: GoText.structure("v1.LabelSelector", spec["selector"]),
          "field is immutable")
      }
      validator.jobTemplateUpdate(object, old)
      if let mode = spec["completionMode"]?.string, mode != before["completionMode"]?.string {
        validator.invalid("completionMode", mode, "field is immutable")
      }
      validator.jobPoliciesUpdate(spec, replacing: before)
    }
  }

  /// An indexed job grows and shrinks when both numbers change together.
  private static func isElastic(_ spec: JSONObject, _ before: JSONObject) -> Bool {
    before["completionMode"] == "Indexed" && before["completions"] == before["parallelism"]
      && spec["completions"] == spec["parallelism"]
  }

  /// Where a suspended job that never began may run can still change.
  private mutating func jobTemplateUpdate(_ object: JSONObject, _ old: JSONObject) {
    var template = object["spec"]?["template"]?.object ?? JSONObject()
    let before = old["spec"]?["template"]?.object ?? JSONObject()
    let isWaiting =
      old["spec"]?["suspend"]?.bool == true && old["status"]?["startTime"]?.string == nil
    if isWaiting {
      for field in ["labels", "annotations"] {
        template.edit("metadata") { $0[field] = before["metadata"]?[field] }
      }
      for field in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
        template.edit("spec") { $0[field] = before["spec"]?[field] }
      }
    }
    guard template != before else { return }
    report(
      .invalid, "template",
      value: GoText.structure("core.PodTemplateSpec", object["spec"]?["template"]),
      "field is immutable")
  }

  /// A finished job says when it began and when it was done.
  mutating func jobStatus(_ status: JSONObject) {
    for field in ["active", "succeeded", "failed", "ready", "terminating"] {
      nonnegative(field, of: status)
    }
    func holds(_ type: String) -> Bool {
      (status["conditions"]?.array ?? [])
        .contains { $0["type"]?.string == type && $0["status"] == "True" }
    }
    let isComplete = holds("Complete")
    if isComplete, status["completionTime"]?.string == nil {
      required("completionTime", "completionTime is required for Complete jobs")
    }
    if isComplete, !holds("SuccessCriteriaMet") {
      report(
        .invalid, "conditions", value: nil,
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition")
    }
    if holds("Failed"), !holds("FailureTarget") {
      report(
        .invalid, "conditions", value: nil,
        "cannot set Failed=True condition without the FailureTarget=true condition")
    }
    if isComplete || holds("Failed"), status["startTime"]?.string == nil {
      required("startTime", "startTime is required for finished job")
    }
    if isComplete, holds("Failed") {
      report(
        .invalid, "conditions", value: nil, "cannot set Complete=True and Failed=true conditions")
    }
  }

  // MARK: - CronJob

  mutating func cronJob(_ object: JSONObject) {
    let spec = object["spec"]?.object ?? JSONObject()
    within("spec") { validator in
      validator.schedule(of: spec)
      validator.nonnegative("startingDeadlineSeconds", of: spec)
      validator.timeZone(of: spec)
      validator.requiredOneOf(["Allow", "Forbid", "Replace"], "concurrencyPolicy", of: spec)
      validator.within("jobTemplate") { validator in
        validator.within("spec") {
          $0.jobTemplateSpec(spec["jobTemplate"]?["spec"]?.object ?? JSONObject())
        }
      }
      validator.nonnegative("successfulJobsHistoryLimit", of: spec)
      validator.nonnegative("failedJobsHistoryLimit", of: spec)
    }
  }

  /// Its jobs' names have the time behind it.
  mutating func newCronJob(_ object: JSONObject) {
    let name = object["metadata"]?["name"]?.string ?? ""
    if name.utf8.count > 52 { invalid("metadata.name", name, NameSyntax.tooLong(52)) }
  }

  private mutating func schedule(of spec: JSONObject) {
    let schedule = spec["schedule"]?.string ?? ""
    guard !schedule.isEmpty else { return required("schedule") }
    if let complaint = CronSyntax.complaint(schedule) { invalid("schedule", schedule, complaint) }
    if schedule.contains("TZ") {
      invalid(
        "schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
    }
  }

  private mutating func timeZone(of spec: JSONObject) {
    guard let zone = spec["timeZone"]?.string else { return }
    if zone.isEmpty {
      invalid("timeZone", zone, "timeZone must be nil or non-empty string")
    } else if zone.lowercased() == "local" {
      invalid(
        "timeZone", zone,
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
    }
  }
}

/// What marks a job's pods, in the old form and the new one.
enum JobLabels {
  static let uids = ["batch.kubernetes.io/controller-uid", "controller-uid"]
  static let names = ["batch.kubernetes.io/job-name", "job-name"]
}
