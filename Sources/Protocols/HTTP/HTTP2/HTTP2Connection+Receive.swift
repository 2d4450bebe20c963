public import Base

/// Cutting bytes into frames, and the frames that concern no header section.
extension HTTP2Connection {
  /// Takes bytes as they came; `events` is appended to. After `.failed` further bytes are ignored.
  public mutating func receive(_ bytes: Bytes, into events: inout [HTTP2Event]) {
    guard !isFailed else { return }
    // An idle connection holds no buffer; one that is asked answers about as much as last time.
    if output.isEmpty { output.reserve(lastOutputBytes) }
    var input = bytes
    do throws(HTTP2ConnectionError) {
      if prefaceLeft > 0 { try receivePreface(&input) }
      try receiveFrames(&input, &events)
    } catch {
      fail(error, &events)
    }
  }

  private mutating func receivePreface(_ input: inout Bytes) throws(HTTP2ConnectionError) {
    let seen = http2Preface.count - prefaceLeft
    let part = input.prefix(prefaceLeft)
    guard part == http2Preface[seen..<seen + part.count] else { throw .badPreface }
    prefaceLeft -= part.count
    input = input.dropFirst(part.count)
  }

  /// Frames that lie whole in `input` are read in place; only one cut by its end is copied.
  private mutating func receiveFrames(
    _ input: inout Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    if !partial.isEmpty {
      fillPartial(to: FrameHeader.bytes, from: &input)
      guard partial.count >= FrameHeader.bytes else { return }
      let header = FrameHeader(partial.bytes)
      try check(header)
      fillPartial(to: FrameHeader.bytes + header.length, from: &input)
      guard partial.count == FrameHeader.bytes + header.length else { return }
      try receive(header, partial.take().dropFirst(FrameHeader.bytes), &events)
    }
    while input.count >= FrameHeader.bytes {
      let header = FrameHeader(input)
      try check(header)
      let whole = FrameHeader.bytes + header.length
      guard input.count >= whole else { break }
      let payload = input[FrameHeader.bytes..<whole]
      input = input.dropFirst(whole)
      try receive(header, payload, &events)
    }
    if !input.isEmpty { partial.write(input) }
  }

  private mutating func fillPartial(to wanted: Int, from input: inout Bytes) {
    let missing = wanted - partial.count
    guard missing > 0 else { return }
    partial.write(input.prefix(missing))
    input = input.dropFirst(missing)
  }

  /// What can be said before the payload is there.
  private func check(_ header: FrameHeader) throws(HTTP2ConnectionError) {
    guard header.length <= limits.frameBytesMax else {
      throw .frameTooLarge(bytes: header.length)
    }
    if !hasReceivedSettings {
      guard header.type == FrameType.settings, !header.has(FrameFlags.ack) else {
        throw .badPreface
      }
    }
    if let open = headerBlock {
      guard header.type == FrameType.continuation, header.stream == open.stream else {
        throw .brokenHeaderBlock(stream: open.stream)
      }
    } else if header.type == FrameType.continuation {
      throw .brokenHeaderBlock(stream: header.stream)
    }
  }

  private mutating func receive(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    switch header.type {
    case FrameType.data: try receiveData(header, payload, &events)
    case FrameType.headers: try receiveHeaders(header, payload, &events)
    case FrameType.continuation: try receiveContinuation(header, payload, &events)
    case FrameType.priority: try receivePriority(header, payload, &events)
    case FrameType.reset: try receiveReset(header, payload, &events)
    case FrameType.settings: try receiveSettings(header, payload, &events)
    case FrameType.pushPromise: throw .unexpectedPush
    case FrameType.ping: try receivePing(header, payload, &events)
    case FrameType.goAway: try receiveGoAway(header, payload, &events)
    case FrameType.windowUpdate: try receiveWindowUpdate(header, payload, &events)
    default: try spendControl()  // RFC 9113 §5.5: unknown types are ignored.
    }
  }

  func spendingFailed(_ hadEnough: Bool, _ abuse: HTTP2Abuse) throws(HTTP2ConnectionError) {
    guard hadEnough else { throw .abuse(abuse) }
  }

