import Base
import EtcdAPI
import JSON

/// The members of an object as Go's encoding/json writes a struct whose tags say `omitempty`.
struct GoObject {
  private(set) var object = JSONObject()

  mutating func add(_ name: String, _ value: JSONValue) {
    object[name] = value
  }

  mutating func add(_ name: String, nonzero value: Int64) {
    if value != 0 { object[name] = .number(JSONNumber(value)) }
  }

  mutating func add(_ name: String, nonzero value: UInt64) {
    if value != 0 { object[name] = .number(JSONNumber(value)) }
  }

  mutating func add(_ name: String, nonempty value: Bytes) {
    if !value.isEmpty { object[name] = .string(Base64.encode(value)) }
  }

  mutating func add(_ name: String, nonempty value: String) {
    if !value.isEmpty { object[name] = .string(value) }
  }

  mutating func add(_ name: String, nonempty values: [JSONValue]) {
    if !values.isEmpty { object[name] = .array(values) }
  }

  mutating func add(_ name: String, ifTrue flag: Bool) {
    if flag { object[name] = true }
  }

  mutating func add(header: ResponseHeader?) {
    if let header { object["header"] = header.goJSON }
  }

  /// Go embeds the header in lease responses: its members stand beside the others.
  mutating func embed(_ header: ResponseHeader?) {
    let header = header ?? ResponseHeader()
    add("cluster_id", nonzero: header.clusterID)
    add("member_id", nonzero: header.memberID)
    add("revision", nonzero: header.revision)
    add("raft_term", nonzero: header.raftTerm)
  }

  var value: JSONValue { .object(object) }
}

/// `{}` with what `build` adds.
private func goObject(_ build: (inout GoObject) -> Void) -> JSONValue {
  var object = GoObject()
  build(&object)
  return object.value
}

extension ResponseHeader {
  var goJSON: JSONValue { goObject { $0.embed(self) } }
}

extension KeyValue {
  var goJSON: JSONValue {
    goObject {
      $0.add("key", nonempty: key)
      $0.add("create_revision", nonzero: createRevision)
      $0.add("mod_revision", nonzero: modRevision)
      $0.add("version", nonzero: version)
      $0.add("value", nonempty: value)
      $0.add("lease", nonzero: lease)
    }
  }
}

extension RangeResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("kvs", nonempty: kvs.map(\.goJSON))
      $0.add("more", ifTrue: more)
      $0.add("count", nonzero: count)
    }
  }
}

extension PutResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      if let prevKv { $0.add("prev_kv", prevKv.goJSON) }
    }
  }
}

extension DeleteRangeResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("deleted", nonzero: deleted)
      $0.add("prev_kvs", nonempty: prevKvs.map(\.goJSON))
    }
  }
}

extension TxnResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("succeeded", ifTrue: succeeded)
      $0.add("responses", nonempty: responses.map(\.goJSON))
    }
  }
}

extension ResponseOp {
  fileprivate var goJSON: JSONValue {
    switch response {
    case nil: ["Response": nil]
    case .range(let response): ["Response": ["ResponseRange": response.goJSON]]
    case .put(let response): ["Response": ["ResponsePut": response.goJSON]]
    case .deleteRange(let response): ["Response": ["ResponseDeleteRange": response.goJSON]]
    case .txn(let response): ["Response": ["ResponseTxn": response.goJSON]]
    }
  }
}

extension WatchBatch {
  var goJSON: JSONValue {
    watchJSON(header: header, events: events, compactRevision: 0, isCanceled: false)
  }
}

/// What etcdctl prints of a watch response; unlike other messages its Go struct has no tags.
func watchJSON(
  header: ResponseHeader, events: [Event], compactRevision: Int64, isCanceled: Bool
) -> JSONValue {
  [
    "Header": header.goJSON,
    "Events": .array(events.map(\.goJSON)),
    "CompactRevision": .number(JSONNumber(compactRevision)),
    "Canceled": .bool(isCanceled),
    "Created": false,
  ]
}

extension Event {
  fileprivate var goJSON: JSONValue {
    goObject {
      $0.add("type", nonzero: Int64(type.rawValue))
      if let kv { $0.add("kv", kv.goJSON) }
      if let prevKv { $0.add("prev_kv", prevKv.goJSON) }
    }
  }
}

extension LeaseGrantResponse {
  var goJSON: JSONValue {
    goObject {
      $0.embed(header)
      $0.add("ID", .number(JSONNumber(id)))
      $0.add("TTL", .number(JSONNumber(ttl)))
      $0.add("Error", .string(error))
    }
  }
}

extension LeaseRevokeResponse {
  var goJSON: JSONValue { goObject { $0.add(header: header) } }
}

extension LeaseTimeToLiveResponse {
  var goJSON: JSONValue {
    goObject {
      $0.embed(header)
      $0.add("id", .number(JSONNumber(id)))
      $0.add("ttl", .number(JSONNumber(ttl)))
      $0.add("granted-ttl", .number(JSONNumber(grantedTTL)))
      $0.add("keys", keys.isEmpty ? nil : .array(keys.map { .string(Base64.encode($0)) }))
    }
  }
}

extension LeaseLeasesResponse {
  var goJSON: JSONValue {
    goObject {
      $0.embed(header)
      $0.add("leases", .array(leases.map { ["id": .number(JSONNumber($0.id))] }))
    }
  }
}

extension LeaseKeepAliveResponse {
  var goJSON: JSONValue {
    goObject {
      $0.embed(header)
      $0.add("ID", .number(JSONNumber(id)))
      $0.add("TTL", .number(JSONNumber(ttl)))
    }
  }
}

extension MemberListResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("members", nonempty: members.map(\.goJSON))
    }
  }
}

extension Member {
  fileprivate var goJSON: JSONValue {
    goObject {
      $0.add("ID", nonzero: id)
      $0.add("name", nonempty: name)
      $0.add("peerURLs", nonempty: peerURLs.map(JSONValue.string))
      $0.add("clientURLs", nonempty: clientURLs.map(JSONValue.string))
      $0.add("isLearner", ifTrue: isLearner)
    }
  }
}

extension AlarmResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("alarms", nonempty: alarms.map(\.goJSON))
    }
  }
}

extension AlarmMember {
  fileprivate var goJSON: JSONValue {
    goObject {
      $0.add("memberID", nonzero: memberID)
      $0.add("alarm", nonzero: Int64(alarm.rawValue))
    }
  }
}

extension StatusResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("version", nonempty: version)
      $0.add("dbSize", nonzero: dbSize)
      $0.add("leader", nonzero: leader)
      $0.add("raftIndex", nonzero: raftIndex)
      $0.add("raftTerm", nonzero: raftTerm)
      $0.add("raftAppliedIndex", nonzero: raftAppliedIndex)
      $0.add("errors", nonempty: errors.map(JSONValue.string))
      $0.add("dbSizeInUse", nonzero: dbSizeInUse)
      $0.add("isLearner", ifTrue: isLearner)
      $0.add("storageVersion", nonempty: storageVersion)
      $0.add("dbSizeQuota", nonzero: dbSizeQuota)
    }
  }
}

extension HashKVResponse {
  var goJSON: JSONValue {
    goObject {
      $0.add(header: header)
      $0.add("hash", nonzero: UInt64(hash))
      $0.add("compact_revision", nonzero: compactRevision)
      $0.add("hash_revision", nonzero: hashRevision)
    }
  }
}
