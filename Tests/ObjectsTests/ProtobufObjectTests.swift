import Base
import Foundation
import JSON
import Protobuf
import Testing

@testable import Objects

/// Against bodies of stock kubectl, see `Fixtures/kubectl-protobuf/README.md`.
@Suite struct `Objects in protobuf` {
  private static let folder = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/kubectl-protobuf")

  static let recorded = [
    "clusterrole", "clusterrolebinding", "configmap", "deployment", "dockersecret", "externalname",
    "headless", "ingress", "namespace", "pdbcount", "poddisruptionbudget", "priorityclass", "quota",
    "rolebinding", "secret", "service", "serviceaccount",
  ]

  private static func bytes(_ file: String) throws -> Bytes {
    Bytes([UInt8](try Data(contentsOf: folder.appending(path: file))))
  }

  @Test(arguments: recorded)
  func `what kubectl sends is what it says`(name: String) throws {
    let sent = try ProtobufObject.decode(try Self.bytes("\(name).bin"))
    let said = try #require(try JSONValue(parsing: try Self.bytes("\(name).json")).object)
    #expect(Self.plain(.object(sent)) == Self.plain(.object(said)))
  }

  /// kubectl fills the namespace in before it sends, and a nil list is told as null.
  private static func plain(_ value: JSONValue) -> JSONValue {
    guard case .object(var object) = value else { return value }
    object.edit("metadata") { $0["namespace"] = nil }
    return .object(object)
  }

  @Test func `a job's body`() throws {
    let job = JSONValue.object(try ProtobufObject.decode(try Self.bytes("job.bin")))
    #expect(job["kind"] == "Job" && job["apiVersion"] == "batch/v1")
    let spec = job["spec"]?["template"]?["spec"]
    #expect(spec?["containers"]?[0]?["image"] == "example.org/j")
    #expect(spec?["containers"]?[0]?["command"] == ["sh", "-c", "true"])
    #expect(spec?["restartPolicy"] == "Never")
  }

  @Test func `a cron job's body`() throws {
    let job = JSONValue.object(try ProtobufObject.decode(try Self.bytes("cronjob.bin")))
    #expect(job["kind"] == "CronJob" && job["spec"]?["schedule"] == "*/5 * * * *")
    let pod = job["spec"]?["jobTemplate"]?["spec"]?["template"]?["spec"]
    #expect(pod?["restartPolicy"] == "OnFailure" && pod?["containers"]?[0]?["command"] == ["true"])
  }

  @Test func `a token request's body`() throws {
    let request = JSONValue.object(try ProtobufObject.decode(try Self.bytes("token.bin")))
    #expect(request["kind"] == "TokenRequest")
    #expect(request["spec"]?["audiences"] == ["a"])
    #expect(request["spec"]?["expirationSeconds"] == 600)
    #expect(request["spec"]?["boundObjectRef"]?["uid"] == "u")
  }

  @Test func `access reviews' bodies`() throws {
    let review = JSONValue.object(try ProtobufObject.decode(try Self.bytes("access.bin")))
    #expect(review["kind"] == "SelfSubjectAccessReview")
    #expect(review["spec"]?["resourceAttributes"]?["subresource"] == "log")
    let rules = JSONValue.object(try ProtobufObject.decode(try Self.bytes("rules.bin")))
    #expect(rules["kind"] == "SelfSubjectRulesReview" && rules["spec"]?["namespace"] == "w")
  }

  @Test(arguments: recorded + ["access", "cronjob", "job", "rules", "token"])
  func `an object written again is the same`(name: String) throws {
    let object = try ProtobufObject.decode(try Self.bytes("\(name).bin"))
    #expect(try ProtobufObject.decode(try ProtobufObject.encode(object)) == object)
  }

  @Test func `every special form survives`() throws {
    let text = """
      {"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","labels":{"x":"y"},
       "creationTimestamp":"2026-11-22T01:02:03Z","managedFields":[{"manager":"m",
       "operation":"Apply","fieldsV1":{"f:spec":{}},"time":"2026-11-22T01:02:03Z"}]},
       "spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"1500m"}},
       "livenessProbe":{"httpGet":{"port":"web","path":"/"}},
       "readinessProbe":{"tcpSocket":{"port":80}}}]},"status":{}}
      """
    let pod = try #require(try JSONValue(parsing: Bytes(text)).object)
    let again = try ProtobufObject.decode(try ProtobufObject.encode(pod))
    let container = again["spec"]?["containers"]?[0]
    #expect(container?["resources"]?["limits"]?["cpu"] == "1500m")
    #expect(container?["livenessProbe"]?["httpGet"]?["port"] == "web")
    #expect(container?["readinessProbe"]?["tcpSocket"]?["port"] == 80)
    #expect(again["metadata"] == pod["metadata"])
  }

