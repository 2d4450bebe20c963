/// The border between the agent's core and what runs the pods: processes under supervisors, or
/// containers in memory. Commands out, events in.
///
///     keep --> kept | notKept        order --> ordered | notOrdered
///     startSupervisor --> (observed)* --> supervisorEnded
public enum PodCommand: Hashable, Sendable {
  /// Make the desired pod durable; nothing follows from it before. Answered by `kept` or `notKept`.
  case keep(uid: String, DesiredPodFile)
  /// Make these orders durable and let the supervisor read them, if there is one. Answered by
  /// `ordered` or `notOrdered`.
  case order(uid: String, PodOrders)
  /// Start a supervisor; it cleans up what a lost one left behind before it obeys the orders.
  /// Answered by `supervisorEnded` once it has ended or could not be started.
  case startSupervisor(uid: String)
  /// Nothing of the pod runs and nobody wants it: remove all that is kept of it.
  case forget(uid: String)
}

public enum PodEvent: Hashable, Sendable {
  case kept(KeptPod)
  case notKept(uid: String)
  case ordered(uid: String, PodOrders)
  case notOrdered(uid: String)
  /// What the supervisor wrote and whether one holds the pod, after either may have changed.
  case observed(uid: String, PodRecord?, isSupervised: Bool)
  /// Sent after an `observed` that was read after the end.
  case supervisorEnded(uid: String, SupervisorEnd)
}

/// A pod as it is kept on its node.
public struct KeptPod: Hashable, Sendable {
  public var uid: String
  public var desired: DesiredPodFile
  public var orders: PodOrders?
  public var record: PodRecord?
  public var isSupervised: Bool

  public init(
    uid: String, desired: DesiredPodFile, orders: PodOrders? = nil, record: PodRecord? = nil,
    isSupervised: Bool = false
  ) {
    self.uid = uid
    self.desired = desired
    self.orders = orders
    self.record = record
    self.isSupervised = isSupervised
  }
}
