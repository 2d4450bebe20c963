import Base
import HTTP
import JSON
import Objects
import Protobuf
import Testing

@testable import API

private let maps = "/api/v1/namespaces/w/configmaps"
/// What kubectl accepts of typed clients would take JSON as well; this takes nothing else.
private let onlyProtobuf: HeaderFields = ["accept": "application/vnd.kubernetes.protobuf"]

@Suite struct `Replies in protobuf` {
  @Test func `hold the object that JSON holds`() throws {
    let harness = APIHarness(namespace: "w", maps: 1)
    let answer = harness.send("GET", "\(maps)/m0", fields: onlyProtobuf)
    #expect(answer.fields["content-type"] == "application/vnd.kubernetes.protobuf")
    let object = try ProtobufObject.decode(answer.body)
    let json = harness.send("GET", "\(maps)/m0").json
    #expect(object["data"] == json["data"] && object["kind"] == "ConfigMap")
    #expect(object["metadata"]?["resourceVersion"] == json["metadata"]?["resourceVersion"])
  }

  @Test(arguments: [0, 3, 300])
  func `of lists hold every item`(count: Int) throws {
    let harness = APIHarness(namespace: "w", maps: count)
    let answer = harness.send("GET", maps, fields: onlyProtobuf)
    #expect(answer.fields["content-type"] == "application/vnd.kubernetes.protobuf")
    let list = JSONValue.object(try ProtobufObject.decode(answer.body))
    #expect(list["kind"] == "ConfigMapList")
    #expect(list.resourceVersion == "\(harness.store.revision)")
    #expect(list.names == harness.send("GET", maps).json.names && list.names.count == count)
  }

  @Test func `are asked for first by clients that read JSON too`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let answer = harness.send(
      "GET", maps, fields: ["accept": "application/vnd.kubernetes.protobuf,application/json"])
    #expect(answer.fields["content-type"] == "application/vnd.kubernetes.protobuf")
    // No protobuf form of a table.
    let table = harness.send(
      "GET", maps,
      fields: [
        "accept": Bytes(
          "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,"
            + "application/json;as=Table;v=v1;g=meta.k8s.io")
      ])
    #expect(table.json["kind"] == "Table")
  }

  @Test func `fall back to JSON for what has no protobuf form`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    harness.store.put(
      "/registry/configmaps/w/odd",
      Bytes(
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"odd\","
          + "\"namespace\":\"w\",\"creationTimestamp\":\"yesterday\"}}"))
    harness.settle()
    let answer = harness.send("GET", maps, fields: onlyProtobuf)
    #expect(answer.fields["content-type"] == "application/json")
    #expect(answer.json.names == ["m0", "odd"])
  }

  @Test func `of watches are frames behind their length`() throws {
    let harness = APIHarness(namespace: "w", maps: 1)
    let watch = harness.begin(
      "GET",
      "\(maps)?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
        + "&resourceVersionMatch=NotOlderThan", fields: onlyProtobuf)
    #expect(
      harness.server.heads[watch]?.fields["content-type"]
        == "application/vnd.kubernetes.protobuf;stream=watch")
    _ = harness.delete(map: 0)
    harness.settle()
    var rest = harness.server.joined(watch)
    var told: [String] = []
    while rest.count > 4 {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(rest[$1]) }
      var reader = ProtobufReader(rest[4..<4 + length])
      rest = rest.dropFirst(4 + length)
      while let field = try reader.nextField() {
        let bytes = try reader.readBytes(field)
        guard field.number == 2 else {
          told.append(bytes.text)
          continue
        }
        var raw = ProtobufReader(bytes)
        let first = try #require(try raw.nextField())
        let object = JSONValue.object(try ProtobufObject.decode(try raw.readBytes(first)))
        told.append(object.resourceVersion ?? "")
      }
    }
    let revision = harness.store.revision
    #expect(
      told == [
        "ADDED", "\(revision - 1)", "BOOKMARK", "\(revision - 1)", "DELETED", "\(revision)",
      ])
    #expect(rest.isEmpty)
  }
}
