import Base
import HTTP
import JSON
import Objects
import Registry

/// POST, PUT, PATCH, DELETE.
enum Writing {
  static func verdict(
    _ exchange: inout Exchange, _ serving: Serving, _ context: inout PlanContext
  ) throws(APIStatus) -> Verdict {
    guard let asked = exchange.info.resource, let resource = asked.resource, resource.isKept,
      exchange.info.verb == .create, asked.subresource.isEmpty
    else { throw .noSuchPath }
    var object = try body(exchange)
    if resource.kind.isNamespaced {
      object.edit("metadata") { $0["namespace"] = .string(asked.namespace) }
    }
    let registry = ObjectRegistry(writer: "keelson-apiserver")
    do throws(Rejection) {
      let transaction = try registry.transaction(
        for: Step([.create(resource.kind, object)]), in: serving.view, context: &context)
      return .commit(
        Commit(
          transaction,
          then: .respond { revision in
            Representation.response(
              .created, written(by: transaction, resource.kind), revision: revision)
          }))
    } catch {
      throw APIStatus(error)
    }
  }

  private static func body(_ exchange: Exchange) throws(APIStatus) -> JSONObject {
    do throws(JSONError) {
      if let object = try JSONValue(parsing: exchange.request.body).object { return object }
    } catch {
      throw .badRequest("\(error)")
    }
    throw .badRequest("the body is no object")
  }

  /// The object as the transaction leaves it.
  private static func written(by transaction: ObjectTransaction, _ kind: Kind) -> JSONObject {
    for write in transaction.writes {
      if case .put(let key, let value) = write, case .object(let object) = key,
        object.kind == kind
      {
        do {
          return try JSONValue(parsing: value).object ?? JSONObject()
        } catch {
          preconditionFailure("the registry writes JSON")
        }
      }
    }
    return JSONObject()
  }
}
