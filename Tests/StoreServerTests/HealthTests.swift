import Base
import EtcdAPI
import Member
import StoreServer
import Testing

@Suite struct `Health` {
  private static let fine = HealthFindings(alarms: [], hasLeader: true, isLearner: false)

  private static func ask(_ target: String, _ findings: HealthFindings = fine) -> PlainAnswer? {
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let request = HealthRequest(path: parts[0], query: parts.count > 1 ? parts[1] : "")
    return request?.answer(findings)
  }

  // Bodies as etcd 3.6.13 gave them.
  @Test(arguments: [
    ("/health", "{\"health\":\"true\",\"reason\":\"\"}"),
    ("/livez", "ok\n"),
    ("/readyz", "ok\n"),
    ("/livez?verbose", "[+]serializable_read ok\nok\n"),
    ("/readyz/linearizable_read?verbose", "[+]linearizable_read ok\nok\n"),
    (
      "/readyz?verbose&exclude=data_corruption&exclude=non_learner",
      "[+]serializable_read ok\n[+]linearizable_read ok\nok\n"
    ),
  ])
  func `a healthy member answers as etcd does`(target: String, body: String) {
    #expect(Self.ask(target)?.status == 200)
    #expect(Self.ask(target)?.body == body)
  }

  @Test(arguments: ["/", "/healthz", "/readyz/nothing", "/livez/linearizable_read", "/health/x"])
  func `other paths are none of it`(target: String) {
    #expect(Self.ask(target) == nil)
  }

  @Test func `an alarm makes health false unless it is excluded`() {
    var findings = Self.fine
    findings.alarms = [.nospace]
    let answer = Self.ask("/health", findings)
    #expect(answer?.status == 503)
    #expect(answer?.body == "{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}\n")
    #expect(Self.ask("/health?exclude=NOSPACE", findings)?.status == 200)
    #expect(Self.ask("/readyz", findings)?.status == 200)
    findings.alarms = [.corrupt]
    #expect(
      Self.ask("/readyz/data_corruption", findings)?.body
        == "[-]data_corruption failed: alarm activated: CORRUPT\n\n")
  }

  @Test func `no leader fails what needs one`() {
    var findings = Self.fine
    findings.hasLeader = false
    findings.linearizable = .noLeader
    #expect(
      Self.ask("/health", findings)?.body
        == "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n")
    #expect(Self.ask("/health?serializable=true", findings)?.status == 200)
    #expect(Self.ask("/livez", findings)?.status == 200)
    #expect(Self.ask("/readyz", findings)?.status == 503)
  }

  @Test func `each question asks for the reads that it needs`() {
    #expect(HealthRequest(path: "/health", query: "")?.reads == [.linearizable])
    #expect(HealthRequest(path: "/health", query: "serializable=true")?.reads == [.serializable])
    #expect(HealthRequest(path: "/livez", query: "")?.reads == [.serializable])
    #expect(HealthRequest(path: "/readyz", query: "")?.reads == [.serializable, .linearizable])
    #expect(HealthRequest(path: "/readyz/non_learner", query: "")?.reads == [])
  }
}

@Suite struct `Paths of calls` {
  private let table = MethodTable()

  @Test func `etcd's paths lead to the core`() {
    #expect(table["/etcdserverpb.KV/Txn"] == .core(.transaction))
    #expect(table["/grpc.health.v1.Health/Check"] == .healthCheck)
  }

  // grpc-go's texts: status 12 and what it lacks.
  @Test(arguments: [
    ("/etcdserverpb.KV/RangeStream", "unknown method RangeStream for service etcdserverpb.KV"),
    ("/a.B/C", "unknown service a.B"),
    ("nonsense", "malformed method name: \"nonsense\""),
  ])
  func `other paths are unimplemented`(path: String, text: String) {
    #expect(table[.init(path)] == .unimplemented(EtcdStatus(code: 12, text: text)))
  }
}
