public import Base

/// Why a log cannot be read or written.
public enum WALError: Error, Equatable {
  /// No segment exists where a log must be: votes and entries may be lost, so the member's old
  /// identity must not be used again.
  case missing(folder: FilePath)
  /// What lies at `offset` was known to be durable once and cannot be read any more. Nothing was
  /// changed on the disk.
  case corrupt(file: FilePath, offset: UInt64, Damage)
  /// Written by a version of Keelson that this one does not know.
  case unknownVersion(file: FilePath, version: UInt32)
  /// A write or sync failed before: what is durable is no longer known.
  case poisoned
  case disk(DiskError)

  /// What is wrong at the place that `corrupt` names.
  public enum Damage: Hashable, Sendable {
    /// The file is not there.
    case missingSegment
    /// The segment's first sector is not what was written.
    case segmentHeader
    /// The batch that starts there fails its checks, or the file ends before it.
    case batch
    /// Checksums hold, but entries are missing before this batch.
    case gap
  }
}
