import Base
import EtcdAPI
import KVStore

/// Ranges too long for one turn: they are read on, turn by turn, at the revision at which they
/// began.
struct OpenRanges {
  struct Open {
    let read: WaitingRead
    let request: RangeRequest
    var reading: RangeReading
    /// The response so far.
    var buffer: ByteBuffer
  }

  /// Responses that grow at once: each may become as large as the data.
  static let openMax = 4
  /// Keys that one step looks at, and that one turn does.
  static let keysPerStep = 256
  static let bytesPerStep = 256 << 10
  static let keysPerTurn = 8192
  /// A range that ends within so many steps is not kept open: a page of a list has 500 keys.
  static let stepsAtOnce = 4

  var open = Deque<Open>()
  /// Wait for one of the open ones to end.
  var waiting = Deque<(read: WaitingRead, request: RangeRequest)>()

  var isEmpty: Bool { open.isEmpty && waiting.isEmpty }
}

extension StoreMember {
  /// Answers a range at once where that is a matter of one key, else step by step.
  mutating func answerRange(_ read: WaitingRead, _ request: RangeRequest) {
    if request.rangeEnd.isEmpty || request.countOnly {
      let start = reply.buffer.count
      do throws(KVError) {
        try keySpace.range(
          request, identity: read.identity, header: header, into: &reply.buffer)
        reply.items.append(.answer(read.origin, bytes: start..<reply.buffer.count))
      } catch {
        reply.items.append(.end(read.origin, error.status))
      }
    } else if ranges.open.count < OpenRanges.openMax, ranges.waiting.isEmpty {
      beginRange(read, request)
    } else {
      ranges.waiting.append((read, request))
    }
  }

  private mutating func beginRange(_ read: WaitingRead, _ request: RangeRequest) {
    let start = reply.buffer.count
    var reading: RangeReading
    do throws(KVError) {
      reading = try keySpace.beginRange(
        request, identity: read.identity, header: header, into: &reply.buffer)
    } catch {
      reply.items.append(.end(read.origin, error.status))
      return
    }
    // Most ranges end here, in the buffer that leaves with this turn.
    var steps = 0
    while !reading.isFinished, steps < OpenRanges.stepsAtOnce,
      reply.buffer.count - start < configuration.limits.readBytesPerTurn / 4
    {
      keySpace.continueRange(
        &reading, keysMax: OpenRanges.keysPerStep, bytesMax: OpenRanges.bytesPerStep,
        into: &reply.buffer)
      steps += 1
    }
    if reading.isFinished {
      reply.items.append(.answer(read.origin, bytes: start..<reply.buffer.count))
      return
    }
    var buffer = ByteBuffer()
    buffer.write(reply.buffer.bytes.dropFirst(start))
    reply.buffer.truncate(to: start)
    ranges.open.append(
      OpenRanges.Open(read: read, request: request, reading: reading, buffer: buffer))
  }

  /// Reads on in the open ranges in turn, as far as this turn has room for.
  mutating func continueRanges() {
    var keys = 0
    var bytes = 0
    while keys < OpenRanges.keysPerTurn, bytes < configuration.limits.readBytesPerTurn {
      while ranges.open.count < OpenRanges.openMax, let next = ranges.waiting.popFirst() {
        beginRange(next.read, next.request)
        keys += OpenRanges.keysPerStep * OpenRanges.stepsAtOnce
      }
      guard var open = ranges.open.popFirst() else { return }
      let before = open.buffer.count
      keySpace.continueRange(
        &open.reading, keysMax: OpenRanges.keysPerStep, bytesMax: OpenRanges.bytesPerStep,
        into: &open.buffer)
      keys += OpenRanges.keysPerStep
      bytes += open.buffer.count - before
      if open.reading.isFinished {
        // A reply of its own: a large response is not copied behind others.
        var whole = ReplyBatch()
        whole.items.append(.answer(open.read.origin, bytes: 0..<open.buffer.count))
        whole.buffer = open.buffer
        effects.append(.reply(whole))
      } else {
        ranges.open.append(open)
      }
    }
  }

  /// The client is gone.
  mutating func abandonRange(of origin: RequestOrigin) {
    for _ in 0..<ranges.waiting.count {
      guard let next = ranges.waiting.popFirst() else { break }
      if next.read.origin != origin { ranges.waiting.append(next) }
    }
    for _ in 0..<ranges.open.count {
      guard let open = ranges.open.popFirst() else { break }
      if open.read.origin == origin {
        keySpace.abandonRange(open.reading)
      } else {
        ranges.open.append(open)
      }
    }
  }

  /// Another state takes the place of this one: what is being read begins anew there.
  mutating func restartRanges() {
    while let open = ranges.open.popLast() {
      keySpace.abandonRange(open.reading)
      ranges.waiting.prepend((open.read, open.request))
    }
  }
}
