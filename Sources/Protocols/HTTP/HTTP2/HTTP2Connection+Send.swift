public import Base

/// What the owner sends.
extension HTTP2Connection {
  /// A new stream of a client, or nil while the peer allows none (its limit, GOAWAY, ids used up).
  public mutating func openStream() -> UInt32? {
    precondition(role == .client, "a server opens no streams")
    guard !isFailed, !hasReceivedGoAway, servedThrough == nil, nextStream <= 0x7FFF_FFFF,
      streams.count < Int(peerSettings.concurrentStreamsMax)
    else { return nil }
    let stream = nextStream
    nextStream += 2
    _ = streams.insert(
      stream, sendWindow: Int(peerSettings.initialWindow), receiveWindow: limits.streamWindow)
    return stream
  }

  /// A request's or response's header section; before any data.
  public mutating func sendHeaders(stream: UInt32, _ fields: HeaderFields, endStream: Bool) {
    sendHeaders(stream: stream, encoded: HPACKEncoder.encode(fields), endStream: endStream)
  }

  /// The same with a block that `HPACKEncoder.encode` made before: no encoding per call.
  public mutating func sendHeaders(stream: UInt32, encoded block: Bytes, endStream: Bool) {
    guard let slot = streams.find(stream) else { return }
    precondition(!streams[slot].hasSentHeaders, "a message has one header section")
    streams[slot].hasSentHeaders = true
    streams[slot].isEnded = endStream
    writeHeaders(stream, block, endStream: endStream)
    if endStream { closeLocal(slot) }
  }

  /// Body bytes; queued while windows or `takeOutput`'s bound do not allow them.
  public mutating func sendData(stream: UInt32, _ bytes: Bytes, endStream: Bool) {
    guard let slot = streams.find(stream) else { return }
    checkSendable(slot)
    streams[slot].isEnded = endStream
    if canWriteNow(slot, bytes.count) {
      if !bytes.isEmpty || endStream {
        writeDataHeader(slot, bytes.count, endStream: endStream)
        output.write(bytes)
      }
      if endStream { closeLocal(slot) }
      return
    }
    enqueue(slot, bytes)
    schedule(slot)
  }

  /// A gRPC message behind its 5-byte prefix (flag 0, length), copied once at most.
  public mutating func sendMessage(stream: UInt32, _ message: Bytes, endStream: Bool = false) {
    guard let slot = streams.find(stream) else { return }
    checkSendable(slot)
    precondition(message.count <= UInt32.max, "a gRPC message's length has 32 bits")
    streams[slot].isEnded = endStream
    let whole = message.count + GRPCMessageReader.prefixBytes
    if canWriteNow(slot, whole) {
      writeDataHeader(slot, whole, endStream: endStream)
      output.write(UInt8(0))
      output.write(bigEndian: UInt32(message.count))
      output.write(message)
      if endStream { closeLocal(slot) }
      return
    }
    let isSmall = message.count < FrameLimits.dataBytesMax
    var prefix = ByteBuffer(capacity: isSmall ? whole : GRPCMessageReader.prefixBytes)
    prefix.write(UInt8(0))
    prefix.write(bigEndian: UInt32(message.count))
    if isSmall { prefix.write(message) }
    append(slot, prefix.take())
    if !isSmall { append(slot, message) }
    schedule(slot)
  }

  /// The fields behind the body; ends the stream.
  public mutating func sendTrailers(stream: UInt32, _ fields: HeaderFields) {
    sendTrailers(stream: stream, encoded: HPACKEncoder.encode(fields))
  }

  /// The same with a block that `HPACKEncoder.encode` made before.
  public mutating func sendTrailers(stream: UInt32, encoded block: Bytes) {
    guard let slot = streams.find(stream) else { return }
    checkSendable(slot)
    streams[slot].isEnded = true
    if streams[slot].queuedBytes == 0 {
      writeHeaders(stream, block, endStream: true)
      closeLocal(slot)
    } else {
      streams[slot].trailers = block
    }
  }

  /// RST_STREAM; what is queued on the stream is dropped, and no further event comes for it.
  public mutating func reset(stream: UInt32, _ code: HTTP2ErrorCode) {
    guard let slot = streams.find(stream) else { return }
    // A client's stream without HEADERS is idle for the server, which must not see RST_STREAM.
    if role == .server || streams[slot].hasSentHeaders { writeReset(stream: stream, code) }
    remove(slot)
  }

