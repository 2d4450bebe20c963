import Base

/// Header sections, and how streams begin and end.
extension HTTP2Connection {
  mutating func receiveHeaders(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    // Streams of a client are odd; a server opens none.
    guard header.stream & 1 == 1 else {
      throw .badStream(type: header.type, stream: header.stream)
    }
    if role == .client && isIdle(header.stream) {
      throw .badStream(type: header.type, stream: header.stream)
    }
    var block = try unpadded(header, payload)
    if header.has(FrameFlags.priority) {
      guard block.count >= 5 else {
        throw .badFrameSize(type: header.type, bytes: payload.count)
      }
      block = block.dropFirst(5)
    }
    let endStream = header.has(FrameFlags.endStream)
    if header.has(FrameFlags.endHeaders) {
      return try receiveSection(header.stream, block, endStream: endStream, &events)
    }
    var buffer = ByteBuffer(capacity: block.count * 2)
    buffer.write(block)
    headerBlock = HeaderBlockInProgress(
      stream: header.stream, endStream: endStream, block: buffer, frames: 1)
  }

  mutating func receiveContinuation(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard var open = headerBlock else { throw .brokenHeaderBlock(stream: header.stream) }
    headerBlock = nil
    open.frames += 1
    guard open.frames <= limits.headerBlockFramesMax,
      open.block.count + payload.count <= limits.headerListBytesMax
    else { throw .abuse(.headerFlood) }
    open.block.write(payload)
    guard header.has(FrameFlags.endHeaders) else {
      headerBlock = open
      return
    }
    try receiveSection(open.stream, open.block.take(), endStream: open.endStream, &events)
  }

  private mutating func receiveSection(
    _ stream: UInt32, _ block: Bytes, endStream: Bool, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    // Decoded even where the stream is refused: the table must follow the peer's (§4.3).
    let section: HPACKDecoder.Section
    do throws(HPACKError) {
      section = try decoder.decode(block)
    } catch {
      throw .compression(error)
    }
    if let slot = streams.find(stream) {
      if streams[slot].isRemoteClosed {
        return try streamError(stream, .streamClosed, &events)
      }
      if streams[slot].hasReceivedHeaders {
        return try receiveTrailers(slot, section, endStream: endStream, &events)
      }
      return try receiveResponse(slot, section, endStream: endStream, &events)
    }
    guard role == .server, isIdle(stream) else { return try receiveOnClosed(stream, &events) }
    try receiveRequest(stream, section, endStream: endStream, &events)
  }

  private mutating func receiveRequest(
    _ stream: UInt32, _ section: HPACKDecoder.Section, endStream: Bool,
    _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    lastPeerStream = stream
    guard servedThrough == nil, streams.count < limits.concurrentStreamsMax else {
      return try streamError(stream, .refusedStream, &events)
    }
    let verdict = HeaderRules.request(section)
    let isLengthBroken = endStream && (verdict.contentLength ?? 0) != 0
    guard verdict.isWellFormed, !isLengthBroken else {
      return try streamError(stream, .protocolError, &events)
    }
    let slot = streams.insert(
      stream, sendWindow: Int(peerSettings.initialWindow), receiveWindow: limits.streamWindow)
    streams[slot].hasReceivedHeaders = true
    streams[slot].contentLeft = verdict.contentLength
    events.append(.headers(stream: stream, section.fields, endStream: endStream))
    if endStream { closeRemote(slot) }
  }

  private mutating func receiveResponse(
    _ slot: Int, _ section: HPACKDecoder.Section, endStream: Bool, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    let stream = streams[slot].id
    let verdict = HeaderRules.response(section)
    guard verdict.isWellFormed, !(verdict.isInformational && endStream) else {
      return try streamError(stream, .protocolError, &events)
    }
    if verdict.isInformational { return try spendControl() }
    streams[slot].hasReceivedHeaders = true
    // A response to HEAD announces a length that never comes; then END_STREAM is here already.
    streams[slot].contentLeft = verdict.contentLength
    events.append(.headers(stream: stream, section.fields, endStream: endStream))
    if endStream { closeRemote(slot) }
  }

  private mutating func receiveTrailers(
    _ slot: Int, _ section: HPACKDecoder.Section, endStream: Bool, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    let stream = streams[slot].id
    guard endStream, HeaderRules.trailers(section), (streams[slot].contentLeft ?? 0) == 0 else {
      return try streamError(stream, .protocolError, &events)
    }
    events.append(.trailers(stream: stream, section.fields))
    closeRemote(slot)
  }