  @Test func `a lease's micro time and an event without time`() throws {
    let text = """
      {"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l"},
       "spec":{"renewTime":"2026-11-22T01:02:03.000456Z"}}
      """
    let lease = try #require(try JSONValue(parsing: Bytes(text)).object)
    let again = try ProtobufObject.decode(try ProtobufObject.encode(lease))
    #expect(again["spec"]?["renewTime"] == "2026-11-22T01:02:03.000456Z")
    #expect(again["metadata"]?["creationTimestamp"] == .null)
  }

  @Test func `a recursive schema has an end`() throws {
    let text = """
      {"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1",
       "metadata":{"name":"c"},"spec":{"group":"g","scope":"Namespaced","names":{"plural":"cs",
       "kind":"C"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{
       "openAPIV3Schema":{"type":"object","properties":{"a":{"type":"array",
       "items":{"type":"number","minimum":1.5}},"b":{"additionalProperties":false}},
       "default":{"x":[1]}}}}]}}
      """
    let definition = try #require(try JSONValue(parsing: Bytes(text)).object)
    let again = try ProtobufObject.decode(try ProtobufObject.encode(definition))
    let schema = again["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"]
    #expect(
      schema?["properties"]?["a"]?["items"]?["minimum"] == .number(try #require(JSONNumber(1.5))))
    #expect(schema?["properties"]?["b"]?["additionalProperties"] == false)
    #expect(schema?["default"] == ["x": [1]])
  }

  @Test(arguments: ["", "k8s", "{}", "k8s\0", "k8s\u{0}\n\u{1}"])
  func `what is no object is refused`(text: String) {
    #expect(throws: ProtobufObjectError.self) { try ProtobufObject.decode(Bytes(text)) }
  }

  @Test func `mutated bodies never trap`() throws {
    var random = PRNG(seed: 11)
    for name in Self.recorded + ["access", "job", "token"] {
      let body = try Self.bytes("\(name).bin").array
      for _ in 0..<200 {
        var mutant = body
        for _ in 0...random.below(4) {
          let place = Int(random.below(UInt64(mutant.count)))
          switch random.below(3) {
          case 0: mutant[place] = UInt8(truncatingIfNeeded: random.next())
          case 1: mutant.remove(at: place)
          default: mutant.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
          }
        }
        do {
          let object = try ProtobufObject.decode(Bytes(mutant))
          _ = try ProtobufObject.decode(try ProtobufObject.encode(object))
        } catch {}
      }
    }
  }

  /// Two bytes stand for a container with two dozen fields.
  @Test func `a body that would grow without end is refused`() throws {
    var spec = ByteBuffer()
    for _ in 0..<1_000_000 { spec.write(bytes: Bytes(), field: 2) }
    var pod = ByteBuffer()
    pod.write(bytes: spec.take(), field: 2)
    let body = ProtobufObject.enveloped(pod.take(), apiVersion: "v1", kind: "Pod")
    #expect(throws: ProtobufObjectError.tooManyValues) { try ProtobufObject.decode(body) }
  }

  @Test func `messages in each other without end are refused`() throws {
    var schema: JSONValue = ["type": "object"]
    for _ in 0..<300 { schema = ["type": "object", "properties": ["a": schema]] }
    let definition: JSONValue = [
      "kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1",
      "spec": [
        "versions": [["name": "v1", "schema": ["openAPIV3Schema": schema]]]
      ],
    ]
    let object = try #require(definition.object)
    #expect(throws: ProtobufObjectError.tooDeep) { try ProtobufObject.encode(object) }
  }

  @Test func `a body of messages in each other without end is refused`() throws {
    // JSONSchemaProps.not, field 28, holds another one (apiextensions/v1 generated.proto).
    var schema = Bytes()
    for _ in 0..<300 {
      var outer = ByteBuffer()
      outer.write(bytes: schema, field: 28)
      schema = outer.take()
    }
    // spec 2, versions 7, schema 4, openAPIV3Schema 1.
    for number in [UInt32(1), 4, 7, 2] {
      var outer = ByteBuffer()
      outer.write(bytes: schema, field: number)
      schema = outer.take()
    }
    let body = ProtobufObject.enveloped(
      schema, apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition")
    #expect(throws: ProtobufObjectError.tooDeep) { try ProtobufObject.decode(body) }
  }
}

extension JSONObject {
  fileprivate mutating func edit(_ name: String, _ body: (inout JSONObject) -> Void) {
    guard var inner = self[name]?.object else { return }
    body(&inner)
    self[name] = .object(inner)
  }
}
