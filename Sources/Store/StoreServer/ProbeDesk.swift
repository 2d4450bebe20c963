import Base
import EtcdAPI
import KVStore
import Member
import Transport

/// Health questions that wait for the reads which answer them.
///
/// The reads go to the core as a client's would, from a connection that no client has.
struct ProbeDesk {
  enum Asker {
    case page(HTTPStreamID)
    /// A call of grpc.health.v1.
    case call(HTTPStreamID)
  }

  struct Probe {
    let asker: Asker
    let request: HealthRequest
    var serializable = EtcdStatus.ok
    var linearizable = EtcdStatus.ok
    var readsLeft: Int
  }

  /// Connections of clients count up from 1.
  static let connection = UInt64.max
  /// The server itself: it may read, and shows nobody what it read.
  static let identity = ClientIdentity(commonName: "root", organizations: ["root"])

  private var probes: [UInt32: Probe] = [:]
  /// By the stream of the read.
  private var reads: [UInt32: (probe: UInt32, read: HealthRequest.Read)] = [:]
  private var next: UInt32 = 1

  /// Takes a question; gives its number and the Range requests that it needs.
  mutating func begin(
    _ asker: Asker, _ request: HealthRequest
  ) -> (number: UInt32, requests: [(RequestOrigin, Bytes)]) {
    let number = take()
    let wanted = request.reads
    probes[number] = Probe(asker: asker, request: request, readsLeft: wanted.count)
    let requests = wanted.map { read in
      let stream = take()
      reads[stream] = (number, read)
      var buffer = ByteBuffer()
      RangeRequest(key: "health", limit: 1, serializable: read == .serializable, keysOnly: true)
        .encode(into: &buffer)
      return (RequestOrigin(connection: Self.connection, stream: stream), buffer.take())
    }
    return (number, requests)
  }

  /// A read ended. Gives the probe's number once all its reads have.
  mutating func ended(_ origin: RequestOrigin, _ status: EtcdStatus) -> UInt32? {
    guard let (number, read) = reads.removeValue(forKey: origin.stream),
      var probe = probes[number]
    else { return nil }
    switch read {
    case .serializable: probe.serializable = status
    case .linearizable: probe.linearizable = status
    }
    probe.readsLeft -= 1
    probes[number] = probe
    return probe.readsLeft == 0 ? number : nil
  }

  mutating func take(_ number: UInt32) -> Probe? {
    probes.removeValue(forKey: number)
  }

  private mutating func take() -> UInt32 {
    defer { next = next &+ 1 }
    return next
  }
}
