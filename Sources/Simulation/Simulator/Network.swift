import Base
import Member

/// One direction of what lies between two machines.
struct Link {
  /// Counts connections; a frame of an earlier one never arrives.
  var connection = 0
  var isUp = false
  /// The end here has not been told yet that the connection broke.
  var isBreakUnseen = false
  /// Nothing passes: frames wait, and the connection breaks if it lasts.
  var isBlocked = false
  var held: [Frame] = []
  /// Frames of one connection arrive in order.
  var lastArrival = Instant(nanoseconds: 0)
  /// What this direction adds to every frame.
  var slowness = Duration.zero
}

/// Bytes under way between two members.
struct Frame {
  let source: Int
  let target: Int
  let connection: Int
  let bytes: Bytes
}

extension World {
  func send(_ bytes: Bytes, from source: Int, to target: Int) {
    guard hosts.indices.contains(target), target != source else { return }
    guard links[source][target].isUp else { return }
    // A full queue drops what it cannot take.
    if !isCalm, random.chance(plan.frameLoss) { return }
    let delay = .microseconds(100 + random.below(400)) + links[source][target].slowness
    let arrival = max(queue.now + delay, links[source][target].lastArrival)
    links[source][target].lastArrival = arrival
    let frame = Frame(
      source: source, target: target, connection: links[source][target].connection, bytes: bytes)
    queue.plan(.frame(frame), at: arrival)
  }

  func arrive(_ frame: Frame) {
    let link = links[frame.source][frame.target]
    guard link.isUp, link.connection == frame.connection else { return }
    if link.isBlocked {
      links[frame.source][frame.target].held.append(frame)
      return
    }
    counters.frames += 1
    give(hosts[frame.target], .received(frame.bytes, from: hosts[frame.source].id))
  }

  // MARK: - Connections

  func planConnect(_ one: Int, _ other: Int) {
    queue.plan(
      .connect(min(one, other), max(one, other)), after: .milliseconds(5 + random.below(100)))
  }

  func connect(_ one: Int, _ other: Int) {
    guard hosts[one].member != nil, hosts[other].member != nil, !links[one][other].isUp else {
      return
    }
    let isReady =
      !links[one][other].isBlocked && !links[other][one].isBlocked
      && !links[one][other].isBreakUnseen && !links[other][one].isBreakUnseen
    guard isReady else {
      planConnect(one, other)
      return
    }
    for (source, target) in [(one, other), (other, one)] {
      links[source][target].connection += 1
      links[source][target].isUp = true
      links[source][target].held = []
    }
    give(hosts[one], .connected(hosts[other].id))
    give(hosts[other], .connected(hosts[one].id))
  }

  /// Each end notices in its own time; what was under way is lost.
  func breakLink(_ one: Int, _ other: Int) {
    guard links[one][other].isUp else { return }
    for (source, target) in [(one, other), (other, one)] {
      links[source][target].isUp = false
      links[source][target].held = []
      guard hosts[source].member != nil else { continue }
      links[source][target].isBreakUnseen = true
      // A reset is seen at once, a machine that went silent after a while.
      let delay = random.chance(Ratio(3, in: 4)) ? random.below(20) : random.below(3_000)
      queue.plan(
        .disconnected(
          host: source, peer: target, connection: links[source][target].connection),
        after: .milliseconds(delay))
    }
    planConnect(one, other)
  }

  func noticeBreak(at host: Int, of peer: Int, _ connection: Int) {
    guard links[host][peer].connection == connection, links[host][peer].isBreakUnseen else {
      return
    }
    links[host][peer].isBreakUnseen = false
    give(hosts[host], .disconnected(hosts[peer].id))
  }

  func setBlocked(_ isBlocked: Bool, from source: Int, to target: Int) {
    links[source][target].isBlocked = isBlocked
    guard !isBlocked else { return }
    let held = links[source][target].held
    links[source][target].held = []
    for frame in held { arrive(frame) }
  }
}
