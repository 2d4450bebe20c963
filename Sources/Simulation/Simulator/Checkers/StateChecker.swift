public import Base

/// Whether members that stand at one revision hold one state: etcd's corruption check, at every
/// revision at which two of them were asked.
public struct StateChecker: Sendable {
  /// A hash of all that lies between a compaction and a revision.
  public struct Sample: Hashable, Sendable {
    public let member: NodeID
    public let compactRevision: Int64
    public let revision: Int64
    public let hash: UInt32

    public init(member: NodeID, compactRevision: Int64, revision: Int64, hash: UInt32) {
      self.member = member
      self.compactRevision = compactRevision
      self.revision = revision
      self.hash = hash
    }
  }

  public private(set) var violations: [String] = []
  private var first: [[Int64]: Sample] = [:]

  public init() {}

  public mutating func add(_ sample: Sample) {
    let place = [sample.compactRevision, sample.revision]
    guard let known = first[place] else {
      first[place] = sample
      return
    }
    if known.hash != sample.hash { violations.append("two states: \(known) and \(sample)") }
  }
}
