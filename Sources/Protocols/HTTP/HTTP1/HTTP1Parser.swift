public import Base

// startLine ──line──▶ fields ──empty line──▶ body ──────────────────┐
//     ▲                                       ├ length(n) ──────────┤
//     │                                       ├ chunkSize ⇄ chunk   │
//     │                                       │    └0▶ trailers ────┤
//     │                                       └ untilClose (client) │
//     └───────────────────────── .end ◀─────────────────────────────┘

/// Reads the messages of one HTTP/1.1 connection (RFC 9112), however the bytes are cut.
///
/// Lines end in CRLF only: readers that take a bare LF disagree with others about message borders.
public struct HTTP1Parser: Sendable {
  public enum Role: Sendable { case server, client }

  public let role: Role
  public let limits: HTTP1Limits
  /// Of a client: the next response answers a HEAD and has no body whatever its fields say.
  public var nextResponseHasNoBody = false
  private var state = State.startLine
  private var line = ByteBuffer()
  private var startLine = Bytes()
  private var fields = HeaderFields()
  private var headBytes = 0

  private enum State {
    case startLine, fields
    case length(UInt64)
    case chunkSize
    case chunk(UInt64)
    case chunkEnd
    case trailers
    case untilClose
    case failed
  }

  public init(role: Role, limits: HTTP1Limits = HTTP1Limits()) {
    self.role = role
    self.limits = limits
  }

  /// Takes bytes as they came and appends to `events`. After `.failed` further bytes are ignored.
  public mutating func receive(_ bytes: Bytes, into events: inout [HTTP1Event]) {
    var input = bytes
    do throws(HTTP1Error) {
      while !input.isEmpty {
        if case .failed = state { return }
        try advance(&input, &events)
      }
    } catch {
      state = .failed
      events.append(.failed(error))
    }
  }

  /// The peer ended the connection: completes a body that lasts until then.
  public mutating func receiveEnd(into events: inout [HTTP1Event]) {
    switch state {
    case .untilClose:
      state = .startLine
      events.append(.end)
    case .startLine where line.isEmpty, .failed:
      break
    case .startLine, .fields, .length, .chunkSize, .chunk, .chunkEnd, .trailers:
      state = .failed
      events.append(.failed(.truncated))
    }
  }

  private mutating func advance(
    _ input: inout Bytes, _ events: inout [HTTP1Event]
  ) throws(HTTP1Error) {
    switch state {
    case .startLine:
      guard let text = try readLine(&input) else { return }
      // RFC 9112 §2.2: an empty line before the request line is ignored.
      if text.isEmpty { return }
      startLine = text
      state = .fields
    case .fields:
      guard let text = try readLine(&input) else { return }
      if text.isEmpty { try finishHead(&events) } else { try appendField(text) }
    case .length(let left):
      readBody(left, from: &input, &events)
    case .chunkSize:
      guard let text = try readLine(&input) else { return }
      let size = try chunkSize(text)
      headBytes = 0
      state = size == 0 ? .trailers : .chunk(size)
    case .chunk(let left):
      let part = input.prefix(Int(clamping: left))
      input = input.dropFirst(part.count)
      events.append(.body(part))
      let rest = left - UInt64(part.count)
      state = rest == 0 ? .chunkEnd : .chunk(rest)
    case .chunkEnd:
      guard let text = try readLine(&input) else { return }
      guard text.isEmpty else { throw .badChunk }
      headBytes = 0
      state = .chunkSize
    case .trailers:
      guard let text = try readLine(&input) else { return }
      if text.isEmpty { finishMessage(&events) }
    case .untilClose:
      events.append(.body(input))
      input = Bytes()
    case .failed:
      input = Bytes()
    }
  }

  private mutating func readBody(
    _ left: UInt64, from input: inout Bytes, _ events: inout [HTTP1Event]
  ) {
    let part = input.prefix(Int(clamping: left))
    input = input.dropFirst(part.count)
    events.append(.body(part))
    let rest = left - UInt64(part.count)
    if rest == 0 { finishMessage(&events) } else { state = .length(rest) }
  }

  /// The next line without its CRLF, or nil while it is incomplete.
  private mutating func readLine(_ input: inout Bytes) throws(HTTP1Error) -> Bytes? {
    let end = input.firstOffset { $0 == UInt8(ascii: "\n") } ?? input.count
    let isComplete = end < input.count
    let taken = isComplete ? end + 1 : end
    headBytes += taken
    guard headBytes <= headLimit else { throw isChunked ? .badChunk : .headTooLarge }
    let part = input.prefix(taken)
    input = input.dropFirst(taken)
    // A line that came in one piece is not copied.
    let isFirst = line.isEmpty
    if !isComplete || !isFirst { line.write(part) }
    guard isComplete else { return nil }
    let whole = isFirst ? part : line.take()
    guard whole.count >= 2, whole[whole.count - 2] == UInt8(ascii: "\r") else {
      throw isChunked ? .badChunk : .badField
    }
    return whole.prefix(whole.count - 2)
  }

  private var isChunked: Bool {
    switch state {
    case .chunkSize, .chunk, .chunkEnd, .trailers: true
    case .startLine, .fields, .length, .untilClose, .failed: false
    }
  }

  private var headLimit: Int { isChunked ? limits.chunkLineBytesMax : limits.headBytesMax }

  private mutating func appendField(_ text: Bytes) throws(HTTP1Error) {
    guard fields.count < limits.fieldsMax else { throw .headTooLarge }
    fields.append(try HTTP1Syntax.field(text))
  }

  private func chunkSize(_ text: Bytes) throws(HTTP1Error) -> UInt64 {
    var size: UInt64 = 0
    var digits = 0
    while digits < text.count, let digit = hexDigit(text[digits]) {
      guard digits < 15 else { throw .badChunk }
      size = size << 4 | UInt64(digit)
      digits += 1
    }
    guard digits > 0 else { throw .badChunk }
    // RFC 9112 §7.1.1: extensions behind ";" are ignored; space around it is tolerated.
    guard digits == text.count || [UInt8(ascii: ";"), 0x20, 0x09].contains(text[digits]) else {
      throw .badChunk
    }
    return size
  }

  private mutating func finishHead(_ events: inout [HTTP1Event]) throws(HTTP1Error) {
    let section = fields
    let first = startLine
    fields = HeaderFields()
    startLine = Bytes()
    headBytes = 0
    switch role {
    case .server:
      let head = try HTTP1Syntax.requestHead(first, section)
      events.append(.request(head))
      try begin(try HTTP1Syntax.bodyFraming(section) ?? .length(0), &events)
    case .client:
      let head = try HTTP1Syntax.responseHead(first, section)
      guard head.status.rawValue >= 200 || head.status == .switchingProtocols else {
        state = .startLine
        return
      }
      events.append(.response(head))
      let isBodiless = nextResponseHasNoBody || head.status.forbidsBody
      nextResponseHasNoBody = false
      let framing = isBodiless ? .length(0) : try HTTP1Syntax.bodyFraming(section)
      try begin(framing ?? .untilClose, &events)
    }
  }

  private mutating func begin(
    _ framing: HTTP1BodyFraming, _ events: inout [HTTP1Event]
  ) throws(HTTP1Error) {
    switch framing {
    case .length(0): finishMessage(&events)
    case .length(let length): state = .length(length)
    case .chunked: state = .chunkSize
    case .untilClose: state = .untilClose
    }
  }

  private mutating func finishMessage(_ events: inout [HTTP1Event]) {
    headBytes = 0
    state = .startLine
    events.append(.end)
  }
}
