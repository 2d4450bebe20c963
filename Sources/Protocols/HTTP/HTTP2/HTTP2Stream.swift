import Base

//                    HEADERS
//           idle ──────────────▶ open ──────────────────┐
//                     END_STREAM │ │ END_STREAM          │ RST_STREAM
//                     sent       │ │ received            │ either way
//            halfClosedLocal ◀───┘ └───▶ halfClosedRemote│
//                  │ END_STREAM            │ END_STREAM  │
//                  └ received ─▶ closed ◀──┴ sent ◀──────┘
//
// Idle and closed streams are not in the table: an id above the highest used is idle, else closed.
// Reserved states need pushes, which nobody here sends or takes.

/// One stream that is open in at least one direction (RFC 9113 §5.1).
struct HTTP2Stream: Sendable {
  /// 0: the slot is free.
  var id: UInt32 = 0

  // What comes in.
  var hasReceivedHeaders = false
  /// END_STREAM was received.
  var isRemoteClosed = false
  /// Bytes that the peer may still send.
  var receiveWindow = 0
  /// Bytes received for which no WINDOW_UPDATE went out yet.
  var uncredited = 0
  var withholdsCredit = false
  /// What `content-length` leaves to come; nil: none was announced.
  var contentLeft: UInt64?

  // What goes out.
  var hasSentHeaders = false
  /// END_STREAM is in the output.
  var isLocalClosed = false
  /// The owner has ended its direction: nothing may be sent behind it.
  var isEnded = false
  /// Bytes that we may still send: negative after the peer shrank its initial window.
  var sendWindow = 0
  var queue = Deque<Bytes>()
  var queuedBytes = 0
  /// The header block behind the queue.
  var trailers: Bytes?
  var isCongested = false
  /// Waits in the connection's round for its turn.
  var isScheduled = false
}

/// The streams of a connection in reused slots. Their order in memory means nothing.
struct HTTP2StreamTable: Sendable {
  private var slots: [HTTP2Stream] = []
  private var free: [Int] = []
  private var slotOfID: [UInt32: Int] = [:]
  /// Where the last stream was found: calls on one stream follow each other.
  private var recent = 0

  var count: Int { slotOfID.count }

  subscript(slot: Int) -> HTTP2Stream {
    _read { yield slots[slot] }
    _modify { yield &slots[slot] }
  }

  func peek(_ id: UInt32) -> Int? {
    if recent < slots.count && slots[recent].id == id && id != 0 { return recent }
    return slotOfID[id]
  }

  mutating func find(_ id: UInt32) -> Int? {
    guard let slot = peek(id) else { return nil }
    recent = slot
    return slot
  }

  mutating func insert(_ id: UInt32, sendWindow: Int, receiveWindow: Int) -> Int {
    precondition(id != 0 && slotOfID[id] == nil, "a stream id is used once")
    let slot: Int
    if let reused = free.popLast() {
      slot = reused
    } else {
      slot = slots.count
      slots.append(HTTP2Stream())
    }
    slots[slot].id = id
    slots[slot].sendWindow = sendWindow
    slots[slot].receiveWindow = receiveWindow
    slotOfID[id] = slot
    recent = slot
    return slot
  }

  mutating func remove(slot: Int) {
    slotOfID[slots[slot].id] = nil
    slots[slot] = HTTP2Stream()
    free.append(slot)
  }

  mutating func removeAll() {
    slots = []
    free = []
    slotOfID = [:]
    recent = 0
  }

  /// Slots in use, in the order of memory: the same on every run, since ids alone decide it.
  var usedSlots: [Int] { slots.indices.filter { slots[$0].id != 0 } }
}
