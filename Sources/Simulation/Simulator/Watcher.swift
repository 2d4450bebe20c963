import Base
import EtcdAPI
import Member
import Protobuf

/// A client that watches, and resumes where it was when its connection is lost.
struct Watcher {
  let request: WatchCreateRequest
  var random: PRNG
  var connection: Int?
  /// The first revision that is still due.
  var next: Int64 = 1
  /// Events of a response whose fragments are not all here.
  var fragments: [Event] = []

  init(request: WatchCreateRequest, random: PRNG) {
    self.request = request
    self.random = random
  }
}

extension World {
  func openWatch(_ number: Int) {
    guard watchers[number].connection == nil else { return }
    let connection = openConnection(.watcher(number), to: random.below(hosts.count))
    watchers[number].connection = connection
    watchers[number].fragments = []
    var request = watchers[number].request
    request.startRevision = watchers[number].next
    let origin = nextOrigin(on: connection)
    let body = WatchRequest(requestUnion: .create(request)).encoded
    sendItem(.request(origin, .watch, nil, body: body), on: connection)
    // Watchers move now and then, so that every member serves some of each watch's life.
    if !isCalm, watchers[number].random.chance(Ratio(2, in: 3)) {
      queue.plan(
        .lost(connection: connection),
        after: .milliseconds(200 + watchers[number].random.below(4_000)))
    }
  }

  func watcherLost(_ number: Int, _ connection: Int) {
    guard watchers[number].connection == connection else { return }
    watchers[number].connection = nil
    sendItem(
      .closed(RequestOrigin(connection: UInt64(connection) + 1, stream: 1)), on: connection)
    queue.plan(.openWatch(watcher: number), after: .milliseconds(5 + random.below(200)))
  }

  func watcherReceived(_ number: Int, _ connection: Int, _ reply: Reply) {
    guard watchers[number].connection == connection else { return }
    switch reply {
    case .end:
      connections[connection].isOpen = false
      watcherLost(number, connection)
    case .message(_, let bytes, _):
      do {
        received(try WatchResponse(decoding: bytes), by: number)
      } catch {
        violations.append("a watch response that cannot be read: \(error)")
      }
    }
  }

  private func received(_ response: WatchResponse, by number: Int) {
    if response.canceled {
      guard response.compactRevision > 0 else {
        violations.append("watcher \(number) is cancelled: \(response.cancelReason)")
        return
      }
      watchers[number].next = response.compactRevision
      history.watches[number].runs.append(WatchRecord.Run(start: response.compactRevision))
      if let connection = watchers[number].connection { connectionLost(connection) }
      return
    }
    watchers[number].fragments += response.events
    guard !response.fragment, !watchers[number].fragments.isEmpty else { return }
    let events = watchers[number].fragments
    watchers[number].fragments = []
    counters.events += events.count
    let run = history.watches[number].runs.count - 1
    history.watches[number].runs[run].deliveries.append(
      WatchRecord.Delivery(at: queue.now, events: events))
    watchers[number].next = (events.last?.kv?.modRevision ?? watchers[number].next) + 1
  }
}
