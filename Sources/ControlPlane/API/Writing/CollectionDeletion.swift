import Base
import HTTP
import JSON
import Objects
import Registry

/// Where a deletion of many objects stands: each goes in a Txn of its own, so that no revision
/// changes two objects of a collection.
struct CollectionDeletion: Sendable {
  /// As they were when the request came, in the order of their keys.
  let objects: [StoredObject]
  /// Everything before it has been dealt with.
  var next = 0
  /// Of the view that they were read from.
  let revision: Int64
}

/// DELETE of a collection.
extension WriteRequest {
  mutating func deleteCollection(_ exchange: inout Exchange) throws(APIStatus) -> Verdict {
    let request = try DeleteRequest(exchange)
    var deletion: CollectionDeletion
    if let begun = exchange.deletion {
      deletion = begun
    } else {
      guard exchange.isFresh else { return .refresh }
      deletion = CollectionDeletion(
        objects: try selected(exchange.info.target), revision: serving.revision)
    }
    while deletion.next < deletion.objects.count {
      let transaction = try transaction(
        deleting: deletion.objects[deletion.next], request, among: deletion)
      guard let transaction, !transaction.writes.isEmpty, !request.isDryRun else {
        deletion.next += 1
        continue
      }
      exchange.deletion = deletion
      return .commit(Commit(transaction, then: .askAgain))
    }
    return .respond(list(deletion))
  }

  /// Nil for an object that is gone already, or has been made anew. Preconditions are of each one.
  private mutating func transaction(
    deleting listed: StoredObject, _ request: DeleteRequest, among deletion: CollectionDeletion
  ) throws(APIStatus) -> ObjectTransaction? {
    guard let current = serving.view[listed.key], current.meta.uid == listed.meta.uid else {
      return nil
    }
    // What this request has marked already has another version than it was to have.
    if !current.meta.isBeingDeleted || listed.meta.isBeingDeleted {
      try check(request, current)
    }
    return try transaction([.delete(current, request.options)], manager: nil)
  }

  private func selected(_ target: RequestTarget) throws(APIStatus) -> [StoredObject] {
    let options = try ListOptions(target, of: self.target.served, isWatch: false)
    let namespace = self.target.namespace
    let scope = ObjectScope(
      self.target.served, namespace: namespace.isEmpty ? nil : namespace, options.selector)
    return scope.candidates(in: serving.view).filter { scope.selector.matches($0) }
  }

  /// What was there, as a list.
  private func list(_ deletion: CollectionDeletion) -> APIResponse {
    let items = deletion.objects.map { object in
      var json = KindVersion.shown(object.json, as: target.served)
      json.edit("metadata") { $0["resourceVersion"] = .string(String(object.modRevision)) }
      return JSONValue.object(json)
    }
    let list = JSONObject([
      .init(name: "kind", value: .string("\(target.served.name)List")),
      .init(name: "apiVersion", value: .string(target.served.apiVersion)),
      .init(name: "metadata", value: ["resourceVersion": .string(String(deletion.revision))]),
      .init(name: "items", value: .array(items)),
    ])
    return representation.response(.ok, document: list)
  }
}