  mutating func spendControl(_ amount: Int = 1) throws(HTTP2ConnectionError) {
    try spendingFailed(controlBudget.spend(amount), .controlFlood)
  }

  /// Whether nobody has used `stream` yet (RFC 9113 §5.1, idle).
  func isIdle(_ stream: UInt32) -> Bool {
    let isPeers = (stream & 1 == 1) == (role == .server)
    return isPeers ? stream > lastPeerStream : role == .server || stream >= nextStream
  }

  /// The payload without padding (RFC 9113 §6.1, §6.2).
  func unpadded(
    _ header: FrameHeader, _ payload: Bytes
  ) throws(HTTP2ConnectionError) -> Bytes {
    guard header.has(FrameFlags.padded) else { return payload }
    guard !payload.isEmpty else {
      throw .badFrameSize(type: header.type, bytes: header.length)
    }
    let padding = Int(payload[0])
    guard padding < payload.count else { throw .badPadding(stream: header.stream) }
    return payload[1..<payload.count - padding]
  }

  // MARK: - Frames

  private mutating func receiveData(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    let stream = header.stream
    guard stream != 0 else { throw .badStream(type: header.type, stream: stream) }
    let body = try unpadded(header, payload)
    guard payload.count <= receiveWindow else { throw .flowControl }
    receiveWindow -= payload.count
    uncredited += payload.count
    creditConnection()
    let endStream = header.has(FrameFlags.endStream)
    if body.isEmpty && !endStream { try spendControl() }
    guard let slot = streams.find(stream) else {
      guard !isIdle(stream) else { throw .badStream(type: header.type, stream: stream) }
      return try receiveOnClosed(stream, &events)
    }
    if streams[slot].isRemoteClosed {
      return try streamError(stream, .streamClosed, &events)
    }
    guard streams[slot].hasReceivedHeaders else {
      return try streamError(stream, .protocolError, &events)
    }
    guard payload.count <= streams[slot].receiveWindow else {
      return try streamError(stream, .flowControlError, &events)
    }
    streams[slot].receiveWindow -= payload.count
    if let left = streams[slot].contentLeft {
      let length = UInt64(body.count)
      guard length <= left, !endStream || length == left else {
        return try streamError(stream, .protocolError, &events)
      }
      streams[slot].contentLeft = left - length
    }
    if !body.isEmpty || endStream {
      events.append(.data(stream: stream, body, endStream: endStream))
    }
    if endStream {
      closeRemote(slot)
    } else {
      streams[slot].uncredited += payload.count
      creditStream(slot)
    }
  }

  private mutating func receivePriority(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard header.stream != 0 else { throw .badStream(type: header.type, stream: 0) }
    try spendControl()
    // RFC 9113 §5.3.2: priorities are deprecated and ignored; §6.3: the size is not.
    guard payload.count == 5 else {
      guard !isIdle(header.stream) else {
        throw .badFrameSize(type: header.type, bytes: payload.count)
      }
      return try streamError(header.stream, .frameSizeError, &events)
    }
  }

  private mutating func receiveReset(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard payload.count == 4 else {
      throw .badFrameSize(type: header.type, bytes: payload.count)
    }
    guard header.stream != 0, !isIdle(header.stream) else {
      throw .badStream(type: header.type, stream: header.stream)
    }
    guard let slot = streams.find(header.stream) else { return try spendControl() }
    if role == .server { try spendingFailed(resetBudget.spend(), .rapidReset) }
    remove(slot)
    let code = HTTP2ErrorCode(rawValue: payload.bigEndian32(at: 0))
    events.append(.reset(stream: header.stream, code))
  }

