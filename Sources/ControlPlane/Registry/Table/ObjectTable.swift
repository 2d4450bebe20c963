public import Base
public import Objects

/// What `kubectl get` shows of objects: columns and cells as kube-apiserver's printers make them
/// (meta/v1 Table).
public struct ObjectTable: Sendable {
  public struct Column: Hashable, Sendable {
    /// As the server names it: `Up-to-date`.
    public let name: String
    /// Shown by `-o wide` only.
    public let isWide: Bool

    public init(_ name: String, isWide: Bool = false) {
      self.name = name
      self.isWide = isWide
    }
  }

  public let kind: Kind
  /// The first is the name; events have theirs last.
  public let columns: [Column]
  private let makeCells: @Sendable (StoredObject, WallTime) -> [String]

  public init(_ kind: Kind) {
    self.kind = kind
    switch kind {
    case .pod: (columns, makeCells) = (PodCells.columns, { PodCells($0, now: $1).cells })
    case .deployment:
      (columns, makeCells) = (WorkloadCells.deployment, WorkloadCells.deploymentCells)
    case .replicaSet:
      (columns, makeCells) = (WorkloadCells.replicaSet, WorkloadCells.replicaSetCells)
    case .node: (columns, makeCells) = (NodeCells.columns, NodeCells.cells)
    case .namespace: (columns, makeCells) = (PlainCells.namespace, PlainCells.namespaceCells)
    case .lease: (columns, makeCells) = (PlainCells.lease, PlainCells.leaseCells)
    case .event: (columns, makeCells) = (EventCells.columns, EventCells.cells)
    default: (columns, makeCells) = (PlainCells.any, PlainCells.anyCells)
    }
  }

  /// One cell a column. A field of another type than its own shows as if it were absent.
  public func cells(of object: StoredObject, now: WallTime) -> [String] {
    let cells = makeCells(object, now)
    precondition(cells.count == columns.count, "a cell for each column")
    return cells
  }
}

/// Text shown where there is nothing.
enum Absent {
  static let none = "<none>"
  static let unknown = "<unknown>"
}

/// How long ago something was, as kubectl says it (apimachinery duration.HumanDuration).
enum Age {
  static func text(since time: WallTime?, now: WallTime) -> String {
    guard let time else { return Absent.unknown }
    let (milliseconds, overflow) = now.milliseconds.subtractingReportingOverflow(time.milliseconds)
    guard !overflow else { return Absent.unknown }
    return text(seconds: milliseconds / 1000)
  }

  static func text(seconds: Int64) -> String {
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return "\(minutes)m" + part(seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return "\(hours)h" + part(minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if hours < 192 { return "\(days)d" + part(hours % 24, "h") }
    if days < 365 * 2 { return "\(days)d" }
    if days < 365 * 8 { return "\(days / 365)y" + part(days % 365, "d") }
    return "\(days / 365)y"
  }

  private static func part(_ count: Int64, _ unit: String) -> String {
    count == 0 ? "" : "\(count)\(unit)"
  }
}
