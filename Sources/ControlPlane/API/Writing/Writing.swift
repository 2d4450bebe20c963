import Base
import HTTP
import JSON
import Objects
import Registry

/// POST, PUT, PATCH, DELETE.
///
/// Every verb reads the object from the view, lets the registry make a Txn of what is asked, and
/// answers with what the Txn leaves. A Txn whose compares fail is asked for again from a newer
/// view.
enum Writing {
  static func registry(_ settings: APISettings) -> ObjectRegistry {
    var registry = ObjectRegistry(writer: "keelson-apiserver")
    registry.hasServiceAccounts = settings.hasServiceAccounts
    return registry
  }

  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving, _ context: inout PlanContext
  ) throws(APIStatus) -> Verdict {
    if let asked = exchange.info.resource, asked.resource?.kind.name == "Binding" {
      return try bind(asked, &exchange, serving, &context)
    }
    let target = try WriteTarget(exchange.info)
    let representation = try Representation(
      exchange, of: exchange.info.verb == .deletecollection ? .list : .object)
    exchange.warnings = WriteWarnings.deprecation(target.kind)
    var write = WriteRequest(
      target: target, representation: representation, serving: serving, context: context)
    defer { context = write.context }
    if let subresource = exchange.info.resource?.subresource, !subresource.isEmpty {
      return try write.subresource(subresource, &exchange)
    }
    let verdict: Verdict
    switch exchange.info.verb {
    case .create: verdict = try write.create(&exchange)
    case .update: verdict = try write.update(&exchange)
    case .patch: verdict = try write.patch(&exchange)
    case .delete: verdict = try write.delete(&exchange)
    case .deletecollection: verdict = try write.deleteCollection(&exchange)
    case .get, .list, .watch, .post, .put, .head, .options: throw .noSuchPath
    }
    exchange.warnings += write.warnings
    return verdict
  }

  /// POST to `bindings`: the body names the pod.
  private static func bind(
    _ asked: RequestInfo.ResourceRequest, _ exchange: inout Exchange, _ serving: Serving,
    _ context: inout PlanContext
  ) throws(APIStatus) -> Verdict {
    guard exchange.info.verb == .create, asked.name.isEmpty, !asked.namespace.isEmpty else {
      throw .methodNotAllowed
    }
    let reader = RequestBody(kind: .bindingBody, validation: .ignore)
    let binding = try reader.decode(exchange.request).object
    let target = WriteTarget(podOf: binding, namespace: asked.namespace)
    var write = WriteRequest(
      target: target, representation: try Representation(exchange, of: .object),
      serving: serving, context: context)
    defer { context = write.context }
    return try write.bind(&exchange)
  }
}

/// One write, decided from one view.
struct WriteRequest {
  let target: WriteTarget
  let representation: Representation
  let serving: Serving
  var context: PlanContext
  /// Of what the registry has taken: what is refused is not warned of.
  private(set) var warnings: [String] = []

  init(
    target: WriteTarget, representation: Representation, serving: Serving, context: PlanContext
  ) {
    self.target = target
    self.representation = representation
    self.serving = serving
    self.context = context
  }

  /// What the path names, as the view has it.
  var current: StoredObject? { serving.view[target.key] }

  /// As `current`; 404 where there is none.
  func existing() throws(APIStatus) -> StoredObject {
    guard let current else { throw APIStatus(.notFound(target.kind, name: target.name)) }
    return current
  }

  /// The registry's Txn for these intents, in the name of a field manager.
  mutating func transaction(
    _ intents: [Intent], manager: FieldManager?
  ) throws(APIStatus) -> ObjectTransaction {
    context.manager = manager
    do throws(Rejection) {
      let transaction = try Writing.registry(serving.settings).transaction(
        for: Step(intents), in: serving.view, context: &context)
      for intent in intents { warnings += WriteWarnings.content(of: intent) }
      return transaction
    } catch {
      throw APIStatus(error)
    }
  }

  /// Commits what a Txn writes, and answers with the object that the path is about.
  ///
  /// What changes nothing, and what is only tried, is answered from a view that is fresh.
  func verdict(
    _ exchange: Exchange, _ transaction: ObjectTransaction, isDryRun: Bool,
    _ aspect: ObjectAspect = .whole, _ status: StatusCode = .ok
  ) throws(APIStatus) -> Verdict {
    let answer = ObjectAnswer(
      representation: representation, target: target, aspect: aspect, status: status,
      now: serving.now)
    guard !transaction.writes.isEmpty else {
      guard exchange.isFresh, let current else { return .refresh }
      return .respond(answer.response(current))
    }
    guard let written = transaction.written.first(where: { $0.key.kind == target.kind }) else {
      preconditionFailure("a write of an object writes it")
    }
    // What is only tried is refused like what is written; a deletion grants nothing.
    if exchange.info.verb != .delete, let user = exchange.user {
      try Escalation.check(transaction, by: user, serving)
    }
    if isDryRun {
      guard exchange.isFresh else { return .refresh }
      let revision = serving.view[written.key]?.modRevision ?? 0
      return .respond(answer.response(written, revision: revision))
    }
    return .commit(
      Commit(
        transaction, then: .respond { revision in answer.response(written, revision: revision) }))
  }

  /// Whose the written fields become.
  func manager(_ options: WriteOptions, _ aspect: ObjectAspect = .whole) -> FieldManager {
    FieldManager(
      name: options.fieldManager, operation: .update, apiVersion: target.served.apiVersion,
      subresource: aspect.rawValue)
  }
}
