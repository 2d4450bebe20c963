public import Base
public import JSON
public import Objects

/// What `kubectl get` shows of objects: columns and cells as kube-apiserver's printers make them
/// (meta/v1 Table).
public struct ObjectTable: Sendable {
  public struct Column: Hashable, Sendable {
    /// As the server names it: `Up-to-date`.
    public let name: String
    public let type: CellType
    /// `name` marks the object's name; empty for most.
    public let format: String
    /// For people: what the cells tell.
    public let description: String
    /// Above 0: shown by `-o wide` only.
    public let priority: Int64

    public var isWide: Bool { priority > 0 }

    init(_ name: String, _ type: CellType, _ description: String) {
      self.name = name
      self.type = type
      self.description = description
      format = ""
      priority = 0
    }

    init(
      _ name: String, format: String = "", priority: Int64 = 0, _ description: String
    ) {
      self.name = name
      type = .string
      self.format = format
      self.priority = priority
      self.description = description
    }
  }

  /// What a column says of its cells; Kubernetes' own cells do not always keep to it.
  public enum CellType: String, Sendable {
    case string
    case integer
    case boolean
    case date
  }

  public let kind: Kind
  /// Most begin with the name; events have theirs last.
  public let columns: [Column]
  private let makeCells: @Sendable (TableRow) -> [JSONValue]

  public init(_ kind: Kind) {
    self.init(kind, TableRows[kind])
  }

  private init(_ kind: Kind, _ rows: TableRows) {
    self.kind = kind
    columns = rows.columns
    makeCells = rows.cells
  }

  /// The rows of the subresource scale, which kubectl gets as autoscaling/v1 Scale.
  public static let scale = ObjectTable(
    Kind(
      group: "autoscaling", version: "v1", name: "Scale", plural: "scales", isNamespaced: true),
    TableRows(
      [
        .name, .init("Desired", .integer, "Replicas that are wanted."),
        .init("Available", .integer, "Replicas that there are."), .age,
      ]
    ) { [$0.name, $0.spec("replicas"), $0.status("replicas"), $0.age] })

  /// One cell a column, as the Table's JSON holds them: texts, numbers and truth values. A field of
  /// another type than its own shows as if it were absent.
  public func values(of object: StoredObject, now: WallTime) -> [JSONValue] {
    let cells = makeCells(TableRow(object: object, now: now))
    precondition(cells.count == columns.count, "a cell for each column")
    return cells
  }

  /// The same as kubectl prints them.
  public func cells(of object: StoredObject, now: WallTime) -> [String] {
    values(of: object, now: now).map { cell in
      switch cell {
      case .string(let text): text
      case .number(let number): number.text
      case .bool(let flag): flag ? "true" : "false"
      case .null: Absent.none
      case .array, .object: preconditionFailure("a cell is no list and no object")
      }
    }
  }
}

/// The columns of one kind and how its cells are made.
struct TableRows: Sendable {
  let columns: [ObjectTable.Column]
  let cells: @Sendable (TableRow) -> [JSONValue]

  init(
    _ columns: [ObjectTable.Column], _ cells: @escaping @Sendable (TableRow) -> [JSONValue]
  ) {
    self.columns = columns
    self.cells = cells
  }

  /// Kinds without rows of their own show when they were made.
  static subscript(kind: Kind) -> TableRows { table[kind.plural] ?? plain }

  private static let plain = TableRows(
    [.name, .init("Created At", .date, "When the object was made.")]
  ) { row in
    [row.name, row.json["metadata"]?["creationTimestamp"] ?? .string(Absent.unknown)]
  }

  private static let table = [
    workloads, batch, network, storage, cluster, configuration,
  ].reduce(into: [:]) { table, rows in
    table.merge(rows) { _, _ in preconditionFailure("two rows for one kind") }
  }
}

/// One object, and what most cells ask of it.
struct TableRow {
  let object: StoredObject
  let now: WallTime

  var json: JSONObject { object.json }
  var name: JSONValue { .string(object.meta.name) }
  var age: JSONValue { .string(Age.text(since: object.meta.creationTime, now: now)) }

  var spec: JSONValue? { json["spec"] }
  var status: JSONValue? { json["status"] }

  /// A whole number of the spec; 0 where it is absent.
  func spec(_ field: String) -> JSONValue { .number(spec?[field]?.int64 ?? 0) }

  /// A whole number of the status; 0 where it is absent.
  func status(_ field: String) -> JSONValue { .number(status?[field]?.int64 ?? 0) }

  /// The condition of this type.
  func condition(_ type: String) -> JSONValue? {
    status?["conditions"]?.array?.first { $0["type"]?.string == type }
  }

  /// How long ago a field's time was; nil where it has none.
  func since(_ value: JSONValue?) -> String? {
    Self.time(value).map { Age.text(since: $0, now: now) }
  }

  static func time(_ value: JSONValue?) -> WallTime? {
    value?.string.flatMap(WallTime.init(rfc3339:))
  }
}

extension ObjectTable.Column {
  static let name = Self("Name", format: "name", "The object's name.")
  static let age = Self("Age", "How long ago the object was made.")
  static let containers = Self("Containers", priority: 1, "Names of the template's containers.")
  static let images = Self("Images", priority: 1, "Images of the template's containers.")
  static let selector = Self("Selector", priority: 1, "Which pods belong to the object.")
}

/// Text shown where there is nothing.
enum Absent {
  static let none = "<none>"
  static let unknown = "<unknown>"
  static let unset = "<unset>"

  /// The text, or `<none>` for an empty one.
  static func orNone(_ text: String?) -> JSONValue {
    guard let text, !text.isEmpty else { return .string(none) }
    return .string(text)
  }
}

/// Lists as cells hold them.
enum CellList {
  /// At most so many, and how many more there are: `80,81,82 + 1 more...`
  static func text(_ elements: [String], max: Int = 3, separator: String = ",") -> String {
    let shown = elements.prefix(max).joined(separator: separator)
    return elements.count > max ? "\(shown) + \(elements.count - max) more..." : shown
  }

  /// `a=b,c=d`, by the terms' text (labels.FormatLabels); `<none>` for no labels.
  static func labels(_ labels: JSONValue?) -> String {
    let terms = (labels?.object?.members ?? []).map { "\($0.name)=\($0.value.string ?? "")" }
    return terms.isEmpty ? Absent.none : terms.sorted().joined(separator: ",")
  }

  static func texts(_ list: JSONValue?) -> [String] { (list?.array ?? []).compactMap(\.string) }
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
