import Base
import Component
import EtcdAPI
import Linux
import Objects
import Registry
import StoreClient

/// The API's objects in the store, for the administrator's commands: no API server is asked, and
/// the same registry decides what may be written.
struct ObjectAccess {
  let client: StoreClient
  let registry = ObjectRegistry(writer: "keelson")

  /// Keys that one Txn reads: etcd allows 128 operations.
  private static let keysMax = 128
  /// Objects of one answer of a list.
  private static let pageObjects: Int64 = 500

  /// For names, uids and times of what is written now.
  static func context() -> PlanContext {
    PlanContext(now: Machine.wallTime(), random: PRNG(seed: Machine.randomWord()))
  }

  /// These objects, and all below the prefixes, as the store has them; absent ones are not in the
  /// view. A prefix ends with a slash.
  func view(of keys: [ObjectKey], below prefixes: [Bytes] = []) async throws -> ClusterView {
    var view = ClusterView()
    let ranges =
      prefixes.map { RangeRequest(key: $0, rangeEnd: Self.end(ofPrefix: $0)) }
      + keys.map { RangeRequest(key: StoreKey.object($0).bytes) }
    for start in stride(from: 0, to: ranges.count, by: Self.keysMax) {
      let part = ranges[start..<min(start + Self.keysMax, ranges.count)]
      let reads = part.map { RequestOp(request: .range($0)) }
      for response in try await client.txn(TxnRequest(success: reads)).responses {
        guard case .range(let range)? = response.response else { continue }
        for kv in range.kvs { _ = view.put(try Self.object(kv)) }
      }
    }
    return view
  }

  /// As the registry decides in this cluster: pods run as accounts that are there, where somebody
  /// makes accounts.
  func clusterRegistry() async throws -> ObjectRegistry {
    let accounts = Collection.objects(.serviceAccount).prefix
    let first = RangeRequest(
      key: accounts, rangeEnd: Self.end(ofPrefix: accounts), limit: 1, keysOnly: true)
    var registry = registry
    registry.hasServiceAccounts = try await !client.range(first).kvs.isEmpty
    return registry
  }

  /// Behind a slash comes a zero in the order of bytes.
  private static func end(ofPrefix prefix: Bytes) -> Bytes {
    Bytes(prefix.array.dropLast() + [UInt8(ascii: "/") + 1])
  }

  func object(_ key: ObjectKey) async throws -> StoredObject? {
    try await view(of: [key])[key]
  }

  /// All objects of a kind, of one namespace where one is named, at one revision.
  func list(
    _ kind: Kind, in namespace: String?
  ) async throws -> (objects: [StoredObject], revision: Int64) {
    let prefix =
      namespace.map { Bytes("/registry/\(kind.plural)/\($0)/") } ?? Collection.objects(kind).prefix
    let end = Self.end(ofPrefix: prefix)
    var objects: [StoredObject] = []
    var request = RangeRequest(key: prefix, rangeEnd: end, limit: Self.pageObjects)
    while true {
      let page = try await client.range(request)
      if request.revision == 0 { request.revision = page.header?.revision ?? 0 }
      objects += try page.kvs.map(Self.object)
      guard page.more, let last = page.kvs.last else { return (objects, request.revision) }
      request.key = Bytes(last.key.array + [0])
    }
  }

  /// The changes of what `list` gave, from behind its revision on.
  func watch(_ kind: Kind, in namespace: String?, after revision: Int64) -> StoreWatch {
    let prefix =
      namespace.map { Bytes("/registry/\(kind.plural)/\($0)/") } ?? Collection.objects(kind).prefix
    return client.watch(
      WatchCreateRequest(
        key: prefix, rangeEnd: Self.end(ofPrefix: prefix), startRevision: revision + 1,
        prevKv: true))
  }

  /// Whether the store has taken it: false where something that it compares is no longer so. Events
  /// that a Txn records stay without a lease: an administrator's commands record none.
  func commit(_ transaction: ObjectTransaction) async throws -> Bool {
    try await client.txn(transaction.request(eventLease: 0)).succeeded
  }

  static func object(_ kv: KeyValue) throws -> StoredObject {
    do throws(UndecodableObject) {
      return try StoredObject(decoding: kv)
    } catch {
      throw ObjectFailure("\(kv.key.text) holds no object: \(error)")
    }
  }
}

/// What a command about objects says before it ends with 1.
struct ObjectFailure: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
