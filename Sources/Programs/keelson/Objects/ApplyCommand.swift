import Base
import Objects
import Registry
import StoreClient

extension Command {
  static let apply = Command(
    "apply", summary: "Make objects as manifests want them; works without an API server."
  ) { arguments in
    var flags = ObjectCommand.flags("apply", operands: "-f FILE")
    ObjectCommand.declareFiles(&flags)
    return ObjectCommand.run(flags, arguments) { values, access in
      guard !values.repeated("filename").isEmpty, values.operands.isEmpty else {
        throw ObjectFailure(
          "error: must specify --filename, and nothing behind it\n"
            + "See 'keelson apply --help' for usage.")
      }
      let manifests = try ManifestFiles.read(values)
      try await ObjectApplication(access: access).run(manifests) { manifest, outcome in
        say("\(manifest.kind.printedName)/\(manifest.name) \(outcome.rawValue)")
      }
      return 0
    }
  }
}

/// Applies manifests: all are checked before the first is written.
struct ObjectApplication {
  let access: ObjectAccess

  /// How often a write is tried when others write the same object, as kubectl does.
  private static let attemptsMax = 5
  /// How often it is looked whether a new namespace has its account by now.
  private static let accountWaitsMax = 10

  func run(
    _ manifests: [Manifest], _ done: (Manifest, ManifestApply.Outcome) -> Void
  ) async throws {
    let apply = ManifestApply(registry: try await access.clusterRegistry())
    var view = try await view(of: manifests, apply)
    let missing = ManifestApply.missingNamespaces(for: manifests, in: view)
    var context = ObjectAccess.context()
    for (place, name) in missing.enumerated() {
      let transaction = try access.registry.transaction(
        for: ManifestApply.namespaceStep(name), in: view, context: &context)
      try view.apply(transaction, at: Int64.max / 4 + Int64(place))
    }
    try ManifestFiles.refuse(apply.problems(of: manifests, in: view, context: context))
    for name in missing { try await create(namespace: name) }
    for manifest in manifests { done(manifest, try await write(manifest, apply)) }
  }

  /// What these manifests are about, and what admission reads of it.
  private func view(
    of manifests: [Manifest], _ apply: ManifestApply
  ) async throws -> ClusterView {
    try await access.view(
      of: ManifestApply.keys(of: manifests), below: apply.admissionPrefixes(of: manifests))
  }

  /// Makes a system namespace unless it is there.
  func create(namespace name: String) async throws {
    let key = ObjectKey(.namespace, name: name)
    for _ in 0..<Self.attemptsMax {
      let view = try await access.view(of: [key])
      guard view[key] == nil else { return }
      var context = ObjectAccess.context()
      let transaction = try access.registry.transaction(
        for: ManifestApply.namespaceStep(name), in: view, context: &context)
      if try await access.commit(transaction) { return }
    }
  }

  private func write(
    _ manifest: Manifest, _ apply: ManifestApply
  ) async throws -> ManifestApply.Outcome {
    var attempts = 0
    var waits = 0
    while true {
      let view = try await view(of: [manifest], apply)
      if apply.missingAccount(of: manifest, in: view) != nil, waits < Self.accountWaitsMax {
        waits += 1
        try await Task.sleep(for: ObjectRegistry.accountWait / Self.accountWaitsMax)
        continue
      }
      var context = ObjectAccess.context()
      let (transaction, outcome) = try lowered(manifest, apply, view, &context)
      if transaction.writes.isEmpty { return outcome }
      do {
        if try await access.commit(transaction) { return outcome }
      } catch StoreError.outcomeUnknown, StoreError.timedOut {
        // Read again: it was written, or it is written now.
      }
      attempts += 1
      guard attempts < Self.attemptsMax else {
        throw ObjectFailure(
          "Error from server (Conflict): \(manifest.kind.qualifiedPlural) "
            + "\"\(manifest.name)\" is changed by others again and again")
      }
    }
  }

  private func lowered(
    _ manifest: Manifest, _ apply: ManifestApply, _ view: ClusterView,
    _ context: inout PlanContext
  ) throws -> (ObjectTransaction, ManifestApply.Outcome) {
    do throws(Rejection) {
      return try apply.transaction(for: manifest, in: view, context: &context)
    } catch {
      // What others wrote since the check makes it impossible.
      try ManifestFiles.refuse(error.problems(of: manifest))
      throw error
    }
  }
}
