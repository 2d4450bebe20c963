import Base
import KVStore
import Raft
import WAL

/// A piece of one file of a snapshot, as a peer sent it.
struct SnapshotChunk {
  let snapshot: LogIndex
  /// Empty: the manifest.
  let file: Bytes
  let offset: UInt64
  let total: UInt64
  let bytes: Bytes
}

/// A snapshot on its way here. The receiver pulls: it asks for the manifest, then for the segments
/// that it lacks, a few chunks at a time. What arrived whole is kept when the transfer begins anew.
struct SnapshotTransfer {
  struct Receiving {
    let offered: SnapshotMetadata
    let source: NodeID
    /// nil until the manifest is here.
    var manifest: CheckpointManifest?
    /// Segments to fetch, the first one now.
    var missing = Deque<SegmentID>()
    /// The file on its way: the manifest, or the first of `missing`.
    var buffer = ByteBuffer()
    /// Chunks that the last request still brings.
    var chunksDue = 0
    /// Ticks since the last chunk.
    var idleTicks = 0
    /// The manifest was handed to the disk.
    var isInstalling = false
  }

  /// The longest manifest that is taken from a peer: the state beside the segments, and their list.
  static let manifestBytesMax: UInt64 = 1 << 30

  var receiving: Receiving?
  /// Segments that arrived whole and are not part of the state yet.
  var collected: [SegmentID: Bytes] = [:]
  /// Segment files that the disk was asked to write and has not confirmed.
  var filesWriting = 0

  var isInstalling: Bool { receiving != nil }
}

extension StoreMember {
  // MARK: - Sending

  /// The peer pulls what it needs; Raft offers again until it has.
  mutating func snapshotAsked(_ metadata: SnapshotMetadata, by peer: NodeID) {
    effects.append(.report(.snapshotOffered(to: peer, metadata.last.index)))
  }

  /// Answers a request for bytes of the newest checkpoint with some chunks.
  mutating func serveFetch(snapshot: LogIndex, file: Bytes, offset: UInt64, to peer: NodeID) {
    checkpoint.servingTicks = 2 * configuration.electionTicks
    let stored = checkpoint.stored
    let index = stored.snapshot.last.index
    var content: Bytes?
    if file.isEmpty {
      content = stored.manifest
    } else if snapshot == index {
      content = servedSegment(file)
    }
    guard let content, offset < UInt64(content.count) else {
      effects.append(.send(PeerFrame.gone(snapshot: snapshot).encoded(), to: peer))
      return
    }
    var start = Int(offset)
    for _ in 0..<configuration.limits.snapshotChunksInFlight {
      let end = min(start + configuration.limits.snapshotChunkBytes, content.count)
      let frame = PeerFrame.chunk(
        snapshot: index, file: file, offset: UInt64(start), total: UInt64(content.count),
        bytes: content[start..<end])
      effects.append(.send(frame.encoded(), to: peer))
      start = end
      if end == content.count { return }
    }
  }

  /// The bytes of a segment of the newest checkpoint; nil where it names none so, or where a
  /// compaction has rewritten it: then a newer checkpoint is made.
  private mutating func servedSegment(_ file: Bytes) -> Bytes? {
    if let served = checkpoint.served, Bytes(served.id.fileName) == file { return served.bytes }
    guard let id = checkpoint.stored.segments.first(where: { Bytes($0.fileName) == file }) else {
      return nil
    }
    guard let bytes = keySpace.segment(id) else {
      checkpoint.isWanted = true
      return nil
    }
    checkpoint.served = (id, bytes)
    return bytes
  }

  // MARK: - Receiving

  mutating func beginReceiving(_ metadata: SnapshotMetadata, from leader: NodeID) {
    if let receiving = snapshots.receiving, receiving.isInstalling { return }
    snapshots.receiving = SnapshotTransfer.Receiving(offered: metadata, source: leader)
    fetch()
  }

