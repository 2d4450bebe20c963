import Base
import EtcdAPI
import KVStore
import Testing

/// The roles of the design: one role `node` covers every node.
private let document: Bytes = """
  {"roles": [
    {"name": "node", "permissions": [
      {"key": "/nodes/{cn}/", "prefix": true, "access": "read"},
      {"key": "/nodes/{cn}/actual/", "prefix": true, "access": "readwrite"},
      {"key": "/nodes/{cn}/heartbeat", "access": "readwrite"},
      {"key": "/network/", "rangeEnd": "/network0", "access": "read"},
      {"grants": "/nodes/{cn}/grants", "access": "read"}]},
    {"name": "writer", "permissions": [
      {"key": "/logs/", "prefix": true, "access": "write"},
      {"key": "/a", "rangeEnd": "/b", "access": "read"},
      {"key": "/b", "rangeEnd": "/c", "access": "read"}]}]}
  """

private let root = ClientIdentity(commonName: "admin", organizations: ["root"])

private func node(_ name: Bytes) -> ClientIdentity {
  ClientIdentity(commonName: name, organizations: ["node"])
}

/// A store with the roles in force and something of everybody's in it.
private func guarded() throws -> Store {
  let store = Store()
  store.identity = root
  for name in ["n1", "n2", "n10"] {
    try store.put(Bytes("/nodes/\(name)/actual/node"), Bytes(name))
    try store.put(Bytes("/nodes/\(name)/desired/pods/p"), Bytes(name))
  }
  try store.put("/registry/secrets/ns/db", "s3cret")
  try store.put("/registry/secrets/ns/db2", "other")
  _ = try store.apply(.certificateRoles, document)
  return store
}

