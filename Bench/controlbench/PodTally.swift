import Base
import EtcdAPI
import EventLoop
import JSON
import Linux
import StoreClient

/// Follows a namespace's pods by a watch and tells when so many of them run.
actor PodTally: LoopActor {
  nonisolated let loop: EventLoop
  private let prefix: Bytes
  private var ready: Set<Bytes> = []
  private var present: Set<Bytes> = []
  private var waiter: (isMet: (Int, Int) -> Bool, CheckedContinuation<Void, any Error>)?
  private var failure: (any Error)?

  init(namespace: String, loop: EventLoop) {
    self.loop = loop
    prefix = Bytes("/registry/pods/\(namespace)/")
  }

  /// Ends with the task that runs it.
  func follow(_ client: StoreClient, from revision: Int64) async {
    var end = prefix.array
    end[end.count - 1] += 1
    let request = WatchCreateRequest(key: prefix, rangeEnd: Bytes(end), startRevision: revision)
    do {
      for try await batch in client.watch(request) {
        for event in batch.events { try take(event) }
        settle()
      }
    } catch {
      failure = error
      waiter?.1.resume(throwing: error)
      waiter = nil
    }
  }

  private func take(_ event: EtcdAPI.Event) throws {
    guard let entry = event.kv else { return }
    switch event.type {
    case .put:
      present.insert(entry.key)
      let status = try JSONValue(parsing: entry.value)["status"]
      let isReady = status?["conditions"]?.array?.contains {
        $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
      }
      if status?["phase"]?.string == "Running", isReady == true {
        ready.insert(entry.key)
      } else {
        ready.remove(entry.key)
      }
    case .delete, .unrecognized:
      present.remove(entry.key)
      ready.remove(entry.key)
    }
  }

  private func settle() {
    guard let waiter, waiter.isMet(ready.count, present.count) else { return }
    self.waiter = nil
    waiter.1.resume()
  }

  /// Returns once so many pods run and are ready, and no other exists.
  func wait(forReady count: Int) async throws {
    if let failure { throw failure }
    try await withCheckedThrowingContinuation { continuation in
      waiter = ({ ready, present in ready == count && present == count }, continuation)
      settle()
    }
  }

  /// Gives up what is waited for.
  func giveUp(_ error: any Error) {
    waiter?.1.resume(throwing: error)
    waiter = nil
  }

  var standing: String { "\(ready.count) of \(present.count) pods run" }
}
