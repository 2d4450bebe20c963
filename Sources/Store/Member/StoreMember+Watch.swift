import Base
import EtcdAPI
import KVStore

extension StoreMember {
  mutating func takeWatch(
    _ origin: RequestOrigin, _ identity: ClientIdentity?, _ body: Bytes
  ) throws(KVError) {
    let request: WatchRequest = try RequestCheck.decode(body)
    let stream = streams.watchStream(of: origin)
    writeWatches { member, output in
      member.keySpace.watch(
        stream: stream, request: request, identity: identity, now: member.now.instant,
        header: member.header, into: &output)
    }
  }

  mutating func closeWatches(_ origin: RequestOrigin) {
    guard let stream = streams.removeWatchStream(of: origin) else { return }
    keySpace.closeWatchStream(stream)
  }

  /// Ends a watch stream with a status.
  mutating func endWatches(_ origin: RequestOrigin, _ status: EtcdStatus) {
    closeWatches(origin)
    reply.items.append(.end(origin, status))
  }

  mutating func setCongested(_ origin: RequestOrigin, _ isCongested: Bool) {
    guard let stream = streams.watches[origin] else { return }
    keySpace.setCongested(stream: stream, isCongested)
  }

  /// Tells watchers what happened, as much as one turn has room for.
  mutating func pumpWatches() {
    guard keySpace.watchStreamCount > 0 else {
      isWatchBacklogged = false
      return
    }
    let limits = configuration.limits
    writeWatches { member, output in
      member.isWatchBacklogged = member.keySpace.pumpWatches(
        bytesMax: limits.watchBytesPerTurn, now: member.now.instant,
        progressPeriod: limits.watchProgressPeriod, header: member.header, into: &output)
    }
  }

  /// Lets the key space write responses behind the reply's other messages, without a copy.
  private mutating func writeWatches(
    _ body: (inout StoreMember, inout WatchOutput) -> Void
  ) {
    var output = WatchOutput()
    swap(&output.buffer, &reply.buffer)
    body(&self, &output)
    swap(&output.buffer, &reply.buffer)
    for item in output.items {
      guard let origin = streams.origin(ofWatchStream: item.stream) else { continue }
      reply.items.append(.message(origin, bytes: item.bytes))
    }
  }
}
