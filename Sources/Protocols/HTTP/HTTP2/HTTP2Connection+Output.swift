public import Base

/// The scheduler: whose queued bytes go out next.
extension HTTP2Connection {
  /// What is to be written now, or nil: control frames and headers first, then the queues of all
  /// streams in turn, one frame each, up to `HTTP2Limits.outputBytesMax`. Call it again once
  /// that much is written.
  public mutating func takeOutput(into events: inout [HTTP2Event]) -> Bytes? {
    while sendWindow > 0, output.count < limits.outputBytesMax, let stream = round.popFirst() {
      guard let slot = streams.find(stream) else {
        staleInRound -= 1
        continue
      }
      streams[slot].isScheduled = false
      writeTurn(slot, &events)
    }
    guard !output.isEmpty else { return nil }
    lastOutputBytes = min(output.count, limits.outputBytesMax)
    return output.take()
  }

  /// Whether `takeOutput` would give something.
  public var hasOutput: Bool {
    !output.isEmpty || (sendWindow > 0 && round.count > staleInRound)
  }

  /// One DATA frame of one stream, and its end where the queue is then empty.
  private mutating func writeTurn(_ slot: Int, _ events: inout [HTTP2Event]) {
    let stream = streams[slot].id
    let window = min(streams[slot].sendWindow, sendWindow)
    let length = min(FrameLimits.dataBytesMax, window, streams[slot].queuedBytes)
    guard length > 0 else { return }
    let isLast = length == streams[slot].queuedBytes
    let endsHere = isLast && streams[slot].isEnded && streams[slot].trailers == nil
    writeDataHeader(slot, length, endStream: endsHere)
    dequeue(slot, length)
    if streams[slot].isCongested && streams[slot].queuedBytes <= limits.writableBytes {
      streams[slot].isCongested = false
      if !streams[slot].isEnded { events.append(.writable(stream: stream)) }
    }
    if !isLast {
      schedule(slot)
    } else if endsHere {
      closeLocal(slot)
    } else if let trailers = streams[slot].trailers {
      streams[slot].trailers = nil
      writeHeaders(stream, trailers, endStream: true)
      closeLocal(slot)
    }
  }

  /// Moves `length` queued bytes to the output: their only copy.
  private mutating func dequeue(_ slot: Int, _ length: Int) {
    streams[slot].queuedBytes -= length
    var left = length
    while left > 0, let chunk = streams[slot].queue.popFirst() {
      let part = chunk.prefix(left)
      output.write(part)
      left -= part.count
      if part.count < chunk.count { streams[slot].queue.prepend(chunk.dropFirst(part.count)) }
    }
  }

  /// Gives the stream a place at the end of the round where it has bytes and a window for them.
  mutating func schedule(_ slot: Int) {
    guard !streams[slot].isScheduled, streams[slot].queuedBytes > 0, streams[slot].sendWindow > 0
    else { return }
    streams[slot].isScheduled = true
    round.append(streams[slot].id)
  }

  /// A stream in the round is gone. Its id stays there and is skipped, but not without bound.
  mutating func forgetInRound() {
    staleInRound += 1
    guard staleInRound > 64, staleInRound > round.count / 2 else { return }
    var living = Deque<UInt32>()
    for place in 0..<round.count {
      let stream = round[place]
      if let slot = streams.peek(stream), streams[slot].isScheduled { living.append(stream) }
    }
    round = living
    staleInRound = 0
  }
}
