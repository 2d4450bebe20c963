import Base
import EtcdAPI
import JSON
import Linux
import Objects
import Registry
import StoreClient

extension Command {
  static let get = Command(
    "get", summary: "Show objects; works without an API server."
  ) { arguments in
    var flags = ObjectCommand.flags("get", operands: "(KIND[,KIND...] [NAME...] | KIND/NAME...)")
    flags.declare("all-namespaces", letter: "A", .boolean, help: "of every namespace")
    flags.declare("output", letter: "o", .text, help: "wide, json, yaml or name")
    flags.declare(
      "selector", letter: "l", .text, help: "objects whose labels match, as in a=b,c!=d")
    flags.declare("no-headers", .boolean, help: "rows alone")
    flags.declare("watch", letter: "w", .boolean, help: "go on with every change")
    flags.declare("ignore-not-found", .boolean, help: "an object that does not exist is no error")
    return ObjectCommand.run(flags, arguments) { values, access in
      var listing = try ObjectListing(access: access, values: values)
      return try await listing.run()
    }
  }
}

/// Prints objects as `kubectl get` does.
struct ObjectListing {
  private enum Form: String {
    case table = ""
    case wide
    case json
    case yaml
    case name
  }

  private let access: ObjectAccess
  private let values: FlagValues
  private let form: Form
  private let named: ResourceArgument
  private let selector: LabelSelector?
  private var table = TableText()

  init(access: ObjectAccess, values: FlagValues) throws {
    self.access = access
    self.values = values
    guard let form = Form(rawValue: values.text("output")) else {
      throw ObjectFailure(
        "error: unable to match a printer suitable for the output format "
          + "\"\(values.text("output"))\", allowed formats are: json,name,wide,yaml")
    }
    self.form = form
    named = try argument(values.operands)
    selector = try keelson.selector(values.text("selector"))
    if !named.objects.isEmpty, values.boolean("all-namespaces") {
      throw ObjectFailure(
        "error: a resource cannot be retrieved by name across all namespaces")
    }
    if values.boolean("watch"), named.kinds.count > 1 {
      throw ObjectFailure("error: you may only specify a single resource type with --watch")
    }
  }

  /// 1 where a named object does not exist.
  mutating func run() async throws -> Int32 {
    var code: Int32 = 0
    var groups: [(kind: Kind, objects: [StoredObject])] = []
    var revision: Int64 = 0
    if named.objects.isEmpty {
      for kind in named.kinds {
        let (objects, listed) = try await access.list(kind, in: namespace(kind))
        groups.append((kind, objects.filter { selector?.matches($0.meta.labels) ?? true }))
        revision = listed
      }
    } else {
      (groups, revision, code) = try await readNamed()
    }
    show(groups)
    if values.boolean("watch"), code == 0, let kind = named.kinds.first {
      try await follow(kind, after: revision)
    }
    return code
  }

  private func namespace(_ kind: Kind) -> String? {
    kind.isNamespaced && !values.boolean("all-namespaces") ? values.text("namespace") : nil
  }

  private func readNamed() async throws -> ([(kind: Kind, objects: [StoredObject])], Int64, Int32) {
    var groups: [(kind: Kind, objects: [StoredObject])] = []
    var revision: Int64 = 0
    var code: Int32 = 0
    for wanted in named.objects {
      let key = ObjectKey(
        wanted.kind, namespace: namespace(wanted.kind) ?? "", name: wanted.name)
      let read = try await access.client.range(RangeRequest(key: StoreKey.object(key).bytes))
      revision = read.header?.revision ?? 0
      guard let kv = read.kvs.first else {
        if !values.boolean("ignore-not-found") {
          complain("Error from server (NotFound): \(Rejection.notFound(key.kind, name: key.name))")
          code = 1
        }
        continue
      }
      let object = try ObjectAccess.object(kv)
      if groups.last?.kind == wanted.kind {
        groups[groups.count - 1].objects.append(object)
      } else {
        groups.append((wanted.kind, [object]))
      }
    }
    return (groups, revision, code)
  }

  // MARK: - Printing

