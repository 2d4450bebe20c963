import JSON
import Objects

/// What of a batch/v1 JobSpec says when a job is done or has failed (pkg/apis/batch/validation).
extension Validator {
  private static let indexedParallelismMax: Int64 = 100_000
  /// Beyond so many completions, a limit for each index asks for smaller numbers beside it.
  private static let completionsSoftMax: Int64 = 100_000
  private static let manyCompletionsMax: Int64 = 10_000
  private static let rulesMax = 20
  private static let exitCodesMax = 255

  mutating func managedBy(of spec: JSONObject) {
    guard let name = spec["managedBy"]?.string else { return }
    invalid("managedBy", name, NameSyntax.domainPathComplaints(name))
    if name.utf8.count > 63 { report(.tooLong, "managedBy", "may not be more than 63 bytes") }
  }

  mutating func completionMode(of spec: JSONObject) {
    oneOf(["NonIndexed", "Indexed"], "completionMode", of: spec)
    guard spec["completionMode"]?.string == "Indexed" else {
      for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
        if let number = spec[field]?.int64 {
          invalid(field, number, "requires indexed completion mode")
        }
      }
      return
    }
    let completions = spec["completions"]?.int64
    if completions == nil { required("completions", "when completion mode is Indexed") }
    let parallelism = spec["parallelism"]?.int64
    if let parallelism, parallelism > Self.indexedParallelismMax {
      invalid(
        "parallelism", parallelism,
        "must be less than or equal to \(Self.indexedParallelismMax) when completion mode is "
          + "Indexed")
    }
    let failed = spec["maxFailedIndexes"]?.int64
    if let failed, let completions, failed > completions {
      invalid("maxFailedIndexes", failed, "must be less than or equal to completions")
    }
    guard let completions, completions > Self.completionsSoftMax,
      spec["backoffLimitPerIndex"]?.int64 != nil
    else { return }
    if failed == nil {
      required(
        "maxFailedIndexes", "must be specified when completions is above \(Self.completionsSoftMax)"
      )
    }
    for (field, number) in [("parallelism", parallelism), ("maxFailedIndexes", failed)] {
      guard let number, number > Self.manyCompletionsMax else { continue }
      invalid(
        field, number,
        "must be less than or equal to \(Self.manyCompletionsMax) when completions are above "
          + "\(Self.completionsSoftMax) and used with backoff limit per index")
    }
  }

  mutating func jobPolicies(of spec: JSONObject) {
    ifObject("podFailurePolicy", of: spec) { $0.failurePolicy($1, spec) }
    if let policy = spec["successPolicy"]?.object {
      if spec["completionMode"]?.string == "Indexed" {
        within("successPolicy") { $0.successPolicy(policy, spec) }
      } else {
        report(
          .invalid, "successPolicy",
          value: GoText.structure("batch.SuccessPolicy", .object(policy)),
          "requires indexed completion mode")
      }
    }
    let isBound = spec["podFailurePolicy"]?.object != nil
    oneOf(
      isBound ? ["Failed"] : ["Failed", "TerminatingOrFailed"], "podReplacementPolicy", of: spec)
  }

  // MARK: - Failure

  private mutating func failurePolicy(_ policy: JSONObject, _ spec: JSONObject) {
    _ = tooMany("rules", of: policy, Self.rulesMax)
    let template = spec["template"]?["spec"]
    let containers =
      (template?["containers"]?.array ?? []) + (template?["initContainers"]?.array ?? [])
    let names = Set(containers.compactMap { $0["name"]?.string })
    each("rules", of: policy) { validator, rule, _ in
      validator.failureRule(rule, spec, containers: names)
    }
  }

  private mutating func failureRule(
    _ rule: JSONObject, _ spec: JSONObject, containers: Set<String>
  ) {
    valid(["Count", "FailIndex", "FailJob", "Ignore"], "action", of: rule)
    if rule["action"]?.string == "FailIndex", spec["backoffLimitPerIndex"]?.int64 == nil {
      invalid("action", "FailIndex", "requires the backoffLimitPerIndex to be set")
    }
    let codes = rule["onExitCodes"]?.object
    let conditions = rule["onPodConditions"]?.array ?? []
    if let codes { within("onExitCodes") { $0.exitCodes(codes, containers: containers) } }
    _ = tooMany("onPodConditions", of: rule, Self.rulesMax)
    each("onPodConditions", of: rule) { validator, pattern, _ in
      let type = pattern["type"]?.string ?? ""
      validator.invalid("type", type, NameSyntax.qualifiedNameComplaints(type))
      validator.valid(["False", "True", "Unknown"], "status", of: pattern)
    }
    if codes != nil, !conditions.isEmpty {
      report(
        .invalid, nil, value: nil,
        "specifying both OnExitCodes and OnPodConditions is not supported")
    }
    if codes == nil, conditions.isEmpty {
      report(
        .invalid, nil, value: nil, "specifying one of OnExitCodes and OnPodConditions is required")
    }
  }

  private mutating func exitCodes(_ codes: JSONObject, containers: Set<String>) {
    valid(["In", "NotIn"], "operator", of: codes)
    if let name = codes["containerName"]?.string, !containers.contains(name) {
      invalid(
        "containerName", name,
        "must be one of the container or initContainer names in the pod template")
    }
    let values = (codes["values"]?.array ?? []).compactMap(\.int64)
    let list = "[]int32{\(values.map(String.init).joined(separator: ", "))}"
    if values.isEmpty {
      report(.invalid, "values", value: list, "at least one value is required")
    }
    _ = tooMany("values", of: codes, Self.exitCodesMax)
    var seen: Set<Int64> = []
    for (place, value) in values.enumerated() {
      if value == 0, codes["operator"]?.string == "In" {
        invalid("values[\(place)]", value, "must not be 0 for the In operator")
      }
      if !seen.insert(value).inserted {
        report(.duplicate, "values[\(place)]", value: String(value))
      }
    }
    if values != values.sorted() { report(.invalid, "values", value: list, "must be ordered") }
  }

  /// A text that must be there and be one of these.
  private mutating func valid(_ values: [String], _ field: String, of parent: JSONObject) {
    guard (parent[field]?.string ?? "").isEmpty else { return oneOf(values, field, of: parent) }
    required(
      field, "valid values: [\(values.map(GoText.quoted).joined(separator: " "))]")
  }

  // MARK: - Success

  private mutating func successPolicy(_ policy: JSONObject, _ spec: JSONObject) {
    let rules = policy["rules"]?.array ?? []
    if rules.isEmpty {
      required(
        "rules", "at least one rules must be specified when the successPolicy is specified")
    }
    _ = tooMany("rules", of: policy, Self.rulesMax)
    // What else is wrong without a number of completions has been told.
    guard let completions = spec["completions"]?.int64 else { return }
    each("rules", of: policy) { validator, rule, _ in validator.successRule(rule, completions) }
  }

  private mutating func successRule(_ rule: JSONObject, _ completions: Int64) {
    let indexes = rule["succeededIndexes"]?.string
    let count = rule["succeededCount"]?.int64
    if indexes == nil, count == nil {
      required(nil, "at least one of succeededCount or succeededIndexes must be specified")
    }
    var total: Int64?
    if let indexes {
      do throws(JobIndexes.Problem) {
        total = try JobIndexes.count(indexes, completions: completions)
      } catch {
        invalid("succeededIndexes", indexes, "error parsing succeededIndexes: \(error.text)")
      }
    }
    guard let count else { return }
    nonnegative("succeededCount", of: rule)
    if count > completions {
      invalid(
        "succeededCount", count,
        "must be less than or equal to \(completions) (the number of specified completions)")
    }
    if let total, count > total {
      invalid(
        "succeededCount", count,
        "must be less than or equal to \(total) (the number of indexes in the specified "
          + "succeededIndexes field)")
    }
  }

  // MARK: - Updates

  /// Policies are a job's for good.
  mutating func jobPoliciesUpdate(_ spec: JSONObject, replacing old: JSONObject) {
    let types = [
      ("podFailurePolicy", "batch.PodFailurePolicy"), ("backoffLimitPerIndex", ""),
      ("managedBy", ""), ("successPolicy", "batch.SuccessPolicy"),
    ]
    for (field, type) in types where spec[field] != old[field] {
      let value: String
      switch spec[field] {
      case nil, .null: value = "null"
      case .string(let text): value = GoText.quoted(text)
      case .object(let object): value = GoText.structure(type, .object(object))
      case .bool, .number, .array: value = spec[field]?.text() ?? "null"
      }
      report(.invalid, field, value: value, "field is immutable")
    }
  }
}

