public import Base
import KVStore
import Raft
import WAL

extension StoreMember {
  /// Starts a member from its data directory, which is made where it is empty. Blocks.
  ///
  /// `seed`: random, another one at every start.
  public static func recover(
    _ configuration: MemberConfiguration, disk: any Disk, time: MemberTime, seed: UInt64
  ) throws(MemberError) -> StoreMember {
    let limits = configuration.limits
    precondition(
      max(limits.requestBytesMax, limits.batchBytesMax) + (64 << 10)
        <= min(configuration.wal.entryBytesMax, MemberLimits.requestBytesCeiling + (64 << 10)),
      "a log entry holds any request")
    var random = PRNG(seed: seed)
    if case .new(let leftovers) = try MemberDirectory.inspect(configuration, disk) {
      try create(configuration, leftovers, disk, salt: random.next())
    }
    let stored = try loadCheckpoint(configuration, disk)
    let recovery: WALRecovery
    do throws(WALError) {
      recovery = try WriteAheadLog.recover(
        configuration.wal, from: disk, checkpoint: stored.checkpoint.snapshot.last,
        floor: stored.floor)
    } catch {
      if case .disk(let error) = error { throw .disk(error) }
      throw .log(error)
    }
    let raft = RaftNode(
      configuration: RaftConfiguration(
        id: configuration.id, electionTicks: configuration.electionTicks, seed: random.next(),
        logTailBytesMax: configuration.logTailBytesMax,
        logLackedBytesMax: configuration.logLackedBytesMax),
      recovered: RecoveredState(
        hardState: recovery.hardState, snapshot: stored.checkpoint.snapshot,
        entries: recovery.entries))
    return StoreMember(
      configuration, raft, recovery.log, stored, time: time, random: random)
  }

  private init(
    _ configuration: MemberConfiguration, _ raft: RaftNode, _ log: WriteAheadLog,
    _ stored: consuming LoadedCheckpoint, time: MemberTime, random: PRNG
  ) {
    var random = random
    self.configuration = configuration
    self.raft = raft
    self.log = log
    checkpoint = CheckpointState(
      stored: stored.checkpoint, files: Set(stored.checkpoint.segments))
    applied = stored.checkpoint.snapshot.last
    membership = Membership(
      initial: configuration.initialMembers,
      configuration: stored.checkpoint.snapshot.configuration)
    introduction = Introduction(
      isNewborn: raft.term == .zero && raft.lastIndex == .zero
        && configuration.initialMembers.count > 1)
    appliedAt = time.instant
    now = time
    // Numbers of another life never come near: 2^32 of them take longer than any process lives.
    pending = PendingWrites(firstNumber: (random.next() >> 32) << 32)
    forwards = ForwardLedger(life: random.next())
    self.random = random
    autoCompaction = AutoCompaction(configuration.limits.autoCompaction, at: time.instant)
    keySpace = stored.keySpace
  }

  /// Makes the directory of a member that starts for the first time.
  private static func create(
    _ configuration: MemberConfiguration, _ leftovers: [FilePath], _ disk: any Disk, salt: UInt64
  ) throws(MemberError) {
    let (_, logOperations) = WriteAheadLog.create(configuration.wal, salt: salt)
    let content = KeySpace(configuration: configuration.keySpace).checkpoint()
    let manifest = CheckpointManifest(
      snapshot: SnapshotMetadata(
        last: .zero,
        configuration: ClusterConfiguration(voters: configuration.initialMembers.map(\.id))),
      floor: .zero, state: content.manifest)
    precondition(content.segments.isEmpty, "a new state has no history")
    do throws(DiskError) {
      try disk.perform(
        MemberDirectory.creation(
          configuration, leftovers: leftovers,
          contents: logOperations + replaceManifest(manifest)))
    } catch {
      throw .disk(error)
    }
  }
}

/// What recovery read of the newest checkpoint.
struct LoadedCheckpoint: ~Copyable {
  let checkpoint: StoredCheckpoint
  let floor: WALPosition
  var keySpace: KeySpace
}

extension StoreMember {
  /// Reads the manifest and the segments that it names; removes files that nothing names.
  private static func loadCheckpoint(
    _ configuration: MemberConfiguration, _ disk: any Disk
  ) throws(MemberError) -> LoadedCheckpoint {
    var manifest = try loadManifest(disk)
    let floor = manifest.floor
    var segments: [SegmentID] = []
    var restoration: KeySpaceRestoration
    do throws(KVFormatError) {
      restoration = try KeySpaceRestoration(
        manifest: manifest.state, configuration: configuration.keySpace)
    } catch {
      throw .state(error)
    }
    while let id = restoration.next {
      segments.append(id)
      let bytes = try read(CheckpointManifest.file(id), disk)
      do throws(KVFormatError) {
        try restoration.add(bytes)
      } catch {
        if case .wrongSegment = error {
          throw .corrupt(file: CheckpointManifest.file(id), offset: 0)
        }
        throw .state(error)
      }
    }
    let keySpace: KeySpace
    do throws(KVFormatError) {
      keySpace = try restoration.finish()
    } catch {
      throw .state(error)
    }
    try removeStrays(segments, disk)
    manifest.floor = .zero
    return LoadedCheckpoint(
      checkpoint: StoredCheckpoint(
        snapshot: manifest.snapshot, manifest: manifest.encoded(), segments: segments),
      floor: floor, keySpace: keySpace)
  }

  private static func loadManifest(_ disk: any Disk) throws(MemberError) -> CheckpointManifest {
    let file = CheckpointManifest.file
    let bytes = try read(file, disk)
    do throws(CheckpointManifest.DecodingError) {
      return try CheckpointManifest(decoding: bytes)
    } catch {
      switch error {
      case .unknownVersion(let version): throw .unknownVersion(file: file, version: version)
      case .damaged(let offset): throw .corrupt(file: file, offset: UInt64(offset))
      }
    }
  }

  private static func read(_ file: FilePath, _ disk: any Disk) throws(MemberError) -> Bytes {
    do throws(DiskError) {
      let size = try disk.size(file)
      return try disk.read(file, offset: 0, count: Int(clamping: size))
    } catch {
      // The directory has its name, so the file was there.
      if case .notFound = error { throw .corrupt(file: file, offset: 0) }
      throw .disk(error)
    }
  }

  private static func removeStrays(
    _ segments: [SegmentID], _ disk: any Disk
  ) throws(MemberError) {
    let folder = MemberDirectory.checkpoints
    let needed = Set(segments.map { CheckpointManifest.file($0) } + [CheckpointManifest.file])
    do throws(DiskError) {
      let strays = try disk.list(folder).map { FilePath("\(folder.text)/\($0)") }
        .filter { !needed.contains($0) }
      guard !strays.isEmpty else { return }
      try disk.perform(strays.map { .remove($0) } + [.syncFolder(folder)])
    } catch {
      throw .disk(error)
    }
  }
}