  private mutating func show(_ groups: [(kind: Kind, objects: [StoredObject])]) {
    let all = groups.flatMap(\.objects)
    switch form {
    case .json, .yaml: return showDocument(all)
    case .name, .table, .wide: break
    }
    guard !all.isEmpty else {
      guard named.objects.isEmpty, !values.boolean("ignore-not-found") else { return }
      let spaces = named.kinds.compactMap(namespace)
      complain("No resources found" + (spaces.first.map { " in \($0) namespace." } ?? ""))
      return
    }
    let shown = groups.filter { !$0.objects.isEmpty }
    for (place, group) in shown.enumerated() {
      if form == .name {
        for object in group.objects { say(name(of: object, group.kind)) }
        continue
      }
      if place > 0 { say("") }
      table = TableText()
      var rows = values.boolean("no-headers") ? [] : [header(group.kind)]
      let isMixed = groups.count > 1
      rows += group.objects.map { row($0, group.kind, isMixed: isMixed) }
      say(table.lines(rows), terminator: "")
    }
  }

  private func showDocument(_ objects: [StoredObject]) {
    let documents = objects.map(document)
    let isOne = named.objects.count == 1
    if isOne, documents.isEmpty { return }
    let value: JSONValue =
      isOne && documents.count == 1
      ? documents[0]
      : [
        "apiVersion": "v1", "items": .array(documents), "kind": "List",
        "metadata": ["resourceVersion": ""],
      ]
    showDocument(value)
  }

  private func showDocument(_ value: JSONValue) {
    if form == .yaml { return say(value.yaml, terminator: "") }
    // kubectl indents by four.
    let lines = value.text(.indented).split(separator: "\n", omittingEmptySubsequences: false)
    say(
      lines.map { String(repeating: " ", count: $0.prefix { $0 == " " }.count) + $0 }
        .joined(separator: "\n"))
  }

  /// As the API shows it: by name, with its revision.
  private func document(_ object: StoredObject) -> JSONValue {
    var json = object.json
    var meta = json["metadata"]?.object ?? JSONObject()
    meta["resourceVersion"] = .string(String(object.modRevision))
    json["metadata"] = .object(meta)
    if let kind = object.objectKey?.kind {
      json["apiVersion"] = json["apiVersion"] ?? .string(kind.apiVersion)
      json["kind"] = json["kind"] ?? .string(kind.name)
    }
    return JSONValue.object(json).sorted
  }

  private func name(of object: StoredObject, _ kind: Kind) -> String {
    "\(kind.printedName)/\(object.meta.name)"
  }

  private func header(_ kind: Kind) -> [String] {
    var header = columns(ObjectTable(kind)).map { $0.column.name.uppercased() }
    if showsNamespace(kind) { header.insert("NAMESPACE", at: 0) }
    return header
  }

  private func columns(
    _ table: ObjectTable
  ) -> [(place: Int, column: ObjectTable.Column)] {
    table.columns.enumerated().map { ($0.offset, $0.element) }
      .filter { form == .wide || !$0.column.isWide }
  }

  private func showsNamespace(_ kind: Kind) -> Bool {
    kind.isNamespaced && values.boolean("all-namespaces")
  }

  /// `isMixed`: kinds stand below each other, and each name says its own.
  private func row(_ object: StoredObject, _ kind: Kind, isMixed: Bool) -> [String] {
    let table = ObjectTable(kind)
    let cells = table.cells(of: object, now: Machine.wallTime())
    var row = columns(table).map { place, column in
      let cell = cells[place].isEmpty ? "" : cells[place]
      return column.name == "Name" && isMixed ? "\(kind.printedName)/\(cell)" : cell
    }
    if showsNamespace(kind) { row.insert(object.meta.namespace, at: 0) }
    return row
  }

  // MARK: - Watching

  /// Prints every change until the process is ended.
  private mutating func follow(_ kind: Kind, after revision: Int64) async throws {
    let names = Set(named.objects.map(\.name))
    for try await batch in access.watch(kind, in: namespace(kind), after: revision) {
      for event in batch.events {
        guard let kv = event.type == .put ? event.kv : event.prevKv else { continue }
        let object = try ObjectAccess.object(kv)
        guard names.isEmpty || names.contains(object.meta.name),
          selector?.matches(object.meta.labels) ?? true
        else { continue }
        switch form {
        case .json, .yaml: showDocument(document(object))
        case .name: say(name(of: object, kind))
        case .table, .wide:
          say(table.lines([row(object, kind, isMixed: false)]), terminator: "")
        }
      }
    }
  }
}
