import Base
import JSON
import Objects

/// The row of an Event, in the form of core/v1 or of events.k8s.io/v1.
enum EventCells {
  static let columns: [ObjectTable.Column] = [
    .init("Last Seen", "How long ago it happened last."),
    .init("Type", "Whether all is well: Normal or Warning."),
    .init("Reason", "One word for what happened."),
    .init("Object", "What it happened to."),
    .init("Subobject", priority: 1, "The part of the object that it happened to."),
    .init("Source", priority: 1, "Who tells it."),
    .init("Message", "What happened."),
    .init("First Seen", priority: 1, "How long ago it happened first."),
    .init("Count", priority: 1, "How often it happened."),
    .init("Name", format: "name", priority: 1, "The event's own name."),
  ]

  @Sendable static func cells(_ row: TableRow) -> [JSONValue] {
    let json = row.json
    let made = TableRow.time(json["eventTime"])
    let first = TableRow.time(json["firstTimestamp"]) ?? made
    let last =
      TableRow.time(json["series"]?["lastObservedTime"])
      ?? TableRow.time(json["lastTimestamp"]) ?? first
    let count = json["series"]?["count"]?.int64 ?? json["count"]?.int64 ?? 1
    let regarding = json["involvedObject"] ?? json["regarding"]
    let kind = (regarding?["kind"]?.string ?? "").lowercased()
    let fieldPath = regarding?["fieldPath"]?.string ?? ""
    let message = (json["message"]?.string ?? json["note"]?.string ?? "").trimmedEnd
    return [
      .string(Age.text(since: last, now: row.now)), .string(json["type"]?.string ?? ""),
      .string(json["reason"]?.string ?? ""),
      .string("\(kind)/\(regarding?["name"]?.string ?? "")"), .string(fieldPath),
      .string(source(json)), .string(message), .string(Age.text(since: first, now: row.now)),
      .number(max(count, 1)), row.name,
    ]
  }

  private static func source(_ json: JSONObject) -> String {
    let component = json["source"]?["component"]?.string ?? ""
    let host = json["source"]?["host"]?.string ?? ""
    if component.isEmpty {
      let parts = [json["reportingComponent"], json["reportingInstance"]]
        .compactMap { $0?.string }
      return parts.filter { !$0.isEmpty }.joined(separator: ", ")
    }
    return host.isEmpty ? component : "\(component), \(host)"
  }
}

extension String {
  /// Without the white space at its end.
  fileprivate var trimmedEnd: String {
    var rest = self[...]
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
  }
}
