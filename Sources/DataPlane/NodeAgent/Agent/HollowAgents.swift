public import EventLoop
public import Node
public import StoreClient

import Base
import EtcdAPI
import Linux

/// Many hollow nodes in one process, sharing one client: the real `AgentCore` of each against the
/// real store, with containers in memory. For tests of scale.
public actor HollowAgents: LoopActor {
  public nonisolated let loop: EventLoop
  private let logger: Logger
  private let client: StoreClient
  private var places: [Place]
  private let stopping: AsyncStream<Void>
  private let stopper: AsyncStream<Void>.Continuation

  private struct Place {
    let name: String
    var node: HollowNode
    var caller: StoreCaller?
    var timer: LoopTimer?
  }

  /// Each node has a heartbeat under a lease of its own; the client's certificate must allow the
  /// keys of all of them.
  public init(
    _ nodes: [HollowNode.Configuration], client: StoreClient, loop: EventLoop, logger: Logger
  ) {
    self.client = client
    self.loop = loop
    self.logger = logger
    places = nodes.map { Place(name: $0.agent.node, node: HollowNode($0)) }
    (stopping, stopper) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Works until `stop`; what ran is gone then.
  public func run() async {
    logger.info("hollow agents run", ["nodes": places.count])
    for index in places.indices {
      places[index].caller = StoreCaller(client: client, loop: loop) { [weak self] events in
        self?.assumeIsolated { $0.feed(events.map { .store($0) }, to: index) }
      }
      feed([.start], to: index)
    }
    for await _ in stopping { break }
    for index in places.indices {
      feed([.stop], to: index)
      if let timer = places[index].timer { loop.cancel(timer) }
      places[index].caller?.close()
    }
  }

  public func stop() {
    stopper.yield()
  }

  private func feed(_ events: [HollowNode.Event], to index: Int) {
    var effects: [HollowNode.Effect] = []
    for event in events {
      effects.removeAll(keepingCapacity: true)
      let moment = Moment(instant: Machine.now(), wall: Machine.wallTime())
      places[index].node.step(event, at: moment, into: &effects)
      for effect in effects { perform(effect, of: index) }
    }
  }

  private func perform(_ effect: HollowNode.Effect, of index: Int) {
    switch effect {
    case .store(let effect): places[index].caller?.perform(effect)
    case .wake(let due): wake(index, at: due)
    case .note(let note):
      logger.log(
        note.isWarning ? .warn : .info, note.text,
        pairs: [["node", places[index].name]] + note.fields)
    case .stopped: break
    }
  }

  private func wake(_ index: Int, at due: Instant) {
    if let timer = places[index].timer { loop.cancel(timer) }
    places[index].timer = loop.schedule(after: max(.zero, due - Machine.now())) { [weak self] in
      self?.assumeIsolated { agents in
        agents.places[index].timer = nil
        agents.feed([.tick], to: index)
      }
    }
  }
}
