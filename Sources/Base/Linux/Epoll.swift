internal import CLinux

/// Level-triggered readiness of many descriptors, epoll(7).
public struct Epoll: ~Copyable {
  /// What a descriptor is ready for, or is asked about.
  public struct Readiness: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    public static let readable = Readiness(rawValue: 0x001)
    public static let writable = Readiness(rawValue: 0x004)
    /// Reported always.
    public static let failed = Readiness(rawValue: 0x008)
    /// Both directions are closed; reported always.
    public static let hungUp = Readiness(rawValue: 0x010)
    /// The peer will send no more.
    public static let peerClosed = Readiness(rawValue: 0x2000)
  }

  private let descriptor: FileDescriptor
  private var buffer: [clinux_event]

  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check(clinux_epoll_create()))
    buffer = Array(repeating: clinux_event(), count: 256)
  }

  /// Adds a descriptor; `data` comes back with its events.
  public func add(_ number: Int32, _ interest: Readiness, data: UInt64) throws(Errno) {
    _ = try check(clinux_epoll_add(descriptor.rawValue, number, interest.rawValue, data))
  }

  public func modify(_ number: Int32, _ interest: Readiness, data: UInt64) throws(Errno) {
    _ = try check(clinux_epoll_modify(descriptor.rawValue, number, interest.rawValue, data))
  }

  public func remove(_ number: Int32) throws(Errno) {
    _ = try check(clinux_epoll_remove(descriptor.rawValue, number))
  }

  /// Waits up to `milliseconds` (-1: without end) and puts at most 256 events into `events`.
  public mutating func wait(
    milliseconds: Int32, into events: inout [(data: UInt64, readiness: Readiness)]
  ) throws(Errno) {
    let number = descriptor.rawValue
    // Safety: the call writes at most 256 events.
    let outcome = unsafe buffer.withUnsafeMutableBufferPointer {
      unsafe clinux_epoll_wait(number, $0.baseAddress, 256, milliseconds)
    }
    let count = Int(try check(outcome))
    for index in 0..<count {
      events.append((buffer[index].data, Readiness(rawValue: buffer[index].events)))
    }
  }
}

/// A counter that one thread raises and another waits for, eventfd(2).
public struct EventDescriptor: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// A blocking one makes `take` wait for a signal. A semaphore wakes one taker per signal.
  public init(blocking: Bool, semaphore: Bool = false) throws(Errno) {
    let outcome = clinux_eventfd(blocking ? 0 : 1, semaphore ? 1 : 0)
    descriptor = FileDescriptor(owning: try check(outcome))
  }

  public var rawValue: Int32 { descriptor.rawValue }

  /// May be called on any thread.
  public func signal() {
    let outcome = clinux_eventfd_signal(descriptor.rawValue)
    // Would block: the counter is at its end, so the reader is awake already.
    precondition(
      outcome == 0 || -outcome == Errno.wouldBlock.rawValue, "an eventfd cannot be written")
  }

  /// Resets the counter; where it blocks, waits until it is raised.
  public func take() {
    _ = clinux_eventfd_take(descriptor.rawValue)
  }
}

/// A timer that wakes an epoll loop with nanosecond precision, timerfd_create(2).
public struct TimerDescriptor: ~Copyable {
  private let descriptor: FileDescriptor

  public init() throws(Errno) {
    descriptor = FileDescriptor(owning: try check(clinux_timerfd()))
  }

  public var rawValue: Int32 { descriptor.rawValue }

  /// Fires once after `nanoseconds` (at least 1); nil disarms.
  public func arm(nanoseconds: Int64?) throws(Errno) {
    _ = try check(clinux_timerfd_arm(descriptor.rawValue, nanoseconds.map { max($0, 1) } ?? 0))
  }

  public func take() {
    _ = clinux_eventfd_take(descriptor.rawValue)
  }
}

/// A signal's number on Linux (x86-64, arm64).
public struct Signal: Hashable, Comparable, Sendable {
  /// 1...64.
  public let number: Int32

  public init(number: Int32) {
    precondition((1...64).contains(number), "signals are 1...64")
    self.number = number
  }

  public static let hangUp = Signal(number: 1)
  public static let interrupt = Signal(number: 2)
  public static let quit = Signal(number: 3)
  public static let kill = Signal(number: 9)
  public static let user1 = Signal(number: 10)
  public static let user2 = Signal(number: 12)
  public static let pipe = Signal(number: 13)
  public static let terminate = Signal(number: 15)
  public static let child = Signal(number: 17)
  public static let `continue` = Signal(number: 18)
  public static let stop = Signal(number: 19)
  public static let windowChanged = Signal(number: 28)

  public static func < (left: Signal, right: Signal) -> Bool { left.number < right.number }

  /// Ignores the signal in this process; its children get the default back from `Process.spawn`.
  public func ignore() {
    clinux_signal_ignore(number)
  }

  /// Sends the signal to the calling thread.
  public func raise() {
    let outcome = clinux_raise(number)
    precondition(outcome == 0, "a thread can signal itself")
  }

  /// Signals as the kernel's bit set.
  static func mask(_ signals: [Signal]) -> UInt64 {
    signals.reduce(0) { $0 | 1 << UInt64($1.number - 1) }
  }
}

/// Signals as events, signalfd(2).
public struct SignalDescriptor: ~Copyable {
  private let descriptor: FileDescriptor

  /// Blocks the signals in the calling thread and in those it starts later: call it before any
  /// other thread runs, else that one still takes them in the default way.
  public init(_ signals: [Signal]) throws(Errno) {
    let mask = Signal.mask(signals)
    _ = try check(clinux_signals_block(mask))
    descriptor = FileDescriptor(owning: try check(clinux_signalfd(mask)))
  }

  public var rawValue: Int32 { descriptor.rawValue }

  /// The next pending signal.
  public func take() throws(Errno) -> Signal? {
    let outcome = clinux_signalfd_take(descriptor.rawValue)
    if -outcome == Errno.wouldBlock.rawValue { return nil }
    return Signal(number: try check(outcome))
  }
}