  /// Asks for what comes next of the file on its way.
  private mutating func fetch() {
    guard var receiving = snapshots.receiving, !receiving.isInstalling else { return }
    receiving.chunksDue = configuration.limits.snapshotChunksInFlight
    receiving.idleTicks = 0
    snapshots.receiving = receiving
    let frame = PeerFrame.fetch(
      snapshot: receiving.manifest?.snapshot.last.index ?? receiving.offered.last.index,
      file: receiving.missing.first.map { Bytes($0.fileName) } ?? Bytes(),
      offset: UInt64(receiving.buffer.count))
    effects.append(.send(frame.encoded(), to: receiving.source))
  }

  mutating func receiveChunk(_ chunk: SnapshotChunk, from peer: NodeID) {
    guard var receiving = snapshots.receiving, receiving.source == peer,
      !receiving.isInstalling, chunk.offset == UInt64(receiving.buffer.count)
    else { return }
    if let manifest = receiving.manifest {
      guard chunk.snapshot == manifest.snapshot.last.index,
        let segment = receiving.missing.first, chunk.file == Bytes(segment.fileName),
        chunk.total == segment.length
      else { return }
    } else {
      guard chunk.file.isEmpty, chunk.snapshot >= receiving.offered.last.index,
        chunk.total <= SnapshotTransfer.manifestBytesMax
      else { return }
    }
    guard UInt64(chunk.bytes.count) <= chunk.total - min(chunk.offset, chunk.total),
      !chunk.bytes.isEmpty
    else { return }
    receiving.buffer.write(chunk.bytes)
    receiving.idleTicks = 0
    receiving.chunksDue -= 1
    let isWhole = UInt64(receiving.buffer.count) == chunk.total
    let isDue = receiving.chunksDue <= 0
    snapshots.receiving = receiving
    if isWhole {
      fileReceived()
    } else if isDue {
      fetch()
    }
  }

  private mutating func fileReceived() {
    guard var receiving = snapshots.receiving else { return }
    let bytes = receiving.buffer.take()
    if receiving.manifest == nil {
      guard let (manifest, segments) = Self.decodeManifest(bytes) else {
        // Bytes that the peer's transport vouched for are not a manifest: another version's.
        refuseSnapshot()
        return
      }
      receiving.manifest = manifest
      for segment in segments where localSegment(segment) == nil {
        receiving.missing.append(segment)
      }
    } else if let segment = receiving.missing.first, CRC32C.checksum(bytes) == segment.checksum {
      // A segment that fails its checksum is fetched again.
      _ = receiving.missing.popFirst()
      snapshots.collected[segment] = bytes
      snapshots.filesWriting += 1
      checkpoint.files.insert(segment)
      let file = CheckpointManifest.file(segment)
      submit(
        [.create(file, size: 0), .write(file, offset: 0, bytes), .sync(file)], .snapshotSegment)
    }
    snapshots.receiving = receiving
    if receiving.missing.isEmpty { installSnapshot() } else { fetch() }
  }

  private static func decodeManifest(
    _ bytes: Bytes
  ) -> (manifest: CheckpointManifest, segments: [SegmentID])? {
    do {
      let manifest = try CheckpointManifest(decoding: bytes)
      return (manifest, try KeySpaceRestoration.segments(of: manifest.state))
    } catch {
      return nil
    }
  }

  /// A segment whose file is on disk and whose bytes are here.
  private func localSegment(_ segment: SegmentID) -> Bytes? {
    if let bytes = snapshots.collected[segment] { return bytes }
    return checkpoint.files.contains(segment) ? keySpace.segment(segment) : nil
  }

