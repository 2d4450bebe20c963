import Base
import Benchmark
import EtcdAPI
import EventLoop
import JSON
import Linux
import Objects
import Registry
import StoreClient

/// Writes API objects as an administrator's command does: through the registry, in Txns of its own.
struct ObjectWriter: Sendable {
  private var client: StoreClient
  private var view: ClusterView
  private let registry = ObjectRegistry(writer: "controlbench")

  init(_ control: ControlPlane, loop: EventLoop) throws {
    client = try StoreClient(endpoints: control.endpoints, loop: loop)
    view = ClusterView()
  }

  /// The same, through another client.
  func with(_ client: StoreClient) -> ObjectWriter {
    var other = self
    other.client = client
    return other
  }

  /// The view that admission needs: the namespace as it stands.
  mutating func take(namespace name: String) async throws {
    guard let namespace = try await read(ObjectKey(.namespace, name: name)) else {
      throw BenchError.refused("there is no namespace \(name)")
    }
    _ = view.put(namespace)
  }

  func read(_ key: ObjectKey) async throws -> StoredObject? {
    guard let entry = try await client.get(StoreKey.object(key).bytes) else { return nil }
    guard let object = try JSONValue(parsing: entry.value).object else {
      throw BenchError.refused("\(key.name) is no object")
    }
    return StoredObject(
      key: .object(key), json: object, createRevision: entry.createRevision,
      modRevision: entry.modRevision)
  }

  /// The revision of the write.
  @discardableResult
  func write(_ intent: Intent) async throws -> Int64 {
    var context = PlanContext(
      now: Machine.wallTime(), random: PRNG(seed: Machine.randomWord()))
    let transaction = try registry.transaction(
      for: Step([intent]), in: view, context: &context)
    var request = TxnRequest()
    request.compare = transaction.compares.map { expected in
      switch expected.revision {
      case .modified(let revision):
        Compare(target: .mod, key: expected.key, targetUnion: .modRevision(revision))
      case .created(let revision):
        Compare(target: .create, key: expected.key, targetUnion: .createRevision(revision))
      }
    }
    request.success = transaction.writes.map { write in
      switch write {
      case .put(let key, let value), .putEvent(let key, let value):
        RequestOp(request: .put(PutRequest(key: key.bytes, value: value)))
      case .delete(let key):
        RequestOp(request: .deleteRange(DeleteRangeRequest(key: key.bytes)))
      }
    }
    let answer = try await client.txn(request)
    guard answer.succeeded else { throw BenchError.refused("the store refused \(intent)") }
    return answer.header?.revision ?? 0
  }
}

/// What is applied.
enum BenchObjects {
  static func namespace(_ name: String) throws -> JSONObject {
    try object(#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"\#(name)"}}"#)
  }

  static func pod(_ number: Int, in namespace: String) throws -> JSONObject {
    try object(
      """
      {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-\(number)",
       "namespace":"\(namespace)","labels":{"app":"bare"}},"spec":{"containers":[\(container)]}}
      """)
  }

  static func deployment(
    _ name: String, in namespace: String, replicas: Int
  ) throws -> JSONObject {
    try object(
      """
      {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"\(name)",
       "namespace":"\(namespace)"},"spec":{"replicas":\(replicas),
       "selector":{"matchLabels":{"app":"\(name)"}},"template":{"metadata":{
       "labels":{"app":"\(name)"}},"spec":{
       "containers":[\(container)]}}}}
      """)
  }

  private static let container = """
    {"name":"main","image":"registry.k8s.io/pause:3.10",
     "resources":{"requests":{"cpu":"10m","memory":"16Mi"}}}
    """

  private static func object(_ text: String) throws -> JSONObject {
    guard let object = try JSONValue(parsing: Bytes(text)).object else {
      throw BenchError.refused("a manifest is no object")
    }
    return object
  }
}