  // MARK: - Ends

  /// A frame on a stream that was closed: normal for a while after we reset it, an error otherwise.
  mutating func receiveOnClosed(
    _ stream: UInt32, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    for place in 0..<recentResets.count where recentResets[place] == stream { return }
    try streamError(stream, .streamClosed, &events)
  }

  /// RFC 9113 §5.4.2: ends one stream; the connection goes on.
  mutating func streamError(
    _ stream: UInt32, _ code: HTTP2ErrorCode, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    try spendingFailed(streamErrorBudget.spend(), .streamErrors)
    try checkOutputFlood()
    let slot = streams.find(stream)
    writeReset(stream: stream, code)
    if let slot {
      remove(slot)
      events.append(.reset(stream: stream, code))
    }
  }

  mutating func closeRemote(_ slot: Int) {
    streams[slot].isRemoteClosed = true
    if streams[slot].isLocalClosed {
      remove(slot)
    } else if role == .client {
      // RFC 9113 §8.1: the response is complete, so the rest of the request is of no use.
      writeReset(stream: streams[slot].id, .noError)
      remove(slot)
    }
  }

  /// END_STREAM has just been written.
  mutating func closeLocal(_ slot: Int) {
    streams[slot].isLocalClosed = true
    if streams[slot].isRemoteClosed {
      remove(slot)
      resetBudget.regain(1)
    } else if role == .server {
      writeReset(stream: streams[slot].id, .noError)
      remove(slot)
    }
  }

  mutating func remove(_ slot: Int) {
    if streams[slot].isScheduled {
      streams[slot].isScheduled = false
      forgetInRound()
    }
    streams.remove(slot: slot)
  }

  mutating func writeReset(stream: UInt32, _ code: HTTP2ErrorCode) {
    FrameHeader(length: 4, type: FrameType.reset, stream: stream).write(into: &output)
    output.write(bigEndian: code.rawValue)
    if recentResets.count == Self.recentResetsMax { _ = recentResets.popFirst() }
    recentResets.append(stream)
  }

  /// RFC 9113 §5.4.1: says why in GOAWAY, and takes nothing more.
  mutating func fail(_ error: HTTP2ConnectionError, _ events: inout [HTTP2Event]) {
    writeGoAway(last: lastPeerStream, error.code, debug: Bytes())
    isFailed = true
    streams.removeAll()
    round.removeAll()
    staleInRound = 0
    partial = ByteBuffer()
    headerBlock = nil
    events.append(.failed(error))
  }

  /// A peer that makes us answer without reading the answers is cut off.
  func checkOutputFlood() throws(HTTP2ConnectionError) {
    guard output.count <= limits.outputBytesMax + limits.controlOutputBytesMax else {
      throw .abuse(.outputFlood)
    }
  }

  // MARK: - Credit

  mutating func creditConnection() {
    guard uncredited >= limits.connectionWindow / 2 else { return }
    writeWindowUpdate(stream: 0, increment: uncredited)
    receiveWindow += uncredited
    uncredited = 0
  }

  mutating func creditStream(_ slot: Int) {
    guard !streams[slot].withholdsCredit, streams[slot].uncredited >= limits.streamWindow / 2 else {
      return
    }
    writeWindowUpdate(stream: streams[slot].id, increment: streams[slot].uncredited)
    streams[slot].receiveWindow += streams[slot].uncredited
    streams[slot].uncredited = 0
  }

  mutating func writeWindowUpdate(stream: UInt32, increment: Int) {
    FrameHeader(length: 4, type: FrameType.windowUpdate, stream: stream).write(into: &output)
    output.write(bigEndian: UInt32(increment))
  }

  /// Keeps back the stream's credit: the peer may send at most one more window on it.
  public mutating func withholdCredit(stream: UInt32) {
    guard let slot = streams.find(stream) else { return }
    streams[slot].withholdsCredit = true
  }

  /// Gives back the credit that was withheld, and again as data comes in.
  public mutating func releaseCredit(stream: UInt32) {
    guard let slot = streams.find(stream) else { return }
    streams[slot].withholdsCredit = false
    if !streams[slot].isRemoteClosed { creditStream(slot) }
  }
}