  /// Writes the manifest, once all files and the checkpoint under way are written.
  private mutating func installSnapshot() {
    guard var receiving = snapshots.receiving, var manifest = receiving.manifest,
      receiving.missing.isEmpty, snapshots.filesWriting == 0, checkpoint.writing == nil,
      !receiving.isInstalling
    else { return }
    guard manifest.snapshot.last.index > applied.index else {
      // The log brought it here meanwhile.
      refuseSnapshot()
      return
    }
    receiving.isInstalling = true
    snapshots.receiving = receiving
    manifest.floor = log.durable
    submit(
      [.syncFolder(MemberDirectory.checkpoints)] + Self.replaceManifest(manifest), .snapshotManifest
    )
  }

  mutating func snapshotSegmentWritten() {
    snapshots.filesWriting -= 1
    installSnapshot()
  }

  /// The manifest is durable: the state is the snapshot's from here on.
  mutating func snapshotManifestWritten() {
    guard let manifest = snapshots.receiving?.manifest else {
      preconditionFailure("installed without a manifest")
    }
    let snapshot = manifest.snapshot
    var forPeers = manifest
    forPeers.floor = .zero
    let stored: StoredCheckpoint
    var installed: KeySpace
    do throws(KVFormatError) {
      stored = StoredCheckpoint(
        snapshot: snapshot, manifest: forPeers.encoded(),
        segments: try KeySpaceRestoration.segments(of: manifest.state))
      installed = try restore(manifest)
    } catch {
      stop(.undecodable(snapshot.last.index))
      return
    }
    snapshots = SnapshotTransfer()
    if snapshot.last.index <= applied.index {
      // The log brought it here meanwhile: it is a checkpoint like any other.
      adopt(stored)
      advance(.snapshotRefused)
      advance(.compacted(through: snapshot.last.index))
      return
    }
    restartRanges()
    // Watches go on in the new state, without a gap or not at all.
    swap(&installed, &keySpace)
    keySpace.adoptWatches(of: &installed)
    pending.forgetSent()
    applied = snapshot.last
    appliedAt = now.instant
    membership.apply(snapshot.configuration)
    log.reset(to: snapshot.last)
    adopt(stored)
    checkpoint.logBytesBefore = log.flushedBytes
    advance(.snapshotInstalled(snapshot))
    effects.append(.report(.snapshotInstalled(snapshot.last.index)))
  }

  /// The state that a manifest names, of segments that are here.
  private func restore(_ manifest: CheckpointManifest) throws(KVFormatError) -> KeySpace {
    var restoration = try KeySpaceRestoration(
      manifest: manifest.state, configuration: configuration.keySpace)
    while let id = restoration.next {
      guard let bytes = localSegment(id) else { throw .wrongSegment(id) }
      try restoration.add(bytes)
    }
    return try restoration.finish()
  }

  private mutating func refuseSnapshot() {
    snapshots.receiving = nil
    advance(.snapshotRefused)
  }

  mutating func snapshotGone(_ snapshot: LogIndex, from peer: NodeID) {
    guard let receiving = snapshots.receiving, receiving.source == peer,
      !receiving.isInstalling
    else { return }
    // A newer one is there: from its manifest on, with what arrived already.
    snapshots.receiving = SnapshotTransfer.Receiving(
      offered: receiving.offered, source: receiving.source)
    fetch()
  }

  mutating func snapshotPeerConnected(_ peer: NodeID) {
    if snapshots.receiving?.source == peer { fetch() }
  }

  /// Asks again where chunks were lost, and gives up where nobody answers.
  mutating func tickSnapshot() {
    checkpoint.servingTicks = max(0, checkpoint.servingTicks - 1)
    guard var receiving = snapshots.receiving, !receiving.isInstalling else { return }
    receiving.idleTicks += 1
    let idle = receiving.idleTicks
    snapshots.receiving = receiving
    if receiving.manifest != nil, receiving.missing.isEmpty {
      installSnapshot()
    } else if idle >= 10 * configuration.electionTicks {
      refuseSnapshot()
    } else if idle % configuration.electionTicks == 0 {
      fetch()
      snapshots.receiving?.idleTicks = idle
    }
  }
}
