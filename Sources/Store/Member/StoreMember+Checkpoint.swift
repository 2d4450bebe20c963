public import Base
public import KVStore
import Raft
import WAL

/// A checkpoint on disk, and what peers that need it as a snapshot get of it.
struct StoredCheckpoint {
  let snapshot: SnapshotMetadata
  /// The encoded manifest, without a place in this member's log.
  let manifest: Bytes
  /// In the order of the log. Their bytes lie in the key space, until a compaction rewrites them.
  let segments: [SegmentID]
}

/// How far the next checkpoint is. Files are written piece by piece, one submission at a time, so
/// that the log's writes never wait long behind them; the manifest comes last.
struct CheckpointState {
  struct Writing {
    let stored: StoredCheckpoint
    let manifest: CheckpointManifest
    /// Segments that no file holds yet, the next one first.
    var missing: Deque<SegmentID>
    /// The rest of the segment that is being written.
    var pieces = Deque<[DiskOperation]>()
    var isSubmitted = false
    var isManifestSubmitted = false
  }

  /// The newest one whose manifest is durable.
  var stored: StoredCheckpoint
  var writing: Writing?
  /// `log.flushedBytes` when the newest one was begun.
  var logBytesBefore: UInt64 = 0
  /// A peer needs a newer one than the newest: a compaction rewrote what that one names.
  var isWanted = false
  /// Segment files on disk.
  var files: Set<SegmentID>
  /// The segment that a peer asked for last: it asks for many pieces of it.
  var served: (id: SegmentID, bytes: Bytes)?
  /// Ticks for which segments stay as they are, for a peer is fetching them.
  var servingTicks = 0
}

extension StoreMember {
  /// Begins a checkpoint where the log has grown enough, or writes its next piece.
  mutating func advanceCheckpoint() {
    if checkpoint.writing == nil {
      let grown = log.flushedBytes - checkpoint.logBytesBefore
      let isGrown =
        grown >= configuration.limits.checkpointLogBytes
        && applied.index > checkpoint.stored.snapshot.last.index
      guard isGrown || checkpoint.isWanted, snapshots.receiving?.isInstalling != true else {
        return
      }
      beginCheckpoint()
    }
    submitCheckpointStep()
  }

  /// What was rewritten lies in memory, and its old files on disk, until the next checkpoint: an
  /// idle store would wait long for that.
  mutating func compactionEnded() {
    effects.append(.report(.compacted(revision: keySpace.compactRevision)))
    let kept = Set(keySpace.segments)
    if !checkpoint.stored.segments.allSatisfy(kept.contains) { checkpoint.isWanted = true }
  }

  private mutating func beginCheckpoint() {
    checkpoint.logBytesBefore = log.flushedBytes
    checkpoint.isWanted = false
    let snapshot = raft.snapshotMetadata(at: applied.index)
    let content = keySpace.checkpoint()
    let manifest = CheckpointManifest(
      snapshot: snapshot, floor: .zero, state: content.manifest)
    var missing = Deque<SegmentID>()
    for segment in content.segments where !checkpoint.files.contains(segment) {
      missing.append(segment)
    }
    checkpoint.writing = CheckpointState.Writing(
      stored: StoredCheckpoint(
        snapshot: snapshot, manifest: manifest.encoded(), segments: content.segments),
      manifest: manifest, missing: missing)
  }

