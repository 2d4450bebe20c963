import Base
import JSON
import Objects

extension ObjectRegistry {
  /// Bytes of an event's message, as Kubernetes' recorder cuts it.
  private static let messageBytesMax = 1024

  /// Adds the Event that tells of the step. In a namespace that is absent or on its way out nothing
  /// is told, because nothing new may come into it; the change itself must not wait for that.
  func record(
    _ note: EventNote, in view: ClusterView, context: inout PlanContext,
    into transaction: inout ObjectTransaction
  ) {
    let regarding = Self.objectKey(of: note.regarding)
    let namespaceName = regarding.namespace.isEmpty ? "default" : regarding.namespace
    guard let namespace = view[ObjectKey(.namespace, name: namespaceName)],
      !Self.isTerminating(namespace)
    else { return }
    let name = ObjectNames.event(of: regarding.name, &context.random)
    let key = StoreKey.object(ObjectKey(.event, namespace: namespaceName, name: name))
    let now = JSONValue.string(context.now.rfc3339)
    var involved: JSONObject = JSONObject([
      .init(name: "kind", value: .string(regarding.kind.name)),
      .init(name: "name", value: .string(regarding.name)),
      .init(name: "uid", value: .string(note.regarding.meta.uid)),
      .init(name: "apiVersion", value: .string(regarding.kind.apiVersion)),
      .init(name: "resourceVersion", value: .string(String(note.regarding.modRevision))),
    ])
    if !regarding.namespace.isEmpty { involved["namespace"] = .string(regarding.namespace) }
    let event: JSONValue = [
      "apiVersion": .string(Kind.event.apiVersion), "kind": .string(Kind.event.name),
      "metadata": [
        "name": .string(name), "namespace": .string(namespaceName),
        "uid": .string(ObjectNames.uid(&context.random)), "creationTimestamp": now,
      ],
      "involvedObject": .object(involved), "reason": .string(note.reason),
      "message": .string(Self.cut(note.message)), "source": ["component": .string(writer)],
      "firstTimestamp": now, "lastTimestamp": now, "count": 1,
      "type": .string(note.type.rawValue), "eventTime": nil,
      "reportingComponent": .string(writer), "reportingInstance": "",
    ]
    transaction.expect(namespace.key, modRevision: namespace.modRevision)
    transaction.expect(key, modRevision: 0)
    transaction.writes.append(.putEvent(key: key, value: event.object?.bytes ?? Bytes()))
  }

  /// Whole characters only.
  private static func cut(_ message: String) -> String {
    guard message.utf8.count > messageBytesMax else { return message }
    var text = ""
    var bytes = 0
    for scalar in message.unicodeScalars {
      bytes += UTF8.width(scalar)
      guard bytes <= messageBytesMax - 3 else { break }
      text.unicodeScalars.append(scalar)
    }
    return text + "..."
  }
}
