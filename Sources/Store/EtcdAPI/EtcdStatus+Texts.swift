/// The errors of etcd 3.6 (api/v3rpc/rpctypes): clients compare the texts, so they are exact.
extension EtcdStatus {
  // 1 Canceled
  public static let watchCanceled = EtcdStatus(code: 1, text: "etcdserver: watch canceled")
  public static let requestCanceled = EtcdStatus(code: 1, text: "etcdserver: request canceled")

  // 3 InvalidArgument
  public static let keyNotProvided = EtcdStatus(code: 3, text: "etcdserver: key is not provided")
  public static let keyNotFound = EtcdStatus(code: 3, text: "etcdserver: key not found")
  public static let valueProvided = EtcdStatus(code: 3, text: "etcdserver: value is provided")
  public static let leaseProvided = EtcdStatus(code: 3, text: "etcdserver: lease is provided")
  public static let tooManyOperations = EtcdStatus(
    code: 3, text: "etcdserver: too many operations in txn request")
  public static let duplicateKey = EtcdStatus(
    code: 3, text: "etcdserver: duplicate key given in txn request")
  public static let invalidClientAPIVersion = EtcdStatus(
    code: 3, text: "etcdserver: invalid client api version")
  public static let invalidSortOption = EtcdStatus(code: 3, text: "etcdserver: invalid sort option")
  public static let invalidMemberURLs = EtcdStatus(
    code: 3, text: "etcdserver: given member URLs are invalid")
  public static let requestTooLarge = EtcdStatus(code: 3, text: "etcdserver: request is too large")
  public static let userNameEmpty = EtcdStatus(code: 3, text: "etcdserver: user name is empty")
  public static let roleNameEmpty = EtcdStatus(code: 3, text: "etcdserver: role name is empty")
  public static let authenticationFailed = EtcdStatus(
    code: 3, text: "etcdserver: authentication failed, invalid user ID or password")
  public static let permissionNotGiven = EtcdStatus(
    code: 3, text: "etcdserver: permission not given")
  public static let invalidAuthManagement = EtcdStatus(
    code: 3, text: "etcdserver: invalid auth management")
  public static let authRevisionOld = EtcdStatus(
    code: 3, text: "etcdserver: revision of auth store is old")
  public static let wrongDowngradeVersionFormat = EtcdStatus(
    code: 3, text: "etcdserver: wrong downgrade target version format")
  public static let invalidDowngradeVersion = EtcdStatus(
    code: 3, text: "etcdserver: invalid downgrade target version")

  // 5 NotFound
  public static let leaseNotFound = EtcdStatus(
    code: 5, text: "etcdserver: requested lease not found")
  public static let memberNotFound = EtcdStatus(code: 5, text: "etcdserver: member not found")

  // 7 PermissionDenied
  public static let permissionDenied = EtcdStatus(code: 7, text: "etcdserver: permission denied")

  // 8 ResourceExhausted
  public static let noSpace = EtcdStatus(code: 8, text: "etcdserver: mvcc: database space exceeded")
  public static let tooManyRequests = EtcdStatus(code: 8, text: "etcdserver: too many requests")

