public import Base
public import EtcdAPI

/// The verbs of this member's watch streams. A stream is the caller's number; it begins with its
/// first request and ends with `closeWatchStream`.
extension KeySpace {
  /// Watches of all streams.
  public var watcherCount: Int { hub.count }
  public var watchStreamCount: Int { hub.streams.count }

  /// Takes a request from a stream's client; what must be answered at once is.
  public mutating func watch(
    stream: UInt64, request: WatchRequest, identity: ClientIdentity?, now: Instant,
    header: ResponseHeader, into output: inout WatchOutput
  ) {
    let writer = WatchResponseWriter(header)
    if hub.streams[stream] == nil { hub.streams[stream] = WatchStream() }
    switch request.requestUnion {
    case .create(let create): createWatch(stream, create, identity, now, writer, &output)
    case .cancel(let cancel):
      // Cancelling an unknown id gets no reply.
      guard let slot = hub.streams[stream]?.slots[cancel.watchID] else { return }
      hub.remove(slot)
      writer.canceled(stream, cancel.watchID, revision: revision, into: &output)
    case .progress:
      guard hub.streams[stream]?.owesProgress == false else { return }
      hub.streams[stream]?.owesProgress = true
      hub.owing.append(stream)
    case nil: return
    }
  }

  /// Ends a stream and its watches; nothing more comes out for it.
  public mutating func closeWatchStream(_ stream: UInt64) {
    guard let closed = hub.streams[stream] else { return }
    // All at once: each watch would look for itself among the others.
    hub.streams[stream]?.late.removeAll()
    for slot in closed.slots.values.sorted() { hub.remove(slot) }
    hub.streams[stream] = nil
    hub.owing.removeAll { $0 == stream }
    hub.endings.removeAll { $0.stream == stream }
  }

  /// A congested stream gets nothing from `pumpWatches`; its watches go on from where they were.
  public mutating func setCongested(stream: UInt64, _ isCongested: Bool) {
    guard hub.streams[stream] != nil else { return }
    hub.streams[stream]?.isCongested = isCongested
    hub.enqueueStream(stream)
  }

  /// Takes over the watches of the state that a snapshot replaces: they go on without a gap, or end
  /// with the compacted revision.
  public mutating func adoptWatches(of replaced: inout KeySpace) {
    hub = WatchHub()
    swap(&hub, &replaced.hub)
    for slot in hub.slots where hub.watchers[slot].isSynced {
      let next = max(hub.watchers[slot].next, hub.position + 1)
      if next <= revision { hub.makeLate(slot, from: next) }
    }
    hub.position = revision
    hub.nextOrdinal = log.nextOrdinal
    recheckAllWatchers()
  }

  private mutating func createWatch(
    _ stream: UInt64, _ request: WatchCreateRequest, _ identity: ClientIdentity?, _ now: Instant,
    _ writer: WatchResponseWriter, _ output: inout WatchOutput
  ) {
    // etcd reads an empty key as the first one.
    let range = KeyRange(
      key: request.key.isEmpty ? Bytes([0]) : request.key, rangeEnd: request.rangeEnd
    ).detached
    let grants: [Bytes]
    do throws(KVError) {
      grants = try watchGrants(range, identity)
    } catch {
      return writer.refused(stream, revision: revision, reason: error.status.text, into: &output)
    }
    if request.startRevision < 0 {
      let reason = KVError.compacted.status.text
      return writer.refused(stream, revision: revision, reason: reason, into: &output)
    }
    guard let id = watchID(stream, request.watchID) else {
      let reason = "mvcc: duplicate watch ID provided on the WatchStream"
      return writer.refused(stream, revision: revision, reason: reason, into: &output)
    }
    writer.created(stream, id, revision: revision, into: &output)
    if request.startRevision > 0 && request.startRevision < compacted {
      return writer.compacted(stream, id, compactRevision: compacted, into: &output)
    }
    if hub.count == 0 {
      hub.position = revision
      hub.nextOrdinal = log.nextOrdinal
    }
    let slot = hub.add(
      Watcher(
        stream: stream, id: id, range: range, identity: identity?.detached,
        skipsPuts: request.filters.contains(.noput),
        skipsDeletes: request.filters.contains(.nodelete), wantsPrevious: request.prevKv,
        wantsProgress: request.progressNotify, mayFragment: request.fragment,
        next: request.startRevision == 0 ? revision + 1 : request.startRevision, grants: grants,
        lastSent: now))
    if hub.watchers[slot].next > hub.position { hub.sync(slot) } else { hub.enqueue(slot) }
  }

  /// The id that the client chose, if it is free, or the next free one.
  private mutating func watchID(_ stream: UInt64, _ chosen: Int64) -> Int64? {
    guard var state = hub.streams[stream] else { return nil }
    if chosen != 0 { return state.slots[chosen] == nil ? chosen : nil }
    while state.slots[state.nextID] != nil { state.nextID += 1 }
    let id = state.nextID
    hub.streams[stream]?.nextID = id + 1
    return id
  }

  // MARK: Permissions

  /// Whether a watch is permitted; gives the grant keys that it rests on, if it rests on any.
  private func watchGrants(
    _ range: KeyRange, _ identity: ClientIdentity?
  ) throws(KVError) -> [Bytes] {
    guard let permissions = try permissions(identity) else { return [] }
    if permissions.covers(range, .read) { return [] }
    let grants = range.isSingle ? liveGrants(range.start, permissions) : []
    if grants.isEmpty { throw .permissionDenied }
    return grants
  }

  /// After the roles changed: ends the watches that are not permitted any more.
  mutating func recheckAllWatchers() {
    for slot in hub.slots {
      let watcher = hub.watchers[slot]
      do throws(KVError) {
        hub.setGrants(try watchGrants(watcher.range, watcher.identity), of: slot)
      } catch {
        endWatch(slot, .permissionDenied)
      }
    }
  }

  /// Removes a watch and leaves word for its client.
  mutating func endWatch(_ slot: Int, _ cause: WatchHub.Ending.Cause) {
    let watcher = hub.watchers[slot]
    hub.endings.append(
      WatchHub.Ending(stream: watcher.stream, id: watcher.id, cause: cause))
    hub.remove(slot)
  }
}

extension ClientIdentity {
  /// The same identity in storage of its own.
  var detached: ClientIdentity {
    ClientIdentity(
      commonName: commonName.detached, organizations: organizations.map(\.detached))
  }
}
