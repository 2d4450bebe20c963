import Base
import Component
import EtcdAPI
import HTTP
import JSON
import Objects
import Registry

/// GET: one object, a list, a watch.
enum Reading {
  /// How long a revision is waited for that the store does not have yet.
  static let futureWait = Duration.seconds(3)

  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    guard let asked = exchange.info.resource, let resource = asked.resource,
      let kept = resource.keptKind
    else { throw .noSuchPath }
    let kind = resource.kind
    guard asked.namespace.isEmpty || kind.isNamespaced else { throw .noSuchPath }
    switch exchange.info.verb {
    case .get:
      guard kind.isNamespaced != asked.namespace.isEmpty else { throw .noSuchPath }
      let key = ObjectKey(kept, namespace: asked.namespace, name: asked.name)
      return try get(key, as: kind, &exchange, serving)
    case .list, .watch:
      let isWatch = exchange.info.verb == .watch
      let options = try ListOptions(exchange.info.target, of: kind, isWatch: isWatch)
      let scope = ObjectScope(
        kind, namespace: asked.namespace.isEmpty ? nil : asked.namespace, options.selector)
      return isWatch
        ? try watch(scope, options, &exchange, serving)
        : try list(scope, options, &exchange, serving)
    case .create, .update, .patch, .delete, .deletecollection, .post, .put, .head, .options:
      throw .noSuchPath
    }
  }

  // MARK: - One object

  static func get(
    _ key: ObjectKey, as version: Kind, _ exchange: inout Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict {
    let aspect = try aspect(exchange.info)
    let representation: Representation
    if let known = exchange.representation {
      representation = known
    } else {
      representation = try Representation(exchange, of: .object)
      exchange.representation = representation
    }
    let state: ObjectState?
    switch try AskedRevision(exchange.info.target["resourceVersion"] ?? "", isWatch: false) {
    case .latest:
      if case .range(let response)? = exchange.answer {
        state = response.kvs.first.flatMap { self.state($0, key, serving.view) }
      } else if serving.isReady, exchange.storeRevision == nil {
        // One read of the store tells all who ask meanwhile how new the view must be.
        exchange.isGlancing = true
        return .refresh
      } else if serving.isReady, let needed = exchange.storeRevision, serving.revision >= needed {
        state = serving.view[key].flatMap(ObjectState.init)
      } else {
        // However late the view is, the store has the object.
        return .read(RangeRequest(key: StoreKey.object(key).bytes))
      }
    case .any:
      guard serving.isReady else { return .refresh }
      state = serving.view[key].flatMap(ObjectState.init)
      if state == nil { throw APIStatus(.notFound(key.kind, name: key.name)) }
    case .at(let revision):
      if let verdict = try reach(revision, exchange, serving) { return verdict }
      state = serving.view[key].flatMap(ObjectState.init)
      if state == nil { throw APIStatus(.notFound(key.kind, name: key.name)) }
    }
    guard let state else {
      // The store itself has said so: no fresher view would tell more.
      return .respond(APIStatus(.notFound(key.kind, name: key.name)).response)
    }
    return .respond(
      representation.response(
        .ok, shown(state, as: aspect), as: aspect == .scale ? Scale.kind : version,
        now: serving.now))
  }

  /// What a path shows: the object itself, or a part of it that can be read.
  private static func aspect(_ info: RequestInfo) throws(APIStatus) -> ObjectAspect {
    guard let name = info.resource?.subresource, !name.isEmpty else { return .whole }
    guard let verbs = ServedSubresources.verbs(of: name, below: info),
      let aspect = ObjectAspect(rawValue: name)
    else { throw .noSuchPath }
    guard verbs.contains("get") else { throw .methodNotAllowed }
    return aspect
  }

  private static func shown(_ state: ObjectState, as aspect: ObjectAspect) -> ObjectState {
    switch aspect {
    case .whole, .status, .finalize, .ephemeralContainers, .resize, .approval: return state
    case .scale:
      guard let object = state.object else { return state }
      let scale = Scale.of(object.json, state.key.kind)
      return ObjectState(state.key, scale.bytes, revision: state.revision)
    }
  }

  /// What the view has decoded already is not decoded again; nil for what is no object.
  static func state(
    _ value: KeyValue, _ key: ObjectKey, _ view: ClusterView
  ) -> ObjectState? {
    if let known = view[key], known.modRevision == value.modRevision { return ObjectState(known) }
    do throws(UndecodableObject) {
      return ObjectState(try StoredObject(decoding: value, keepsText: true))
    } catch {
      return nil
    }
  }

  /// Nil once the view holds the revision; a revision that the store does not have is waited for a
  /// while.
  static func reach(
    _ revision: Int64, _ exchange: Exchange, _ serving: Serving
  ) throws(APIStatus) -> Verdict? {
    if serving.isReady, serving.revision >= revision { return nil }
    guard exchange.isFresh else { return .refresh }
    let until = exchange.arrived.instant + futureWait
    guard serving.instant < until else {
      throw .tooLargeRevision(revision, current: serving.revision)
    }
    return .linger(revision: revision, until: until)
  }
}

extension APIStatus {
  fileprivate static func tooLargeRevision(_ revision: Int64, current: Int64) -> APIStatus {
    let text = "Too large resource version"
    var status = APIStatus.timeout("\(text): \(revision), current: \(current)")
    status.details?.causes = [
      Cause(reason: "ResourceVersionTooLarge", message: text, field: "")
    ]
    status.details?.retryAfterSeconds = 1
    return status
  }

  /// A chunk's revision is compacted: `token` reads the rest from what is there now.
  static func expiredContinue(_ token: ContinueToken) -> APIStatus {
    var status = APIStatus(
      410, "Expired",
      "The provided continue parameter is too old to display a consistent list result. You can "
        + "start a new list without the continue parameter, or use the continue token in this "
        + "response to retrieve the remainder of the results. Continuing with the provided token "
        + "results in an inconsistent list - objects that were created, modified, or deleted "
        + "between the time the first chunk was returned and now may show up in the list.")
    status.continueToken = token.text
    return status
  }

  static let expiredList = APIStatus(
    410, "Expired", "The resourceVersion for the provided list is too old.")
}
