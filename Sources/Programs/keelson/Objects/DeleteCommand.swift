import Base
import EtcdAPI
import Objects
import Registry
import StoreClient

extension Command {
  static let delete = Command(
    "delete", summary: "Delete objects by file, or by kind and name."
  ) { arguments in
    var flags = ObjectCommand.flags("delete", operands: "(-f FILE | KIND NAME... | KIND/NAME...)")
    ObjectCommand.declareFiles(&flags)
    flags.declare("all", .boolean, help: "all objects of the kind in the namespace")
    flags.declare(
      "selector", letter: "l", .text, help: "objects whose labels match, as in a=b,c!=d")
    flags.declare(
      "grace-period", .integer, default: "-1",
      help: "seconds from SIGTERM to SIGKILL; -1 takes the pod's own, 0 only with --force")
    flags.declare("force", .boolean, help: "do not wait for the processes' end")
    flags.declare("now", .boolean, help: "like --grace-period=1")
    flags.declare(
      "cascade", .text, default: "background",
      help: "what becomes of what the object owns: background, foreground or orphan")
    flags.declare("wait", .boolean, default: "true", help: "until the objects are gone")
    flags.declare("timeout", .duration, help: "how long to wait at most; 0 for as long as it takes")
    flags.declare("ignore-not-found", .boolean, help: "an object that is gone already is no error")
    return ObjectCommand.run(flags, arguments) { values, access in
      try await ObjectDeletion(access: access, values: values).run()
    }
  }
}

/// Deletes objects and waits until they are gone.
struct ObjectDeletion {
  private let access: ObjectAccess
  private let values: FlagValues
  private let options: DeleteOptions
  private let isForced: Bool

  private static let attemptsMax = 5

  init(access: ObjectAccess, values: FlagValues) throws {
    self.access = access
    self.values = values
    let propagation: DeleteOptions.Propagation
    switch values.text("cascade") {
    case "background", "true", "": propagation = .background
    case "foreground": propagation = .foreground
    case "orphan", "false": propagation = .orphan
    default:
      throw ObjectFailure(
        "error: invalid cascade value (\(values.text("cascade"))). Must be \"background\", "
          + "\"foreground\", or \"orphan\"")
    }
    var grace = values.integer("grace-period")
    isForced = values.boolean("force")
    if values.boolean("now") {
      guard grace == -1 else {
        throw ObjectFailure("error: --now and --grace-period cannot be specified together")
      }
      grace = 1
    }
    if isForced, grace < 0 { grace = 0 }
    guard !isForced || grace == 0 else {
      throw ObjectFailure(
        "error: --force and --grace-period greater than 0 cannot be specified together")
    }
    // Without --force nobody's data is put at risk by a 0.
    if grace == 0, !isForced { grace = 1 }
    options = DeleteOptions(graceSeconds: grace < 0 ? nil : grace, propagation: propagation)
  }

  /// 1 where an object was not found.
  func run() async throws -> Int32 {
    let keys = try await targets()
    if isForced {
      complain(
        "Warning: Immediate deletion does not wait for confirmation that the running resource has "
          + "been terminated. The resource may continue to run on the cluster indefinitely.")
    }
    var code: Int32 = 0
    var waiting: [StoredObject] = []
    for key in keys {
      guard let deleted = try await delete(key) else {
        if values.boolean("ignore-not-found") { continue }
        complain("Error from server (NotFound): \(Rejection.notFound(key.kind, name: key.name))")
        code = 1
        continue
      }
      say("\(key.kind.printedName) \"\(key.name)\" \(isForced ? "force deleted" : "deleted")")
      waiting.append(deleted)
    }
    if values.boolean("wait"), !isForced {
      let limit = values.duration("timeout")
      for object in waiting { try await awaitEnd(of: object, within: limit) }
    }
    return code
  }

  // MARK: - What is to be deleted

  private func targets() async throws -> [ObjectKey] {
    let namespace = values.text("namespace")
    if !values.repeated("filename").isEmpty {
      guard values.operands.isEmpty else {
        throw ObjectFailure(
          "error: when paths are provided as input, you may not specify resource arguments as well")
      }
      return try ManifestFiles.read(values).map(\.key)
    }
    let named = try argument(values.operands)
    let selector = try selector(values.text("selector"))
    if named.objects.isEmpty {
      guard selector != nil || values.boolean("all") else {
        throw ObjectFailure("error: resource(s) were provided, but no name was specified")
      }
      var keys: [ObjectKey] = []
      for kind in named.kinds {
        let found = try await access.list(kind, in: kind.isNamespaced ? namespace : nil).objects
        keys += found.filter { selector?.matches($0.meta.labels) ?? true }.compactMap(\.objectKey)
      }
      if keys.isEmpty { say("No resources found") }
      return keys
    }
    return named.objects.map { object in
      ObjectKey(
        object.kind, namespace: object.kind.isNamespaced ? namespace : "", name: object.name)
    }
  }

  // MARK: - Deleting

  /// What was deleted, as it was before; nil where there is no such object.
  private func delete(_ key: ObjectKey) async throws -> StoredObject? {
    for _ in 0..<Self.attemptsMax {
      let view = try await access.view(of: [key])
      guard let object = view[key] else { return nil }
      var context = ObjectAccess.context()
      let transaction = try access.registry.transaction(
        for: Step([.delete(object, options)]), in: view, context: &context)
      // It is on its way out already.
      if transaction.writes.isEmpty { return object }
      if try await access.commit(transaction) { return object }
    }
    throw ObjectFailure(
      "Error from server (Conflict): \(key.kind.qualifiedPlural) \"\(key.name)\" is changed by "
        + "others again and again")
  }

  /// Returns when the object is gone, or another has its name.
  private func awaitEnd(of object: StoredObject, within limit: Duration) async throws {
    guard let key = object.objectKey else { return }
    let watched = access
    let isGone = try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await watched.awaitEnd(of: key, uid: object.meta.uid)
        return true
      }
      if limit > .zero {
        group.addTask {
          try await Task.sleep(for: limit)
          return false
        }
      }
      let first = try await group.next() ?? true
      group.cancelAll()
      return first
    }
    guard isGone else {
      throw ObjectFailure(
        "error: timed out waiting for the condition on \(key.kind.plural)/\(key.name)")
    }
  }
}

extension ObjectAccess {
  /// Returns when the object with this uid is gone.
  fileprivate func awaitEnd(of key: ObjectKey, uid: String) async throws {
    let bytes = StoreKey.object(key).bytes
    let read = try await client.range(.init(key: bytes))
    guard let kv = read.kvs.first, try Self.object(kv).meta.uid == uid else { return }
    let watch = client.watch(.init(key: bytes, startRevision: (read.header?.revision ?? 0) + 1))
    for try await batch in watch {
      for event in batch.events {
        guard event.type == .put, let kv = event.kv, try Self.object(kv).meta.uid == uid else {
          return
        }
      }
    }
  }
}

/// Objects that operands name.
func argument(_ operands: [String]) throws -> ResourceArgument {
  do throws(ResourceArgument.Failure) {
    return try ResourceArgument(operands)
  } catch {
    throw ObjectFailure("error: \(error)")
  }
}

/// Nil for an empty text: then nothing is selected by labels.
func selector(_ text: String) throws -> LabelSelector? {
  guard !text.isEmpty else { return nil }
  do throws(LabelSelectorError) {
    return try LabelSelector(parsing: text)
  } catch {
    throw ObjectFailure("error: --selector: \(error)")
  }
}