  /// Submissions that write a file from its start, each short and each synced.
  static func pieces(_ file: FilePath, _ bytes: Bytes, bytesMax: Int) -> [[DiskOperation]] {
    var pieces: [[DiskOperation]] = [[.create(file, size: 0)]]
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + bytesMax, bytes.count)
      pieces[pieces.count - 1] += [
        .write(file, offset: UInt64(offset), bytes[offset..<end]), .sync(file),
      ]
      pieces.append([])
      offset = end
    }
    return pieces.filter { !$0.isEmpty }
  }

  /// What puts a manifest in the place of the one before, all or nothing.
  static func replaceManifest(_ manifest: CheckpointManifest) -> [DiskOperation] {
    let bytes = manifest.encoded()
    return [
      .create(CheckpointManifest.fileNew, size: bytes.count),
      .write(CheckpointManifest.fileNew, offset: 0, bytes),
      .sync(CheckpointManifest.fileNew),
      .rename(CheckpointManifest.fileNew, to: CheckpointManifest.file),
      .syncFolder(MemberDirectory.checkpoints),
    ]
  }

  private mutating func submitCheckpointStep() {
    guard var writing = checkpoint.writing, !writing.isSubmitted else { return }
    writing.isSubmitted = true
    if let piece = writing.pieces.popFirst() {
      submit(piece, .checkpoint)
    } else if let segment = writing.missing.popFirst() {
      guard let bytes = keySpace.segment(segment) else {
        // A compaction rewrote it meanwhile: what was written of this checkpoint is for the next.
        checkpoint.writing = nil
        beginCheckpoint()
        submitCheckpointStep()
        return
      }
      checkpoint.files.insert(segment)
      let limits = configuration.limits
      for piece in Self.pieces(
        CheckpointManifest.file(segment), bytes, bytesMax: limits.checkpointWriteBytes)
      {
        writing.pieces.append(piece)
      }
      if let piece = writing.pieces.popFirst() { submit(piece, .checkpoint) }
    } else {
      var manifest = writing.manifest
      manifest.floor = log.durable
      writing.isManifestSubmitted = true
      submit(
        [.syncFolder(MemberDirectory.checkpoints)] + Self.replaceManifest(manifest), .checkpoint)
    }
    checkpoint.writing = writing
  }

  /// A piece of the checkpoint is durable; behind the manifest, what it replaces goes.
  mutating func checkpointWritten() {
    guard var writing = checkpoint.writing else {
      preconditionFailure("no checkpoint is being written")
    }
    guard writing.isManifestSubmitted else {
      writing.isSubmitted = false
      checkpoint.writing = writing
      return
    }
    checkpoint.writing = nil
    let index = writing.stored.snapshot.last.index
    if snapshots.receiving == nil { snapshots.collected.removeAll() }
    adopt(writing.stored)
    advance(.compacted(through: index))
    let bytes = writing.stored.segments.reduce(0) { $0 + $1.length }
    effects.append(
      .report(.checkpointed(index, bytes: bytes + UInt64(writing.manifest.state.count))))
  }

  /// The newest durable checkpoint is this one: the log before it and other files may go.
  mutating func adopt(_ stored: StoredCheckpoint) {
    checkpoint.stored = stored
    checkpoint.served = nil
    // A transfer under way counts on what it has written.
    let needed = Set(stored.segments).union(snapshots.collected.keys)
    var operations: [DiskOperation] = checkpoint.files.subtracting(needed).sorted().map {
      .remove(CheckpointManifest.file($0))
    }
    if !operations.isEmpty { operations.append(.syncFolder(MemberDirectory.checkpoints)) }
    checkpoint.files = needed
    operations += log.release(through: stored.snapshot.last.index)
    if !operations.isEmpty { submit(operations, .housekeeping) }
  }

  // MARK: - Mapped files

  /// Sealed segments that lie in memory and, durable, in files of the newest checkpoint. Those
  /// files do not change; one that no checkpoint needs loses its name.
  public var mappableSegments: [(segment: SegmentID, file: FilePath)] {
    let stored = Set(checkpoint.stored.segments)
    return keySpace.unmappedSegments.filter(stored.contains).map {
      ($0, CheckpointManifest.file($0))
    }
  }

  /// Reads a segment from its file from now on. False, and nothing changes, where the file does not
  /// hold it.
  public mutating func map(_ segment: SegmentID, to file: any MappedFile) -> Bool {
    keySpace.map(segment, to: file)
  }

  /// Gives the pages of mapped segments that were looked at back to the system.
  public func releaseMappedPages() { keySpace.releaseMappedPages() }
}
