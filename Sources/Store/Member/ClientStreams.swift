/// The state of clients' open streams. Looked up only: the dictionaries' order reaches no effect.
struct ClientStreams {
  struct KeepAlive {
    /// Renewals without an answer.
    var pending = 0
    var isHalfClosed = false
  }

  var keepAlives: [RequestOrigin: KeepAlive] = [:]
  /// The key space's number of each watch stream.
  private(set) var watches: [RequestOrigin: UInt64] = [:]
  private var origins: [UInt64: RequestOrigin] = [:]
  private var nextWatchStream: UInt64 = 0

  /// The stream's number, a new one with its first request.
  mutating func watchStream(of origin: RequestOrigin) -> UInt64 {
    if let stream = watches[origin] { return stream }
    let stream = nextWatchStream
    nextWatchStream += 1
    watches[origin] = stream
    origins[stream] = origin
    return stream
  }

  mutating func removeWatchStream(of origin: RequestOrigin) -> UInt64? {
    guard let stream = watches.removeValue(forKey: origin) else { return nil }
    origins[stream] = nil
    return stream
  }

  func origin(ofWatchStream stream: UInt64) -> RequestOrigin? { origins[stream] }
}
