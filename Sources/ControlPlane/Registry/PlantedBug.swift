#if PLANTED_BUGS
  /// Mistakes that the simulation's checkers must find; they exist only in builds with
  /// `-DPLANTED_BUGS`, and each is chosen at run time.
  public enum PlantedBug: String, CaseIterable, Sendable {
    /// No Txn compares the component's election key.
    case noFence = "no-fence"
    /// The fence looks at the component's own key alone, not at older candidates'.
    case fenceWithoutRange = "fence-without-range"
    /// A key is planned again before the informers have seen its own last commit.
    case planBeforeOwnCommit = "plan-before-own-commit"
    /// A new leader plans without reading how far the store is.
    case staleAfterWinning = "stale-after-winning"
    /// Two new pods are written in one Txn.
    case twoPodsInOneTxn = "two-pods-in-one-txn"
    /// An informer drops an event now and then.
    case lostWatchEvent = "lost-watch-event"
    /// An object with finalizers is removed at once.
    case droppedFinalizer = "dropped-finalizer"
    /// Pods of a node that is only slow are replaced at once.
    case slowNodeReplaced = "slow-node-replaced"
  }
#endif
