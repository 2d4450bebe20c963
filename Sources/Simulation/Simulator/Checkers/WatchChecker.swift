public import EtcdAPI
import Base

/// Whether watchers saw what happened: every event of their keys (reliable), once (unique), in the
/// order of revisions (ordered), the events of one revision together (atomic), and across their
/// connections without a gap (resumable). etcd's watch guarantees.
public enum WatchChecker {
  /// `events`: what happened at each revision. `last`: the revision that every watcher had time to
  /// reach.
  public static func check(
    _ watches: [WatchRecord], events: [Int64: [Event]], last: Int64
  ) -> [String] {
    watches.enumerated().flatMap { number, watch in
      watch.runs.enumerated().compactMap { position, run in
        let end = position + 1 < watch.runs.count ? nil : last
        return problem(in: run, of: watch.request, events: events, last: end)
          .map { "watcher \(number), run from \(run.start): \($0)" }
      }
    }
  }

  /// A run that a compaction ended may lack its last events; nothing in between.
  private static func problem(
    in run: WatchRecord.Run, of request: WatchCreateRequest, events: [Int64: [Event]],
    last: Int64?
  ) -> String? {
    var reached = run.start - 1
    var seen: [Event] = []
    for delivery in run.deliveries {
      for event in delivery.events { seen.append(event) }
      let revisions = delivery.events.map { $0.kv?.modRevision ?? 0 }
      guard revisions == revisions.sorted(), let first = revisions.first, let end = revisions.last
      else { return "events out of order: \(revisions)" }
      guard first > reached else {
        return "revision \(first) comes again, or in parts, behind \(reached)"
      }
      reached = end
    }
    let wanted = expected(from: run.start, through: last ?? reached, request, events)
    let found = seen.map { normalized($0, request) }
    guard found != wanted else { return nil }
    let place = zip(found, wanted).prefix { $0 == $1 }.count
    let got = place < found.count ? "\(found[place])" : "nothing"
    let due = place < wanted.count ? "\(wanted[place])" : "nothing"
    return "event \(place) is \(got), should be \(due)"
  }

  private static func expected(
    from start: Int64, through last: Int64, _ request: WatchCreateRequest,
    _ events: [Int64: [Event]]
  ) -> [Event] {
    guard start <= last else { return [] }
    var wanted: [Event] = []
    for revision in start...last {
      for event in events[revision] ?? [] {
        guard let key = event.kv?.key,
          ModelStore.isKey(key, within: request.key, request.rangeEnd)
        else { continue }
        wanted.append(normalized(event, request))
      }
    }
    return wanted
  }

  /// The previous value counts only where the watcher asked for it, and it may be compacted away.
  private static func normalized(_ event: Event, _ request: WatchCreateRequest) -> Event {
    var event = event
    event.prevKv = nil
    return event
  }
}
