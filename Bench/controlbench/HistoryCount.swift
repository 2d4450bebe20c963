import Base
import EtcdAPI
import JSON
import StoreClient

/// What the store's history says of each pod from its creation until it ran: how many revisions
/// wrote something of it, and how many bytes.
struct HistoryCount {
  private var revisions: [String: Set<Int64>] = [:]
  private var bytes: [String: Int] = [:]
  private var finalBytes: [String: Int] = [:]
  private var uids: [String: String] = [:]
  private var isRunning: Set<String> = []

  /// Reads all events of the revisions `first...last`.
  init(_ client: StoreClient, namespace: String, first: Int64, last: Int64) async throws {
    let everything = WatchCreateRequest(
      key: Bytes("/"), rangeEnd: Bytes("0"), startRevision: first)
    var events: [EtcdAPI.Event] = []
    reading: for try await batch in client.watch(everything) {
      for event in batch.events {
        if event.kv?.modRevision ?? 0 > last { break reading }
        events.append(event)
      }
      if batch.header.revision >= last, batch.events.last?.kv?.modRevision ?? 0 >= last {
        break
      }
    }
    for event in events where event.type == .put {
      if let entry = event.kv { try count(entry, namespace: namespace) }
    }
  }

  private mutating func count(_ entry: KeyValue, namespace: String) throws {
    let parts = entry.key.text.split(separator: "/").map(String.init)
    let name: String?
    switch (parts.first, parts.dropFirst().first) {
    case ("registry", "pods") where parts.count == 4 && parts[2] == namespace:
      name = parts[3]
      let object = try JSONValue(parsing: entry.value)
      if let uid = object["metadata"]?["uid"]?.string { uids[uid] = parts[3] }
      if !isRunning.contains(parts[3]) { finalBytes[parts[3]] = entry.value.count }
      add(entry, to: parts[3])
      if object["status"]?["phase"]?.string == "Running" { isRunning.insert(parts[3]) }
      return
    case ("registry", "events") where parts.count == 4 && parts[2] == namespace:
      // Events of a pod are named after it, with a dot and a number behind.
      name = parts[3].lastIndex(of: ".").map { String(parts[3][..<$0]) }
    case ("nodes", _): name = parts.last.flatMap { uids[$0] }
    case _: name = nil
    }
    if let name { add(entry, to: name) }
  }

  private mutating func add(_ entry: KeyValue, to name: String) {
    guard !isRunning.contains(name) else { return }
    revisions[name, default: []].insert(entry.modRevision)
    bytes[name, default: 0] += entry.value.count
  }

  var revisionsMax: Int { isRunning.map { revisions[$0]?.count ?? 0 }.max() ?? 0 }

  /// Bytes written per byte of the pod as it ran, the worst and the mean of all pods.
  var bytesRatios: (worst: Double, mean: Double) {
    let ratios = isRunning.compactMap { name -> Double? in
      guard let final = finalBytes[name], final > 0, let written = bytes[name] else { return nil }
      return Double(written) / Double(final)
    }
    return (ratios.max() ?? 0, ratios.reduce(0, +) / Double(max(1, ratios.count)))
  }

  var meanFinalBytes: Int {
    let sizes = isRunning.compactMap { finalBytes[$0] }
    return sizes.reduce(0, +) / max(1, sizes.count)
  }
}
