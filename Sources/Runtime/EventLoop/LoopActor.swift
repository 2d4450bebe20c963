/// An actor whose code runs on a loop's thread, between the loop's callbacks: those reach it with
/// `assumeIsolated`, without a hop.
public protocol LoopActor: Actor {
  nonisolated var loop: EventLoop { get }
}

extension LoopActor {
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    // Safety: the actor holds its loop, so the executor outlives every use by the actor.
    unsafe loop.asUnownedSerialExecutor()
  }
}
