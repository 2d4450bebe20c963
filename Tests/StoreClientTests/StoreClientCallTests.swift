import Base
import EtcdAPI
import Protobuf
import Testing

@testable import StoreClient

private let refused = CallFailure.notSent(ConnectionFailure(endpoint: "a:1", reason: "refused"))
private let reset = CallFailure.lost(ConnectionFailure(endpoint: "a:1", reason: "reset"))

/// etcd clientv3's rule: reads are repeated on Unavailable, writes only when unseen.
@Suite struct `Repeating calls` {
  @Test func `what no member has seen is always sent again`() {
    #expect(RetryRule.repeatable.verdict(on: refused) == .again)
    #expect(RetryRule.onlyUnseen.verdict(on: refused) == .again)
  }

  @Test func `a write that a member may have seen is never sent again`() {
    let failure = ConnectionFailure(endpoint: "a:1", reason: "reset")
    #expect(RetryRule.onlyUnseen.verdict(on: reset) == .fail(.outcomeUnknown(failure)))
    #expect(RetryRule.onlyUnseen.verdict(on: .deadline) == .fail(.timedOut(cause: nil)))
    for status in [EtcdStatus.noLeader, .leaderChanged, .timedOut, .stopped] {
      #expect(RetryRule.onlyUnseen.verdict(on: .status(status)) == .fail(.status(status)))
    }
  }

  @Test func `a read goes to another member when one is unavailable, and no further otherwise`() {
    #expect(RetryRule.repeatable.verdict(on: reset) == .again)
    #expect(RetryRule.repeatable.verdict(on: .status(.noLeader)) == .again)
    for status in [EtcdStatus.permissionDenied, .compacted, .tooManyRequests, .corrupt] {
      #expect(RetryRule.repeatable.verdict(on: .status(status)) == .fail(.status(status)))
    }
  }

  @Test func `streams are opened anew after what stands for a broken connection`() {
    #expect(RetryRule.stream.verdict(on: reset) == .again)
    #expect(RetryRule.stream.verdict(on: .deadline) == .again)
    #expect(RetryRule.stream.verdict(on: .status(.noLeader)) == .again)
    let broken = EtcdStatus(code: 13, text: "stream terminated by RST_STREAM")
    #expect(RetryRule.stream.verdict(on: .status(broken)) == .again)
    #expect(
      RetryRule.stream.verdict(on: .status(.permissionDenied)) == .fail(.status(.permissionDenied)))
  }

  @Test func `a call that others broke off is not taken for a cancelled task`() async throws {
    let members = ScriptedMembers([
      "a:1": .init(calls: [.failure(.cancelled)]),
      "b:1": .init(calls: [.success(RangeResponse(count: 3).encoded)]),
    ])
    let client = try client(members, ["a:1", "b:1"])
    #expect(try await client.range(RangeRequest(key: "k")).count == 3)
  }

  @Test func `a closed client ends its calls and its watches`() async throws {
    let members = ScriptedMembers(["a:1": .init()])
    let client = try client(members, ["a:1"])
    await client.close()
    await #expect(throws: StoreError.cancelled) { try await client.get("k") }
    for try await _ in client.watch(WatchCreateRequest(key: "k")) { Issue.record("a batch") }
    #expect(members.log == [])
  }

  @Test func `every endpoint is tried before the first wait, and waits stay bounded`() {
    var delay = RetryDelay(endpoints: 3)
    let waits = (0..<10).map { _ in delay.next() }
    #expect(waits[0...1].allSatisfy { $0 == .zero })
    #expect(waits[2] == .milliseconds(25))
    #expect(waits.last == .milliseconds(800))
  }

  @Test func `a write is sent once to a member that breaks off, then the next one is used`()
    async throws
  {
    let members = ScriptedMembers([
      "a:1": .init(calls: [.failure(reset)]),
      "b:1": .init(calls: [
        .success(PutResponse(header: ResponseHeader(revision: 7)).encoded)
      ]),
    ])
    let client = try client(members, ["a:1", "b:1"])
    await #expect(throws: StoreError.self) { try await client.put(PutRequest(key: "k")) }
    #expect(try await client.put(PutRequest(key: "k")).header?.revision == 7)
    #expect(members.log == ["a:1 dial", "a:1 put", "b:1 dial", "b:1 put"])
  }

  @Test func `a write finds a member that can be reached`() async throws {
    let members = ScriptedMembers([
      "a:1": .init(refusesConnections: true),
      "b:1": .init(calls: [.success(PutResponse().encoded)]),
    ])
    let client = try client(members, ["a:1", "b:1"])
    _ = try await client.put(PutRequest(key: "k"))
    #expect(members.log == ["a:1 dial", "b:1 dial", "b:1 put"])
  }

  @Test func `a read is answered by the second member when the first has no leader`() async throws {
    let answer = RangeResponse(kvs: [KeyValue(key: "k", value: "v")], count: 1)
    let members = ScriptedMembers([
      "a:1": .init(calls: [.failure(.status(.noLeader))]),
      "b:1": .init(calls: [.success(answer.encoded)]),
    ])
    let client = try client(members, ["a:1", "b:1"])
    #expect(try await client.get("k")?.value == "v")
  }

  @Test func `without any member a request ends in its time and tells what stood in the way`()
    async throws
  {
    let members = ScriptedMembers([:])
    let client = try client(
      members, ["a:1"], options: StoreClientOptions(requestTimeout: .milliseconds(100)))
    let cause = ConnectionFailure(endpoint: "a:1", reason: "connection refused")
    await #expect(throws: StoreError.timedOut(cause: cause)) {
      try await client.put(PutRequest(key: "k"))
    }
    #expect(StoreError.timedOut(cause: cause).description == "context deadline exceeded")
  }

  @Test func `an answer that is no message is told apart from an etcd error`() async throws {
    let members = ScriptedMembers([
      "a:1": .init(calls: [.success(Bytes([0xFF]))])
    ])
    let client = try client(members, ["a:1"])
    await #expect(throws: StoreError.malformedResponse(.truncated(offset: 1))) {
      try await client.range(RangeRequest(key: "k"))
    }
  }

  @Test func `a transaction counts as a read only when no branch writes at any depth`() {
    let read = RequestOp(request: .range(RangeRequest(key: "k")))
    let write = RequestOp(request: .put(PutRequest(key: "k")))
    #expect(TxnRequest(success: [read], failure: [read]).onlyReads)
    #expect(!TxnRequest(success: [read], failure: [write]).onlyReads)
    let nested = RequestOp(request: .txn(TxnRequest(success: [write])))
    #expect(!TxnRequest(success: [nested]).onlyReads)
  }
}

@Suite struct `Endpoints` {
  @Test func `schemes, names, addresses and ports are told apart`() throws {
    let secure = try StoreEndpoint("https://store-1.example:2379")
    #expect(secure.host == "store-1.example" && secure.port == 2379 && secure.isSecure == true)
    let plain = try StoreEndpoint("http://127.0.0.1:12379/")
    #expect(plain.host == "127.0.0.1" && plain.port == 12379 && plain.isSecure == false)
    let bare = try StoreEndpoint("[::1]:1")
    #expect(bare.host == "::1" && bare.port == 1 && bare.isSecure == nil)
  }

  @Test(arguments: [
    "", "host", "host:", ":1", "host:0", "host:65536", "host:x", "ftp://host:1", "::1:1",
    "http://user@host:1", "http://host/path:1",
  ])
  func `what is no endpoint is refused`(text: String) {
    #expect(throws: EndpointError.self) { try StoreEndpoint(text) }
  }
}
