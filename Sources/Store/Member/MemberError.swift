public import Base
public import KVStore
public import WAL

/// Why a member does not start from its data directory. Nothing in the directory was changed.
public enum MemberError: Error, Equatable {
  /// The directory belongs to another cluster.
  case otherCluster(found: UInt64, expected: UInt64)
  /// The directory belongs to another member of this cluster.
  case otherMember(found: NodeID, expected: NodeID)
  /// Parts of a member's state are here, but the file that names the member is not. A member whose
  /// votes may be lost must not come back under its old identity: remove it from the cluster, empty
  /// the directory and add it anew.
  case identityLost(remains: FilePath)
  /// A file of the directory is not what was written.
  case corrupt(file: FilePath, offset: UInt64)
  case unknownVersion(file: FilePath, version: UInt32)
  /// The checkpoint's files are whole, but not a state that this version reads.
  case state(KVFormatError)
  /// The log: `missing` means what `identityLost` says.
  case log(WALError)
  case disk(DiskError)
}
