// Written by schema/generate.py from schema/etcd.txt. Do not edit.

/// The gRPC methods by their paths.
public enum MethodPath: String, CaseIterable, Sendable {
  // etcdserverpb.KV
  case range = "/etcdserverpb.KV/Range"
  case rangeStream = "/etcdserverpb.KV/RangeStream"
  case put = "/etcdserverpb.KV/Put"
  case deleteRange = "/etcdserverpb.KV/DeleteRange"
  case txn = "/etcdserverpb.KV/Txn"
  case compact = "/etcdserverpb.KV/Compact"

  // etcdserverpb.Watch
  case watch = "/etcdserverpb.Watch/Watch"

  // etcdserverpb.Lease
  case leaseGrant = "/etcdserverpb.Lease/LeaseGrant"
  case leaseRevoke = "/etcdserverpb.Lease/LeaseRevoke"
  case leaseKeepAlive = "/etcdserverpb.Lease/LeaseKeepAlive"
  case leaseTimeToLive = "/etcdserverpb.Lease/LeaseTimeToLive"
  case leaseLeases = "/etcdserverpb.Lease/LeaseLeases"

  // etcdserverpb.Cluster
  case memberAdd = "/etcdserverpb.Cluster/MemberAdd"
  case memberRemove = "/etcdserverpb.Cluster/MemberRemove"
  case memberUpdate = "/etcdserverpb.Cluster/MemberUpdate"
  case memberList = "/etcdserverpb.Cluster/MemberList"
  case memberPromote = "/etcdserverpb.Cluster/MemberPromote"

  // etcdserverpb.Maintenance
  case alarm = "/etcdserverpb.Maintenance/Alarm"
  case status = "/etcdserverpb.Maintenance/Status"
  case defragment = "/etcdserverpb.Maintenance/Defragment"
  case hash = "/etcdserverpb.Maintenance/Hash"
  case hashKV = "/etcdserverpb.Maintenance/HashKV"
  case snapshot = "/etcdserverpb.Maintenance/Snapshot"
  case moveLeader = "/etcdserverpb.Maintenance/MoveLeader"
  case downgrade = "/etcdserverpb.Maintenance/Downgrade"

  // etcdserverpb.Auth
  case authEnable = "/etcdserverpb.Auth/AuthEnable"
  case authDisable = "/etcdserverpb.Auth/AuthDisable"
  case authStatus = "/etcdserverpb.Auth/AuthStatus"
  case authenticate = "/etcdserverpb.Auth/Authenticate"
  case userAdd = "/etcdserverpb.Auth/UserAdd"
  case userGet = "/etcdserverpb.Auth/UserGet"
  case userList = "/etcdserverpb.Auth/UserList"
  case userDelete = "/etcdserverpb.Auth/UserDelete"
  case userChangePassword = "/etcdserverpb.Auth/UserChangePassword"
  case userGrantRole = "/etcdserverpb.Auth/UserGrantRole"
  case userRevokeRole = "/etcdserverpb.Auth/UserRevokeRole"
  case roleAdd = "/etcdserverpb.Auth/RoleAdd"
  case roleGet = "/etcdserverpb.Auth/RoleGet"
  case roleList = "/etcdserverpb.Auth/RoleList"
  case roleDelete = "/etcdserverpb.Auth/RoleDelete"
  case roleGrantPermission = "/etcdserverpb.Auth/RoleGrantPermission"
  case roleRevokePermission = "/etcdserverpb.Auth/RoleRevokePermission"

  // v3lockpb.Lock
  case lockLock = "/v3lockpb.Lock/Lock"
  case lockUnlock = "/v3lockpb.Lock/Unlock"

  // v3electionpb.Election
  case electionCampaign = "/v3electionpb.Election/Campaign"
  case electionProclaim = "/v3electionpb.Election/Proclaim"
  case electionLeader = "/v3electionpb.Election/Leader"
  case electionObserve = "/v3electionpb.Election/Observe"
  case electionResign = "/v3electionpb.Election/Resign"

  // grpc.health.v1.Health
  case healthCheck = "/grpc.health.v1.Health/Check"
  case healthWatch = "/grpc.health.v1.Health/Watch"

  // keelsonpb.CertificateRoles
  case certificateRolesGet = "/keelsonpb.CertificateRoles/Get"
  case certificateRolesApply = "/keelsonpb.CertificateRoles/Apply"

  /// The client may send several messages.
  public var isClientStreaming: Bool {
    switch self {
    case .watch, .leaseKeepAlive: true
    default: false
    }
  }

  /// The server may send several messages.
  public var isServerStreaming: Bool {
    switch self {
    case .rangeStream, .watch, .leaseKeepAlive, .snapshot, .electionObserve, .healthWatch: true
    default: false
    }
  }
}
