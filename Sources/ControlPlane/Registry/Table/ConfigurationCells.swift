import Base
import JSON
import Objects

/// The rows of namespaces and what lies in them: configuration, identity, quota, events.
extension TableRows {
  static let configuration: [String: TableRows] = [
    "events": TableRows(EventCells.columns, EventCells.cells),
    "namespaces": namespace, "leases": lease, "configmaps": configMap, "secrets": secret,
    "serviceaccounts": serviceAccount, "resourcequotas": resourceQuota,
  ]

  private static let namespace = TableRows([
    .name, .init("Status", "Whether the namespace is on its way out."), .age,
  ]) { [$0.name, .string($0.status?["phase"]?.string ?? ""), $0.age] }

  private static let lease = TableRows([.name, .init("Holder", "Who has the lease."), .age]) {
    [$0.name, .string($0.spec?["holderIdentity"]?.string ?? ""), $0.age]
  }

  private static let configMap = TableRows([
    .name, .init("Data", "Entries that it has."), .age,
  ]) { row in
    let count = ["data", "binaryData"].reduce(0) { $0 + entries(row.json[$1]) }
    return [row.name, .number(count), row.age]
  }

  private static let secret = TableRows([
    .name, .init("Type", "What the secret is for."), .init("Data", "Entries that it has."), .age,
  ]) { row in
    [
      row.name, .string(row.json["type"]?.string ?? ""), .number(entries(row.json["data"])),
      row.age,
    ]
  }

  private static func entries(_ map: JSONValue?) -> Int64 {
    Int64(map?.object?.members.count ?? 0)
  }

  private static let serviceAccount = TableRows([
    .name, .init("Secrets", "Secrets that it may use."), .age,
  ]) { [$0.name, .number(Int64($0.json["secrets"]?.array?.count ?? 0)), $0.age] }

  private static let resourceQuota = TableRows([
    .name, .init("Request", "What is used of what may be asked for."),
    .init("Limit", "What is used of what limits may add up to."), .age,
  ]) { row in
    var requests: [String] = []
    var limits: [String] = []
    let hard = row.status?["hard"]?.object?.members ?? []
    for member in hard.sorted(by: { $0.name < $1.name }) {
      let used = Quantity(json: row.status?["used"]?[member.name]) ?? .zero
      let text = "\(member.name): \(used)/\(Quantity(json: member.value) ?? .zero)"
      if member.name.hasPrefix("limits.") { limits.append(text) } else { requests.append(text) }
    }
    return [
      row.name, .string(requests.joined(separator: ", ")),
      .string(limits.joined(separator: ", ")), row.age,
    ]
  }
}