  /// A PING that the peer answers: `.pong` with the same number.
  public mutating func ping(_ opaque: UInt64) {
    guard !isFailed else { return }
    writePing(opaque, flags: 0)
  }

  /// Refuses further streams of the peer; those open go on. With an error code: close soon after.
  public mutating func goAway(_ code: HTTP2ErrorCode, debug: Bytes = Bytes()) {
    guard !isFailed else { return }
    servedThrough = lastPeerStream
    writeGoAway(last: lastPeerStream, code, debug: debug)
  }

  // MARK: - Frames

  private func checkSendable(_ slot: Int) {
    precondition(streams[slot].hasSentHeaders, "headers come before a body")
    precondition(!streams[slot].isEnded, "nothing is sent behind the end of a stream")
  }

  /// Small answers skip the queues, as long as that takes nothing from streams that wait.
  private func canWriteNow(_ slot: Int, _ bytes: Int) -> Bool {
    if streams[slot].queuedBytes > 0 { return false }
    if bytes == 0 { return true }
    return round.count == staleInRound && bytes <= streams[slot].sendWindow
      && bytes <= sendWindow && bytes <= FrameLimits.dataBytesMax
      && output.count + bytes <= limits.outputBytesMax / 2
  }

  /// A small slice is copied: it may be all that is in use of a large buffer, and a slow reader
  /// would keep one such buffer per slice.
  private mutating func enqueue(_ slot: Int, _ bytes: Bytes) {
    guard bytes.count < FrameLimits.dataBytesMax else { return append(slot, bytes) }
    guard !bytes.isEmpty else { return }
    var copy = ByteBuffer(capacity: bytes.count)
    copy.write(bytes)
    append(slot, copy.take())
  }

  private mutating func append(_ slot: Int, _ bytes: Bytes) {
    streams[slot].queue.append(bytes)
    streams[slot].queuedBytes += bytes.count
    if streams[slot].queuedBytes > limits.congestedBytes { streams[slot].isCongested = true }
  }

  mutating func writeDataHeader(_ slot: Int, _ bytes: Int, endStream: Bool) {
    FrameHeader(
      length: bytes, type: FrameType.data, flags: endStream ? FrameFlags.endStream : 0,
      stream: streams[slot].id
    ).write(into: &output)
    streams[slot].sendWindow -= bytes
    sendWindow -= bytes
    // The peer answers data with WINDOW_UPDATE and measures the line with PING.
    controlBudget.regain(4)
  }

  mutating func writeHeaders(_ stream: UInt32, _ block: Bytes, endStream: Bool) {
    let flag = endStream ? FrameFlags.endStream : 0
    let update = owesTableSizeUpdate ? 1 : 0
    let first = min(block.count, FrameLimits.dataBytesMax - update)
    let isWhole = first == block.count
    FrameHeader(
      length: first + update, type: FrameType.headers,
      flags: flag | (isWhole ? FrameFlags.endHeaders : 0), stream: stream
    ).write(into: &output)
    if owesTableSizeUpdate {
      output.write(UInt8(0x20))  // RFC 7541 §6.3: the table has 0 bytes from here on.
      owesTableSizeUpdate = false
    }
    output.write(block.prefix(first))
    var written = first
    while written < block.count {
      let part = block.dropFirst(written).prefix(FrameLimits.dataBytesMax)
      written += part.count
      FrameHeader(
        length: part.count, type: FrameType.continuation,
        flags: written == block.count ? FrameFlags.endHeaders : 0, stream: stream
      ).write(into: &output)
      output.write(part)
    }
  }

  mutating func writePing(_ opaque: UInt64, flags: UInt8) {
    FrameHeader(length: 8, type: FrameType.ping, flags: flags, stream: 0).write(into: &output)
    output.write(bigEndian: opaque)
  }

  mutating func writeGoAway(last: UInt32, _ code: HTTP2ErrorCode, debug: Bytes) {
    FrameHeader(length: 8 + debug.count, type: FrameType.goAway, stream: 0).write(into: &output)
    output.write(bigEndian: last)
    output.write(bigEndian: code.rawValue)
    output.write(debug)
  }
}

/// What every peer takes without asking.
enum FrameLimits {
  /// RFC 9113 §4.2. Larger frames would only make other streams wait longer.
  static let dataBytesMax = 16_384
}
