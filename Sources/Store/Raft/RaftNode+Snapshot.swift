import Base

extension RaftNode {
  // MARK: - Leader

  /// The peer needs entries that the log no longer holds (Raft §7).
  mutating func offerSnapshot(to position: Int, into effects: inout [RaftEffect]) {
    let progress = leadership.progress[position]
    guard progress.isActive else {
      // A peer that is away would keep a transfer open for nothing.
      leadership.progress[position].becomeProbe(isPaused: true)
      return
    }
    leadership.progress[position].becomeSnapshot(snapshot)
    send(.snapshot(snapshot), to: progress.id, into: &effects)
    effects.append(.sendSnapshot(snapshot, to: progress.id))
  }

  /// The offer may be lost, and the peer may have restarted; one that it knows is ignored.
  mutating func reofferSnapshots(into effects: inout [RaftEffect]) {
    for position in leadership.progress.indices {
      let progress = leadership.progress[position]
      guard case .snapshot(let offered) = progress.phase else { continue }
      send(.snapshot(offered), to: progress.id, into: &effects)
    }
  }

  mutating func snapshotFailed(to peer: NodeID) {
    guard role == .leader, let position = leadership.position(of: peer),
      case .snapshot = leadership.progress[position].phase
    else { return }
    leadership.progress[position].becomeProbe(isPaused: true)
  }

  // MARK: - Follower

  mutating func receiveSnapshot(
    _ metadata: SnapshotMetadata, from leader: NodeID, into effects: inout [RaftEffect]
  ) {
    // The log may hold all of it by now: then the state needs no replacement.
    if log.holds(metadata.last) { commit(through: metadata.last.index, into: &effects) }
    if metadata.last.index <= commitIndex {
      sendWhenStored(.snapshotInstalled(match: commitIndex), to: leader, into: &effects)
      return
    }
    let offer = SnapshotOffer(metadata: metadata, leader: leader)
    if installing == offer { return }
    installing = offer
    effects.append(.installSnapshot(metadata, from: leader))
  }

  /// The owner's state is the snapshot's now: the log goes on behind it.
  mutating func snapshotInstalled(
    _ metadata: SnapshotMetadata, into effects: inout [RaftEffect]
  ) {
    installing = nil
    guard role != .leader else { return }
    if metadata.last.index > commitIndex {
      log.install(metadata)
      commitIndex = metadata.last.index
    }
    if metadata.last.index > snapshot.last.index { snapshot = metadata }
    if let leader {
      sendWhenStored(.snapshotInstalled(match: commitIndex), to: leader, into: &effects)
    }
  }

  // MARK: - Both

  mutating func compacted(through index: LogIndex) {
    guard index > snapshot.last.index else { return }
    precondition(index <= commitIndex, "compaction of what is not committed")
    snapshot = snapshotMetadata(at: index)
    let known = role == .leader ? leadership.progress.map(\.match).min() : nil
    log.compact(
      through: index, tailBytesMax: settings.logTailBytesMax, lackedBehind: known ?? index,
      lackedBytesMax: settings.logLackedBytesMax)
  }
}
