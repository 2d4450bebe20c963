import Base
import JSON
import Objects

/// The rows of what runs to its end.
extension TableRows {
  static let batch: [String: TableRows] = ["jobs": job, "cronjobs": cronJob]

  private static let job = TableRows([
    .name, .init("Status", "How far the job is."),
    .init("Completions", "Pods that ended well, of those that must."),
    .init("Duration", "How long it has run."), .age, .containers, .images, .selector,
  ]) { row in
    [row.name, .string(state(of: row)), .string(completions(of: row)), .string(duration(of: row))]
      + [row.age] + containerCells(row.spec?["template"]?["spec"])
      + [.string(LabelTerms.text(row.spec?["selector"]))]
  }

  private static func state(of row: TableRow) -> String {
    func holds(_ type: String) -> Bool { row.condition(type)?["status"]?.string == "True" }
    if holds("Complete") { return "Complete" }
    if holds("Failed") { return "Failed" }
    if row.object.meta.isBeingDeleted { return "Terminating" }
    for type in ["Suspended", "FailureTarget", "SuccessCriteriaMet"] where holds(type) {
      return type
    }
    return "Running"
  }

  private static func completions(of row: TableRow) -> String {
    let done = row.status?["succeeded"]?.int64 ?? 0
    if let wanted = row.spec?["completions"]?.int64 { return "\(done)/\(wanted)" }
    let parallel = row.spec?["parallelism"]?.int64 ?? 0
    return parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1"
  }

  private static func duration(of row: TableRow) -> String {
    guard let start = TableRow.time(row.status?["startTime"]) else { return "" }
    return Age.text(since: start, now: TableRow.time(row.status?["completionTime"]) ?? row.now)
  }

  private static let cronJob = TableRows([
    .name, .init("Schedule", "When jobs are made, as cron says it."),
    .init("Timezone", "The time zone of the schedule."),
    .init("Suspend", .boolean, "Whether no jobs are made for now."),
    .init("Active", .integer, "Jobs that run."),
    .init("Last Schedule", "How long ago the last job was made."), .age, .containers, .images,
    .selector,
  ]) { row in
    let suspend = row.spec?["suspend"]?.bool.map { $0 ? "True" : "False" }
    let active = row.status?["active"]?.array?.count ?? 0
    return [
      row.name, .string(row.spec?["schedule"]?.string ?? ""),
      .string(row.spec?["timeZone"]?.string ?? Absent.none), .string(suspend ?? Absent.unset),
      .number(Int64(active)), .string(row.since(row.status?["lastScheduleTime"]) ?? Absent.none),
      row.age,
    ] + containerCells(row.spec?["jobTemplate"]?["spec"]?["template"]?["spec"]) + [
      .string(Absent.none)
    ]
  }
}
