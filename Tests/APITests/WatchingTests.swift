import Base
import HTTP
import JSON
import Testing

@testable import API

private let maps = "/api/v1/namespaces/w/configmaps"

/// `ADDED m1 12`
private func told(_ frames: [JSONValue]) -> [String] {
  frames.map { frame in
    let name = frame["object"]?["metadata"]?["name"]?.string ?? "-"
    return "\(frame["type"]?.string ?? "") \(name) \(frame["object"]?.resourceVersion ?? "-")"
  }
}

@Suite struct `Watches` {
  @Test func `tell changes after a revision, each with its own`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    let start = harness.store.revision
    let watch = harness.begin("GET", "\(maps)?watch=true&resourceVersion=\(start)")
    // Before anything happens.
    #expect(harness.server.heads[watch]?.code == 200)
    #expect(harness.server.heads[watch]?.fields["content-type"] == "application/json")
    #expect(harness.server.heads[watch]?.fields["cache-control"] == "no-cache, private")
    let made = harness.put(map: 2)
    let changed = harness.put(map: 0, data: "2")
    let gone = harness.delete(map: 1)
    harness.put(map: 5, in: "elsewhere")
    harness.settle()
    let frames = harness.frames(of: watch)
    #expect(told(frames) == ["ADDED m2 \(made)", "MODIFIED m0 \(changed)", "DELETED m1 \(gone)"])
    #expect(frames[2]["object"]?["data"]?["a"] == "1")
    #expect(frames[0]["object"]?["kind"] == "ConfigMap")
  }

  @Test func `without a revision begin with all there is`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    for query in ["watch=true", "watch=true&resourceVersion=0"] {
      let watch = harness.begin("GET", "\(maps)?\(query)")
      #expect(harness.frames(of: watch).map { $0["type"]?.string } == ["ADDED", "ADDED"])
      let revision = harness.put(map: 1, data: query)
      harness.settle()
      #expect(told(harness.frames(of: watch)).last == "MODIFIED m1 \(revision)")
    }
  }

  @Test func `mark the end of what there was at first`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    let watch = harness.begin(
      "GET",
      "\(maps)?allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents=true"
        + "&timeoutSeconds=400&watch=true")
    let revision = harness.store.revision
    let frames = harness.frames(of: watch)
    #expect(frames.map { $0["type"]?.string } == ["ADDED", "ADDED", "BOOKMARK"])
    // Facts, kubectl-wire.md section 10.1.
    #expect(
      frames.last?["object"] == [
        "kind": "ConfigMap", "apiVersion": "v1",
        "metadata": [
          "resourceVersion": .string("\(revision)"),
          "annotations": ["k8s.io/initial-events-end": "true"],
        ],
      ])
  }

  @Test func `of a selector tell what comes and goes as it selects`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let start = harness.store.revision
    let watch = harness.begin(
      "GET", "\(maps)?watch=1&labelSelector=color%3Dred&resourceVersion=\(start)")
    let left = harness.put(map: 0, color: "blue", data: "2")
    harness.put(map: 0, color: "blue", data: "3")
    let back = harness.put(map: 0, color: "red", data: "4")
    harness.put(map: 1, color: "blue")
    _ = harness.delete(map: 1)
    let gone = harness.delete(map: 0)
    harness.settle()
    let frames = harness.frames(of: watch)
    #expect(told(frames) == ["DELETED m0 \(left)", "ADDED m0 \(back)", "DELETED m0 \(gone)"])
    // As it was when it was last selected.
    #expect(frames[0]["object"]?["data"]?["a"] == "1")
    #expect(frames[0]["object"]?["metadata"]?["labels"]?["color"] == "red")
  }

  @Test func `of one name tell of that one`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    let watch = harness.begin(
      "GET", "\(maps)?fieldSelector=metadata.name%3Dm1&resourceVersion=0&watch=true")
    harness.put(map: 0, data: "2")
    let revision = harness.put(map: 1, data: "2")
    harness.settle()
    #expect(told(harness.frames(of: watch)).last == "MODIFIED m1 \(revision)")
    #expect(harness.frames(of: watch).count == 2)
  }

  @Test func `are tables whose columns are told once`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let start = harness.store.revision
    let watch = harness.begin(
      "GET", "\(maps)?watch=true&resourceVersion=\(start)", fields: ["accept": .table])
    harness.put(map: 0, data: "2")
    harness.put(map: 1)
    harness.settle()
    let tables = harness.frames(of: watch).compactMap { $0["object"] }
    #expect(tables.map { $0["columnDefinitions"]?.array?.count } == [3, nil])
    #expect(tables[1]["columnDefinitions"]?.isNull == true)
    #expect(tables.map { $0["rows"]?[0]?["cells"]?[0] } == ["m0", "m1"])
    #expect(tables[1].resourceVersion == "\(harness.store.revision)")
  }

  @Test func `of metadata hold no more`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let watch = harness.begin(
      "GET", "\(maps)?watch=true",
      fields: ["accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"])
    let object = harness.frames(of: watch).first?["object"]
    #expect(object?["kind"] == "PartialObjectMetadata" && object?["data"] == nil)
    #expect(object?["metadata"]?["labels"]?["color"] == "red")
  }

  @Test func `that ask for too old a revision are told so`() {
    let harness = APIHarness(namespace: "w", maps: 3)
    let watch = harness.begin("GET", "\(maps)?watch=true&resourceVersion=1")
    let late = harness.startServer()
    harness.store.compact(harness.store.revision)
    let later = harness.startServer()
    #expect(late.core.isReady && later.core.isReady)
    #expect(harness.server.ended.contains(watch) == false)
    let refused = later.begin(
      APIRequest.get("\(maps)?watch=true&resourceVersion=2"))
    // Facts, kubectl-wire.md section 6.
    #expect(
      later.frames(of: refused) == [
        [
          "type": "ERROR",
          "object": [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string("too old resource version: 2 (\(harness.store.revision))"),
            "reason": "Expired", "code": 410,
          ],
        ]
      ])
    #expect(later.ended.contains(refused))
  }

  @Test func `end where a server lost its place in history, and begin with a list`() {
    let harness = APIHarness(namespace: "w", maps: 2)
    let start = harness.store.revision
    let watch = harness.begin("GET", "\(maps)?watch=true&resourceVersion=\(start)")
    harness.server.holdsDeliveries = true
    harness.put(map: 0, data: "missed")
    harness.put(map: 5)
    harness.store.compact(harness.store.revision)
    harness.server.loseHeldDeliveries(oldest: harness.store.revision)
    #expect(harness.server.core.isReady)
    // Nothing of what it cannot know is told; the client asks from where it is, and lists.
    #expect(harness.server.ended.contains(watch) && harness.frames(of: watch).isEmpty)
    let again = harness.begin("GET", "\(maps)?watch=true&resourceVersion=\(start)")
    #expect(told(harness.frames(of: again)) == ["ERROR - -"])
    let list = harness.send("GET", maps)
    #expect(list.json["items"]?.array?.count == 3)
    #expect(list.json["items"]?[0]?["data"]?["a"] == "missed")
    let next = harness.begin(
      "GET", "\(maps)?watch=true&resourceVersion=\(list.json.resourceVersion ?? "")")
    harness.put(map: 1, data: "seen")
    harness.settle()
    #expect(told(harness.frames(of: next)) == ["MODIFIED m1 \(harness.store.revision)"])
  }

  /// Stores compact all the time: a server that starts takes what is left, half of it at least.
  @Test func `go on at a server that began behind a compaction`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    for number in 0..<400 { harness.put(map: 0, data: "\(number)") }
    let newest = harness.store.revision
    let compacted = newest - 100
    harness.store.compact(compacted)
    let late = harness.startServer()
    #expect(late.core.isReady)
    func resumed(from revision: Int64) -> [String] {
      let watch = late.begin(.get("\(maps)?watch=true&resourceVersion=\(revision)"))
      return told(late.frames(of: watch))
    }
    #expect(resumed(from: newest - 50) == (newest - 49...newest).map { "MODIFIED m0 \($0)" })
    #expect(resumed(from: compacted - 1) == ["ERROR - -"])
    // A write behind it reaches all.
    let watch = late.begin(.get("\(maps)?watch=true&resourceVersion=\(newest - 50)"))
    harness.put(map: 0, data: "last")
    harness.settle()
    #expect(told(late.frames(of: watch)).last == "MODIFIED m0 \(newest + 1)")
  }

  @Test func `end in time, after a bookmark`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let start = harness.store.revision
    let watch = harness.begin(
      "GET",
      "\(maps)?watch=true&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion=\(start)")
    let plain = harness.begin(
      "GET", "\(maps)?watch=true&timeoutSeconds=90&resourceVersion=\(start)")
    harness.put(map: 0, in: "x")
    harness.pass(.seconds(61))
    #expect(told(harness.frames(of: watch)) == ["BOOKMARK - \(start + 1)"])
    harness.put(map: 1, in: "x")
    harness.pass(.seconds(28))
    #expect(!harness.server.ended.contains(watch))
    harness.pass(.seconds(2))
    #expect(harness.server.ended.contains(watch) && harness.server.ended.contains(plain))
    #expect(told(harness.frames(of: watch)).last == "BOOKMARK - \(start + 2)")
    #expect(harness.frames(of: plain).isEmpty)
    #expect(harness.server.core.watchCount == 0)
  }

  @Test func `without a time end within the hour`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let watch = harness.begin("GET", "\(maps)?watch=true")
    harness.pass(.seconds(1799))
    #expect(!harness.server.ended.contains(watch))
    harness.pass(.seconds(1802))
    #expect(harness.server.ended.contains(watch))
  }

  @Test func `end when the API server stops`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let watch = harness.begin("GET", "\(maps)?watch=true")
    harness.server.tell(.stop)
    #expect(harness.server.ended.contains(watch) && harness.server.hasStopped)
  }

  @Test func `that are congested are told later what they missed`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let start = harness.store.revision
    let target = "\(maps)?watch=true&resourceVersion=\(start)"
    let slow = harness.begin("GET", target)
    let quick = harness.begin("GET", target)
    harness.server.tell(.congested(slow))
    for number in 0..<50 { harness.put(map: number % 7, data: "\(number)") }
    harness.settle()
    #expect(harness.frames(of: slow).isEmpty && harness.frames(of: quick).count == 50)
    harness.server.tell(.writable(slow))
    #expect(told(harness.frames(of: slow)) == told(harness.frames(of: quick)))
    harness.put(map: 0, data: "last")
    harness.settle()
    #expect(told(harness.frames(of: slow)) == told(harness.frames(of: quick)))
  }

  @Test func `that take nothing for half a minute are cut off`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let start = harness.store.revision
    let target = "\(maps)?watch=true&resourceVersion=\(start)"
    let mute = harness.begin("GET", target)
    let slow = harness.begin("GET", target)
    harness.server.tell(.congested(mute))
    harness.server.tell(.congested(slow))
    let revision = harness.put(map: 0, data: "2")
    harness.pass(.seconds(29))
    #expect(harness.server.aborted.isEmpty && harness.server.core.watchCount == 2)
    harness.server.tell(.writable(slow))
    harness.server.tell(.congested(slow))
    harness.pass(.seconds(2))
    #expect(harness.server.aborted == [mute] && harness.server.core.watchCount == 1)
    #expect(harness.frames(of: mute).isEmpty)
    #expect(told(harness.frames(of: slow)) == ["MODIFIED m0 \(revision)"])
    // What comes too late for it is nobody's.
    harness.server.tell(.writable(mute))
    harness.server.tell(.closed(mute))
    harness.server.tell(.writable(slow))
    harness.pass(.seconds(60))
    #expect(harness.server.aborted == [mute])
  }

  @Test func `that end while they are congested are not cut off after it`() {
    let harness = APIHarness(namespace: "w", maps: 1)
    let short = harness.begin("GET", "\(maps)?watch=true&timeoutSeconds=10")
    harness.server.tell(.congested(short))
    harness.pass(.seconds(60))
    #expect(harness.server.ended.contains(short) && harness.server.aborted.isEmpty)
  }

  @Test func `that fall out of the window are told so`() {
    let harness = APIHarness()
    let server = harness.startServer { $0.cacheLimits.changesMax = 10 }
    harness.put(map: 0)
    let start = harness.store.revision
    let slow = server.begin(APIRequest.get("\(maps)?watch=true&resourceVersion=\(start)"))
    server.tell(.congested(slow))
    for number in 0..<30 { harness.put(map: number) }
    harness.settle()
    #expect(server.bodies[slow] == nil)
    server.tell(.writable(slow))
    #expect(server.frames(of: slow).map { $0["object"]?["code"] } == [410])
    #expect(server.ended.contains(slow))
  }

  @Test func `go on at another API server from where the first one ended`() {
    let harness = APIHarness(namespace: "w", maps: 3)
    let start = harness.store.revision
    let watch = harness.begin("GET", "\(maps)?watch=true&resourceVersion=\(start)")
    let first = harness.put(map: 3)
    harness.settle()
    #expect(told(harness.frames(of: watch)) == ["ADDED m3 \(first)"])
    harness.server.kill()
    let second = harness.put(map: 4)
    let third = harness.delete(map: 0)
    let heir = harness.startServer()
    let next = heir.begin(APIRequest.get("\(maps)?watch=true&resourceVersion=\(first)"))
    #expect(told(heir.frames(of: next)) == ["ADDED m4 \(second)", "DELETED m0 \(third)"])
  }

  @Test func `of events in either version tell the same event`() {
    let harness = APIHarness(namespace: "w", maps: 0)
    let value: JSONValue = [
      "apiVersion": "v1", "kind": "Event", "metadata": ["name": "e", "namespace": "w", "uid": "u"],
      "involvedObject": ["kind": "Pod", "name": "p"], "message": "hello", "reason": "Said",
    ]
    harness.store.put("/registry/events/w/e", Bytes(value.text()))
    harness.settle()
    let path = "/apis/events.k8s.io/v1/namespaces/w/events"
    let event = harness.send("GET", "\(path)/e").json
    #expect(event["apiVersion"] == "events.k8s.io/v1" && event["note"] == "hello")
    #expect(event["regarding"]?["name"] == "p" && event["involvedObject"] == nil)
    let watch = harness.begin("GET", "\(path)?watch=true&fieldSelector=regarding.name%3Dp")
    #expect(harness.frames(of: watch).first?["object"]?["note"] == "hello")
    let core = harness.begin(
      "GET", "/api/v1/events?watch=true&fieldSelector=involvedObject.name%3Dp,reason!%3DOther")
    #expect(harness.frames(of: core).first?["object"]?["message"] == "hello")
  }
}

extension APIRequest {
  static func get(_ target: String) -> APIRequest {
    var request = APIRequest(method: "GET", target: target)
    request.certificate = .administrator
    return request
  }
}