/// Indexes of an Indexed job as a text: `0,2-4`.
enum JobIndexes {
  struct Problem: Error {
    let text: String
  }

  /// How many there are; they must grow, and each lie below `completions`.
  static func count(_ text: String, completions: Int64) throws(Problem) -> Int64 {
    guard !text.isEmpty else { return 0 }
    var total: Int64 = 0
    var last: Int64?
    for interval in text.split(separator: ",", omittingEmptySubsequences: false) {
      let limits = interval.split(separator: "-", omittingEmptySubsequences: false)
      guard limits.count <= 2 else {
        throw Problem(
          text: "the fragment \(GoText.quoted(String(interval))) violates the requirement that an "
            + "index interval can have at most two parts separated by '-'")
      }
      let low = try index(limits[0], completions)
      let high = limits.count == 2 ? try index(limits[1], completions) : low
      if limits.count == 2 { try grows(low, high) }
      if let last { try grows(last, low) }
      // Both lie below the number of completions.
      total += high - low + 1
      last = high
    }
    return total
  }

  private static func grows(_ previous: Int64, _ current: Int64) throws(Problem) {
    guard previous >= current else { return }
    throw Problem(text: "non-increasing order, previous: \(previous), current: \(current)")
  }

  private static func index(_ text: Substring, _ completions: Int64) throws(Problem) -> Int64 {
    let quoted = GoText.quoted(String(text))
    guard let number = Int64(text), number >= 0 else {
      throw Problem(text: "cannot convert string to integer for index: \(quoted)")
    }
    guard number < completions else { throw Problem(text: "too large index: \(quoted)") }
    return number
  }
}
