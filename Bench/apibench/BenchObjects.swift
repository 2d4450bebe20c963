import Base
import Benchmark
import Synchronization

/// What is created.
enum BenchObjects {
  private static let container = """
    {"name":"main","image":"registry.k8s.io/pause:3.10",
     "resources":{"requests":{"cpu":"1m","memory":"1Mi"}}}
    """

  static func pod(_ number: Int) -> String {
    """
    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-\(number)",
     "labels":{"app":"bare"}},"spec":{"containers":[\(container)]}}
    """
  }

  static var deployment: String {
    """
    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
     "spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},"template":{
     "metadata":{"labels":{"app":"web"}},"spec":{"terminationGracePeriodSeconds":1,
     "containers":[\(container)]}}}}
    """
  }

  private static let running = Array(#""phase":"Running""#.utf8)
  private static let name = Array(#""name":"pod-"#.utf8)

  /// The name of the pod that a watch's line shows as running. The line is not parsed: the clients
  /// share two cores with what is measured.
  static func runningPod(_ line: Bytes) -> String? {
    let bytes = line.array
    guard place(of: running, in: bytes) != nil, let start = place(of: name, in: bytes) else {
      return nil
    }
    let rest = bytes[(start + name.count)...].prefix { $0 != UInt8(ascii: "\"") }
    return String(decoding: rest, as: UTF8.self)
  }

  private static func place(of word: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= word.count else { return nil }
    for start in 0...(bytes.count - word.count) where bytes[start] == word[0] {
      if bytes[start..<start + word.count].elementsEqual(word) { return start }
    }
    return nil
  }
}

/// Something that is waited for, with what was seen on the way.
final class Milestone: Sendable {
  private let state = Mutex(State())

  private struct State: Sendable {
    var isReached = false
    var count = 0
    var names: Set<String> = []
  }

  /// So many of `wanted` are there.
  func note(_ count: Int, of wanted: Int) {
    state.withLock { state in
      state.count = count
      if count == wanted { state.isReached = true }
    }
  }

  /// One more of `wanted`, counted once.
  func note(_ name: String, of wanted: Int) {
    state.withLock { state in
      state.names.insert(name)
      state.count = state.names.count
      if state.count == wanted { state.isReached = true }
    }
  }

  func wait(_ what: String, _ cluster: APICluster) async throws {
    try await cluster.control.wait(pause: .milliseconds(2)) {
      state.withLock { $0.isReached ? nil : "\($0.count) \(what)" }
    }
  }
}
