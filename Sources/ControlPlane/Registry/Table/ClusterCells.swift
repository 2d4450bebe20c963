import Base
import JSON
import Objects

/// The rows of the cluster itself: nodes, permissions, admission, fairness.
extension TableRows {
  static let cluster: [String: TableRows] = [
    "nodes": TableRows(NodeCells.columns, NodeCells.cells),
    "clusterrolebindings": binding, "rolebindings": binding,
    "certificatesigningrequests": signingRequest, "apiservices": apiService,
    "mutatingwebhookconfigurations": webhooks, "validatingwebhookconfigurations": webhooks,
    "validatingadmissionpolicies": admissionPolicy,
    "validatingadmissionpolicybindings": admissionPolicyBinding, "flowschemas": flowSchema,
    "prioritylevelconfigurations": priorityLevel, "priorityclasses": priorityClass,
    "runtimeclasses": runtimeClass,
  ]

  private static let binding = TableRows([
    .name, .init("Role", "What is allowed."), .age,
    .init("Users", priority: 1, "Users who are allowed it."),
    .init("Groups", priority: 1, "Groups that are allowed it."),
    .init("ServiceAccounts", priority: 1, "Service accounts that are allowed it."),
  ]) { row in
    let role = row.json["roleRef"]
    let subjects = row.json["subjects"]?.array ?? []
    func names(_ kind: String) -> JSONValue {
      let named = subjects.filter { $0["kind"]?.string == kind }.map { subject in
        let name = subject["name"]?.string ?? ""
        guard kind == "ServiceAccount" else { return name }
        return "\(subject["namespace"]?.string ?? "")/\(name)"
      }
      return .string(named.joined(separator: ", "))
    }
    return [
      row.name, .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")"), row.age,
      names("User"), names("Group"), names("ServiceAccount"),
    ]
  }

  private static let signingRequest = TableRows([
    .name, .age, .init("SignerName", "Who is to sign it."),
    .init("Requestor", "Who asked for it."),
    .init("RequestedDuration", "How long the certificate should be good."),
    .init("Condition", "How far the request is."),
  ]) { row in
    func holds(_ type: String) -> Bool { row.condition(type) != nil }
    var state = holds("Denied") ? "Denied" : holds("Approved") ? "Approved" : "Pending"
    if holds("Failed") { state += ",Failed" }
    if !(row.status?["certificate"]?.string ?? "").isEmpty { state += ",Issued" }
    let seconds = row.spec?["expirationSeconds"]?.int64
    return [
      row.name, row.age, Absent.orNone(row.spec?["signerName"]?.string),
      .string(row.spec?["username"]?.string ?? ""),
      .string(seconds.map { Age.text(seconds: $0) } ?? Absent.none), .string(state),
    ]
  }

  private static let apiService = TableRows([
    .name, .init("Service", "Who serves the group."),
    .init("Available", "Whether it answers, and why not."), .age,
  ]) { row in
    let service = row.spec?["service"]?.object.map {
      "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")"
    }
    let condition = row.condition("Available")
    var available = condition?["status"]?.string ?? "Unknown"
    if condition != nil, available != "True" {
      available += " (\(condition?["reason"]?.string ?? ""))"
    }
    return [row.name, .string(service ?? "Local"), .string(available), row.age]
  }

  private static let webhooks = TableRows([
    .name, .init("Webhooks", .integer, "Webhooks that are asked."), .age,
  ]) { [$0.name, .number(Int64($0.json["webhooks"]?.array?.count ?? 0)), $0.age] }

  private static let admissionPolicy = TableRows([
    .name, .init("Validations", .integer, "Expressions that must hold."),
    .init("ParamKind", "What its parameters are."), .age,
  ]) { row in
    let parameters = row.spec?["paramKind"]?.object.map {
      "\($0["apiVersion"]?.string ?? "")/\($0["kind"]?.string ?? "")"
    }
    return [
      row.name, .number(Int64(row.spec?["validations"]?.array?.count ?? 0)),
      .string(parameters ?? Absent.unset), row.age,
    ]
  }

  private static let admissionPolicyBinding = TableRows([
    .name, .init("PolicyName", "The policy that it puts in force."),
    .init("ParamRef", "Where the policy's parameters are."), .age,
  ]) { row in
    var parameters = Absent.unset
    if let reference = row.spec?["paramRef"]?.object {
      if let name = reference["name"]?.string, !name.isEmpty {
        let namespace = reference["namespace"]?.string
        parameters = namespace.map { "\($0)/\(name)" } ?? name
      } else if reference["selector"]?.object != nil {
        parameters = LabelTerms.text(reference["selector"])
      }
    }
    return [
      row.name, .string(row.spec?["policyName"]?.string ?? ""), .string(parameters), row.age,
    ]
  }

  private static let flowSchema = TableRows([
    .name, .init("PriorityLevel", "The level that its requests belong to."),
    .init("MatchingPrecedence", "The lowest one that matches counts."),
    .init("DistinguisherMethod", "What tells flows apart."), .age,
    .init("MissingPL", "Whether its level is missing."),
  ]) { row in
    [
      row.name, Absent.orNone(row.spec?["priorityLevelConfiguration"]?["name"]?.string),
      row.spec("matchingPrecedence"),
      Absent.orNone(row.spec?["distinguisherMethod"]?["type"]?.string), row.age,
      .string(row.condition("Dangling")?["status"]?.string ?? "?"),
    ]
  }

  private static let priorityLevel = TableRows([
    .name, .init("Type", "Whether its requests are limited."),
    .init("NominalConcurrencyShares", "Its share of the requests that run at once."),
    .init("Queues", "Queues that requests wait in."),
    .init("HandSize", "Queues that one flow may use."),
    .init("QueueLengthLimit", "Requests that may wait in one queue."), .age,
  ]) { row in
    let limited = row.spec?["limited"]
    let queuing = limited?["limitResponse"]?["queuing"]
    func number(_ value: JSONValue?) -> JSONValue {
      value?.int64.map { .number($0) } ?? .string(Absent.none)
    }
    return [
      row.name, .string(row.spec?["type"]?.string ?? ""),
      number(limited?["nominalConcurrencyShares"]), number(queuing?["queues"]),
      number(queuing?["handSize"]), number(queuing?["queueLengthLimit"]), row.age,
    ]
  }

  private static let priorityClass = TableRows([
    .name, .init("Value", .integer, "Pods of a higher one are placed first."),
    .init("Global-Default", .boolean, "Whether it counts for pods that name none."), .age,
    .init("PreemptionPolicy", "Whether its pods may push others out."),
  ]) { row in
    [
      row.name, .number(row.json["value"]?.int64 ?? 0),
      .bool(row.json["globalDefault"]?.bool ?? false), row.age,
      .string(row.json["preemptionPolicy"]?.string ?? ""),
    ]
  }

  private static let runtimeClass = TableRows([
    .name, .init("Handler", "What the node's runtime calls it."), .age,
  ]) { [$0.name, .string($0.json["handler"]?.string ?? ""), $0.age] }
}