@Suite struct `Certificate roles` {
  @Test(arguments: ["n2", "n10"])
  func `a node reaches no other node's keys`(other: String) throws {
    let store = try guarded()
    store.identity = node("n1")
    let key = Bytes("/nodes/\(other)/actual/node")
    let end = Bytes("/nodes/\(other)/actual0")
    #expect(throws: KVError.permissionDenied) { try store.range(key) }
    #expect(throws: KVError.permissionDenied) { try store.range("/nodes/n1/", end) }
    #expect(throws: KVError.permissionDenied) { try store.range("/nodes/n1/", "\0") }
    #expect(throws: KVError.permissionDenied) { try store.put(key, "x") }
    #expect(throws: KVError.permissionDenied) { try store.delete(key) }
    #expect(throws: KVError.permissionDenied) { try store.delete("/nodes/n1/actual/", end) }
    let operations: [RequestOp.Request] = [
      .range(RangeRequest(key: key)), .put(PutRequest(key: key)),
      .deleteRange(DeleteRangeRequest(key: key)),
      .txn(TxnRequest(failure: [RequestOp(request: .range(RangeRequest(key: key)))])),
    ]
    for operation in operations {
      let branch = [RequestOp(request: operation)]
      #expect(throws: KVError.permissionDenied) {
        try store.transaction(TxnRequest(success: branch))
      }
      #expect(throws: KVError.permissionDenied) {
        try store.transaction(TxnRequest(failure: branch))
      }
    }
    let compare = Compare(target: .value, key: key, targetUnion: .value("n2"))
    #expect(throws: KVError.permissionDenied) {
      try store.transaction(TxnRequest(compare: [compare]))
    }
    store.watch(WatchCreateRequest(key: key))
    store.watch(WatchCreateRequest(key: "/nodes/n1/", rangeEnd: end))
    for response in store.pump()[1] ?? [] {
      #expect(response.created && response.canceled && response.watchID == -1)
      #expect(response.cancelReason == "etcdserver: permission denied")
    }
    #expect(store.space.watcherCount == 0)
  }

  @Test func `a node reads and writes its own`() throws {
    let store = try guarded()
    store.identity = node("n1")
    try store.put("/nodes/n1/actual/pods/p", "up", prevKv: true)
    try store.put("/nodes/n1/heartbeat")
    #expect(try store.range("/nodes/n1/", "/nodes/n10").count == 4)
    #expect(try store.delete("/nodes/n1/actual/", "/nodes/n1/actual0").deleted == 2)
    #expect(throws: KVError.permissionDenied) { try store.put("/nodes/n1/desired/pods/p") }
    #expect(throws: KVError.permissionDenied) { try store.put("/nodes/n1/heartbeat2") }
    _ = try store.range("/network/", "/network0")
    #expect(throws: KVError.permissionDenied) { try store.put("/network/services/x") }
  }

  @Test func `the previous value needs reading and writing needs no reading`() throws {
    let store = try guarded()
    store.identity = ClientIdentity(commonName: "w", organizations: ["writer"])
    try store.put("/logs/1", "x")
    #expect(throws: KVError.permissionDenied) { try store.put("/logs/1", "y", prevKv: true) }
    #expect(throws: KVError.permissionDenied) { try store.delete("/logs/1", prevKv: true) }
    #expect(throws: KVError.permissionDenied) { try store.range("/logs/1") }
    try store.delete("/logs/", "/logs0")
    // Neighbouring permissions join.
    _ = try store.range("/a", "/c")
    #expect(throws: KVError.permissionDenied) { try store.range("/a", "/c0") }
  }

  @Test func `without a certificate nothing is allowed, without a document everything`() throws {
    let store = try guarded()
    store.identity = nil
    #expect(throws: KVError.permissionDenied) { try store.range("/network/x") }
    #expect(throws: KVError.permissionDenied) { try store.grant(5, ttl: 5) }
    store.identity = ClientIdentity(commonName: "x", organizations: ["unknown"])
    #expect(throws: KVError.permissionDenied) { try store.range("/network/x") }
    #expect(throws: KVError.permissionDenied) { try store.compact(2) }
    #expect(throws: KVError.permissionDenied) { try store.apply(.certificateRoles, "") }
    store.identity = root
    _ = try store.apply(.certificateRoles, "")
    store.identity = nil
    try store.put("/anything")
    #expect(store.space.certificateRolesRevision == 2)
  }

  @Test(arguments: ["", "n1/actual", "/", "n1/../n2", "{cn}"])
  func `a name cannot leave its place`(name: String) throws {
    let store = try guarded()
    store.identity = node(Bytes(name))
    for key in ["/nodes/n1/actual/node", "/nodes/n2/actual/node", "/nodes//actual/x"] as [Bytes] {
      #expect(throws: KVError.permissionDenied) { try store.put(key) }
      #expect(throws: KVError.permissionDenied) { try store.range(key) }
    }
  }

  @Test func `a lease is revoked and renewed only by who may write all its keys`() throws {
    let store = try guarded()
    store.identity = root
    try store.grant(5, ttl: 60)
    try store.put("/nodes/n1/heartbeat", lease: 5)
    store.identity = node("n1")
    _ = try store.renew(5)
    #expect(try store.timeToLive(5, keys: true).keys == ["/nodes/n1/heartbeat"])
    store.identity = node("n2")
    #expect(throws: KVError.permissionDenied) { try store.revoke(5) }
    #expect(throws: KVError.permissionDenied) { try store.renew(5) }
    #expect(throws: KVError.permissionDenied) { try store.timeToLive(5, keys: true) }
    #expect(try store.timeToLive(5).grantedTTL == 60)
    #expect(throws: KVError.permissionDenied) { try store.put("/nodes/n2/heartbeat", lease: 5) }
    store.identity = node("n1")
    try store.revoke(5)
  }

  @Test func `a grant opens exactly its key while it exists`() throws {
    let store = try guarded()
    let secret: Bytes = "/registry/secrets/ns/db"
    store.identity = node("n1")
    #expect(throws: KVError.permissionDenied) { try store.range(secret) }
    store.identity = root
    try store.put("/nodes/n1/grants/registry/secrets/ns/db")
    store.identity = node("n1")
    #expect(try store.range(secret).kvs.first?.value == "s3cret")
    #expect(throws: KVError.permissionDenied) {
      try store.range(secret, "/registry/secrets/ns/db0")
    }
    #expect(throws: KVError.permissionDenied) { try store.range("/registry/secrets/ns/db2") }
    #expect(throws: KVError.permissionDenied) { try store.put(secret, "mine") }
    #expect(throws: KVError.permissionDenied) {
      try store.put("/nodes/n1/grants/registry/secrets/ns/db2")
    }
    store.identity = node("n10")
    #expect(throws: KVError.permissionDenied) { try store.range(secret) }
    store.identity = root
    try store.delete("/nodes/n1/grants/registry/secrets/ns/db")
    store.identity = node("n1")
    #expect(throws: KVError.permissionDenied) { try store.range(secret) }
  }

  @Test(arguments: [false, true])
  func `a watch that rests on a grant ends with it`(isCongested: Bool) throws {
    let store = try guarded()
    store.identity = root
    try store.put("/nodes/n1/grants/registry/secrets/ns/db")
    store.identity = node("n1")
    store.watch(WatchCreateRequest(key: "/registry/secrets/ns/db"), stream: 4)
    _ = store.pump()
    store.space.setCongested(stream: 4, isCongested)
    store.identity = root
    try store.put("/registry/secrets/ns/db", "seen")
    try store.delete("/nodes/n1/grants/registry/secrets/ns/db")
    try store.put("/registry/secrets/ns/db", "not for n1")
    // Granted again before anybody looked: the gap must still not be shown.
    try store.put("/nodes/n1/grants/registry/secrets/ns/db")
    let responses = store.pump()[4] ?? []
    let values = responses.flatMap(\.events).compactMap(\.kv?.value)
    #expect(values == (isCongested ? [] : ["seen"]))
    #expect(responses.last?.canceled == true)
    #expect(responses.last?.cancelReason == "etcdserver: permission denied")
    #expect(store.space.watcherCount == 0)
  }

  @Test func `replaced roles end the watches that they no longer permit`() throws {
    let store = try guarded()
    store.identity = node("n1")
    store.watch(WatchCreateRequest(key: "/nodes/n1/", rangeEnd: "/nodes/n10"), stream: 1)
    store.watch(WatchCreateRequest(key: "/network/", rangeEnd: "/network0"), stream: 2)
    _ = store.pump()
    store.identity = root
    let reduced: Bytes = """
      {"roles": [{"name": "node", "permissions": [
        {"key": "/network/", "prefix": true, "access": "read"}]}]}
      """
    _ = try store.apply(.certificateRoles, reduced)
    let responses = store.pump()
    #expect(responses[1]?.map(\.cancelReason) == ["etcdserver: permission denied"])
    #expect(responses[2] == nil && store.space.watcherCount == 1)
  }

  @Test(arguments: [
    #"{"roles": [{"name": "a", "permissions": [{"key": "/n/{cn}", "prefix": true, "access": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "/n-{cn}/", "prefix": true, "access": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "/{cn}/{cn}", "access": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"grants": "/g/{cn}", "access": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "/{cn}/", "rangeEnd": "/{cn}0", "access": "read"}]}]}"#,
  ])
  func `a placeholder must be a whole component`(text: String) {
    #expect(throws: CertificateRolesError.unsafePlaceholder(path: "roles[0].permissions[0]")) {
      try CertificateRoles(parsing: Bytes(text))
    }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"roles": {}}"#, #"{"roles": [{}]}"#, #"{"roles": [], "more": 1}"#,
    #"{"roles": [{"name": "root", "permissions": []}]}"#,
    #"{"roles": [{"name": "a", "permissions": []}, {"name": "a", "permissions": []}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "/x", "access": "all"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "/x", "acces": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "", "access": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"key": "b", "rangeEnd": "a", "access": "read"}]}]}"#,
    #"{"roles": [{"name": "a", "permissions": [{"grants": "/g", "access": "write"}]}]}"#,
  ])
  func `other documents are refused`(text: String) {
    #expect(throws: CertificateRolesError.self) { try CertificateRoles(parsing: Bytes(text)) }
  }
}
