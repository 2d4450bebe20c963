import Base
import JSON
import Objects

/// The row of an Event, in the form of core/v1 or of events.k8s.io/v1.
enum EventCells {
  static let columns: [ObjectTable.Column] = [
    .init("Last Seen"), .init("Type"), .init("Reason"), .init("Object"),
    .init("Subobject", isWide: true), .init("Source", isWide: true), .init("Message"),
    .init("First Seen", isWide: true), .init("Count", isWide: true), .init("Name", isWide: true),
  ]

  @Sendable static func cells(_ object: StoredObject, now: WallTime) -> [String] {
    let json = object.json
    func time(_ value: JSONValue?) -> WallTime? { value?.string.flatMap(WallTime.init(rfc3339:)) }
    let made = time(json["eventTime"])
    let first = time(json["firstTimestamp"]) ?? made
    let last =
      time(json["series"]?["lastObservedTime"]) ?? time(json["lastTimestamp"]) ?? first
    let count = json["series"]?["count"]?.int64 ?? json["count"]?.int64 ?? 1
    let regarding = json["involvedObject"] ?? json["regarding"]
    let kind = (regarding?["kind"]?.string ?? "").lowercased()
    return [
      Age.text(since: last, now: now), json["type"]?.string ?? "", json["reason"]?.string ?? "",
      "\(kind)/\(regarding?["name"]?.string ?? "")", regarding?["fieldPath"]?.string ?? "",
      source(json), (json["message"]?.string ?? json["note"]?.string ?? "").trimmedEnd,
      Age.text(since: first, now: now), "\(max(count, 1))", object.meta.name,
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