  private mutating func receiveSettings(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard header.stream == 0 else { throw .badStream(type: header.type, stream: header.stream) }
    let isAck = header.has(FrameFlags.ack)
    guard payload.count % 6 == 0, !isAck || payload.isEmpty else {
      throw .badFrameSize(type: header.type, bytes: payload.count)
    }
    hasReceivedSettings = true
    // Each may touch every stream, so it counts more than other control frames.
    try spendControl(isAck ? 1 : 10)
    guard !isAck else { return }
    let before = peerSettings
    for offset in stride(from: 0, to: payload.count, by: 6) {
      let identifier = UInt16(payload[offset]) << 8 | UInt16(payload[offset + 1])
      let value = payload.bigEndian32(at: offset + 2)
      try peerSettings.apply(identifier: identifier, value: value)
      // §4.2 of RFC 7541: the smallest value in between counts, the last one may be larger again.
      if identifier == HTTP2Settings.headerTableIdentifier && value < 4096 {
        owesTableSizeUpdate = true
      }
      // §6.5.2: a server takes no pushes, and says so by silence or 0.
      if identifier == HTTP2Settings.enablePushIdentifier && value == 1 && role == .client {
        throw .badSetting(identifier: identifier, value: value)
      }
    }
    let delta = Int(peerSettings.initialWindow) - Int(before.initialWindow)
    if delta != 0 { try moveSendWindows(by: delta) }
    try checkOutputFlood()
    FrameHeader(length: 0, type: FrameType.settings, flags: FrameFlags.ack, stream: 0)
      .write(into: &output)
  }

  /// RFC 9113 §6.9.2: a changed initial window moves the windows of all streams.
  private mutating func moveSendWindows(by delta: Int) throws(HTTP2ConnectionError) {
    for slot in streams.usedSlots {
      streams[slot].sendWindow += delta
      guard streams[slot].sendWindow <= 0x7FFF_FFFF else { throw .flowControl }
      schedule(slot)
    }
  }

  private mutating func receivePing(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard header.stream == 0 else { throw .badStream(type: header.type, stream: header.stream) }
    guard payload.count == 8 else {
      throw .badFrameSize(type: header.type, bytes: payload.count)
    }
    let opaque = UInt64(payload.bigEndian32(at: 0)) << 32 | UInt64(payload.bigEndian32(at: 4))
    try spendControl()
    if header.has(FrameFlags.ack) {
      events.append(.pong(opaque))
    } else {
      try checkOutputFlood()
      writePing(opaque, flags: FrameFlags.ack)
    }
  }

  private mutating func receiveGoAway(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard header.stream == 0 else { throw .badStream(type: header.type, stream: header.stream) }
    guard payload.count >= 8 else {
      throw .badFrameSize(type: header.type, bytes: payload.count)
    }
    try spendControl()
    let last = payload.bigEndian32(at: 0) & 0x7FFF_FFFF
    let code = HTTP2ErrorCode(rawValue: payload.bigEndian32(at: 4))
    hasReceivedGoAway = true
    events.append(.goAway(lastStream: last, code, debug: payload.dropFirst(8)))
    guard role == .client else { return }
    let lost = streams.usedSlots.map { streams[$0].id }.filter { $0 > last }.sorted()
    for stream in lost {
      guard let slot = streams.find(stream) else { continue }
      remove(slot)
      events.append(.reset(stream: stream, .refusedStream))
    }
  }

  private mutating func receiveWindowUpdate(
    _ header: FrameHeader, _ payload: Bytes, _ events: inout [HTTP2Event]
  ) throws(HTTP2ConnectionError) {
    guard payload.count == 4 else {
      throw .badFrameSize(type: header.type, bytes: payload.count)
    }
    try spendControl()
    let increment = Int(payload.bigEndian32(at: 0) & 0x7FFF_FFFF)
    if header.stream == 0 {
      guard increment > 0 else { throw .zeroIncrement }
      sendWindow += increment
      guard sendWindow <= 0x7FFF_FFFF else { throw .flowControl }
      return
    }
    guard let slot = streams.find(header.stream) else {
      guard !isIdle(header.stream) else {
        throw .badStream(type: header.type, stream: header.stream)
      }
      return
    }
    guard increment > 0 else { return try streamError(header.stream, .protocolError, &events) }
    streams[slot].sendWindow += increment
    guard streams[slot].sendWindow <= 0x7FFF_FFFF else {
      return try streamError(header.stream, .flowControlError, &events)
    }
    schedule(slot)
  }
}