  // 9 FailedPrecondition
  public static let leaseExists = EtcdStatus(code: 9, text: "etcdserver: lease already exists")
  public static let memberIDExists = EtcdStatus(
    code: 9, text: "etcdserver: member ID already exist")
  public static let peerURLsExist = EtcdStatus(
    code: 9, text: "etcdserver: Peer URLs already exists")
  public static let notEnoughStartedMembers = EtcdStatus(
    code: 9, text: "etcdserver: re-configuration failed due to not enough started members")
  public static let memberNotLearner = EtcdStatus(
    code: 9, text: "etcdserver: can only promote a learner member")
  public static let learnerNotReady = EtcdStatus(
    code: 9, text: "etcdserver: can only promote a learner member which is in sync with leader")
  public static let tooManyLearners = EtcdStatus(
    code: 9, text: "etcdserver: too many learner members in cluster")
  public static let clusterIDMismatch = EtcdStatus(code: 9, text: "etcdserver: cluster ID mismatch")
  public static let rootUserMissing = EtcdStatus(
    code: 9, text: "etcdserver: root user does not exist")
  public static let rootRoleMissing = EtcdStatus(
    code: 9, text: "etcdserver: root user does not have root role")
  public static let userExists = EtcdStatus(code: 9, text: "etcdserver: user name already exists")
  public static let userNotFound = EtcdStatus(code: 9, text: "etcdserver: user name not found")
  public static let roleExists = EtcdStatus(code: 9, text: "etcdserver: role name already exists")
  public static let roleNotFound = EtcdStatus(code: 9, text: "etcdserver: role name not found")
  public static let roleNotGranted = EtcdStatus(
    code: 9, text: "etcdserver: role is not granted to the user")
  public static let permissionNotGranted = EtcdStatus(
    code: 9, text: "etcdserver: permission is not granted to the role")
  public static let authNotEnabled = EtcdStatus(
    code: 9, text: "etcdserver: authentication is not enabled")
  public static let notLeader = EtcdStatus(code: 9, text: "etcdserver: not leader")
  public static let notCapable = EtcdStatus(code: 9, text: "etcdserver: not capable")
  public static let notSupportedForLearner = EtcdStatus(
    code: 9, text: "etcdserver: rpc not supported for learner")
  public static let badLeaderTransferee = EtcdStatus(
    code: 9, text: "etcdserver: bad leader transferee")
  public static let clusterVersionUnavailable = EtcdStatus(
    code: 9, text: "etcdserver: cluster version not found during downgrade")
  public static let downgradeInProgress = EtcdStatus(
    code: 9, text: "etcdserver: cluster has a downgrade job in progress")
  public static let noDowngradeInProgress = EtcdStatus(
    code: 9, text: "etcdserver: no inflight downgrade job")

  // 11 OutOfRange
  public static let compacted = EtcdStatus(
    code: 11, text: "etcdserver: mvcc: required revision has been compacted")
  public static let futureRevision = EtcdStatus(
    code: 11, text: "etcdserver: mvcc: required revision is a future revision")
  public static let leaseTTLTooLarge = EtcdStatus(code: 11, text: "etcdserver: too large lease TTL")

  // 14 Unavailable
  public static let noLeader = EtcdStatus(code: 14, text: "etcdserver: no leader")
  public static let leaderChanged = EtcdStatus(code: 14, text: "etcdserver: leader changed")
  public static let stopped = EtcdStatus(code: 14, text: "etcdserver: server stopped")
  public static let timedOut = EtcdStatus(code: 14, text: "etcdserver: request timed out")
  public static let timedOutLeaderFailure = EtcdStatus(
    code: 14, text: "etcdserver: request timed out, possibly due to previous leader failure")
  public static let timedOutConnectionLost = EtcdStatus(
    code: 14, text: "etcdserver: request timed out, possibly due to connection lost")
  public static let timedOutWaitApplied = EtcdStatus(
    code: 14, text: "etcdserver: request timed out, waiting for the applied index took too long")
  public static let unhealthy = EtcdStatus(code: 14, text: "etcdserver: unhealthy cluster")

  // 15 DataLoss
  public static let corrupt = EtcdStatus(code: 15, text: "etcdserver: corrupt cluster")

  // 16 Unauthenticated
  public static let invalidAuthToken = EtcdStatus(code: 16, text: "etcdserver: invalid auth token")

  // 4 DeadlineExceeded
  public static let deadlineExceeded = EtcdStatus(code: 4, text: "context deadline exceeded")

  // 12 Unimplemented: the server lacks a method; no etcd text, gRPC's own form.
  /// `path` as in `/etcdserverpb.KV/Range`.
  public static func unimplemented(path: String) -> EtcdStatus {
    EtcdStatus(code: 12, text: "unknown method \(path)")
  }
}
