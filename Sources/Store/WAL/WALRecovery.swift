public import Base
public import Raft

/// What recovery found, and the log to go on with.
public struct WALRecovery: Sendable {
  public let log: WriteAheadLog
  public let hardState: HardState
  /// Entries behind the checkpoint, without a gap, all durable.
  public let entries: [Entry]
  /// Where a torn tail was cut off; nil where the log ended cleanly.
  public let torn: WALPosition?
}

extension WriteAheadLog {
  /// Reads the log behind `checkpoint` and makes it ready for appending. Blocks.
  ///
  /// `floor`: where the log was durable when the checkpoint was written. Damage below it, or below
  /// what any later part of the log names as durable, is thrown as `WALError.corrupt` and left as
  /// it is; damage above is a torn tail and is overwritten with zeros.
  public static func recover(
    _ configuration: Configuration, from disk: any Disk, checkpoint: EntryID,
    floor: WALPosition = .zero
  ) throws(WALError) -> WALRecovery {
    var reading = WALReading(
      folder: configuration.folder, checkpoint: checkpoint, floor: floor)
    do throws(DiskError) {
      reading.files = try disk.list(configuration.folder)
    } catch {
      throw .disk(error)
    }
    try reading.read(disk)
    var log = WriteAheadLog(
      configuration: configuration, salt: reading.salt, segments: reading.segments,
      end: reading.end, chain: reading.chain, hardState: reading.replay.hardState,
      last: reading.replay.last)
    let entries = reading.replay.finish()
    if reading.replay.needsReset { log.reset(to: checkpoint) }
    let operations = try log.flush()
    do throws(DiskError) {
      try disk.perform(reading.repairs())
      if let operations { try disk.perform(operations) }
    } catch {
      throw .disk(error)
    }
    if operations != nil { _ = log.completed() }
    return WALRecovery(
      log: log, hardState: reading.replay.hardState, entries: entries, torn: reading.torn)
  }
}
