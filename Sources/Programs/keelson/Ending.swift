import EventLoop

/// Ends a process in order and once, however often signals ask for it.
final class Ending {
  private let loop: EventLoop
  private let note: () -> Void
  private var hasBegun = false
  /// Ends what serves, then calls what it is given; nil: nothing serves yet.
  var stop: ((_ done: @escaping () -> Void) -> Void)?

  /// `note` says to people that the end begins.
  init(loop: EventLoop, note: @escaping () -> Void) {
    self.loop = loop
    self.note = note
  }

  func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    note()
    guard let stop else { return loop.stop() }
    stop { [loop] in loop.stop() }
  }
}
