import Base
import EventLoop
import Linux

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

/// Something that is waited for. On the loop's thread only.
final class Milestone {
  private let loop: EventLoop
  private var isReached = false
  private var waiter: (() -> Void)?
  var count = 0

  init(loop: EventLoop) {
    self.loop = loop
  }

  func reach() {
    loop.preconditionOnLoop()
    isReached = true
    waiter?()
    waiter = nil
  }

  func wait(_ limit: Duration, _ what: String, _ cluster: APICluster) async throws {
    let deadline = Machine.now() + limit
    if isReached { return }
    await withCheckedContinuation { continuation in
      let timer = loop.schedule(after: limit) { [self] in reach() }
      waiter = { [loop] in
        loop.cancel(timer)
        continuation.resume()
      }
    }
    guard Machine.now() < deadline else {
      throw BenchError.overdue("\(count) \(what)", log: cluster.folder)
    }
  }
}
