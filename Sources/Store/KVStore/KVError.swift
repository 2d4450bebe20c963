public import EtcdAPI
public import Protobuf

/// Why a request was refused. Nothing of it was done.
public enum KVError: Error, Hashable, Sendable {
  case keyNotProvided
  /// `ignore_value` or `ignore_lease` on a key that is not there, or an empty operation in a Txn.
  case keyNotFound
  case valueProvided
  case leaseProvided
  case invalidSortOption
  case tooManyOperations
  case duplicateKey
  case compacted
  case futureRevision
  case leaseNotFound
  case leaseExists
  case leaseTTLTooLarge
  case noSpace
  case corrupt
  case permissionDenied
  /// The body is not the message that the method takes.
  case malformed(ProtobufError)
  case malformedCertificateRoles(CertificateRolesError)
}

extension KVError {
  /// What the client sees: etcd's code and text (api/v3rpc/rpctypes).
  public var status: EtcdStatus {
    switch self {
    case .keyNotProvided: .keyNotProvided
    case .keyNotFound: .keyNotFound
    case .valueProvided: .valueProvided
    case .leaseProvided: .leaseProvided
    case .invalidSortOption: .invalidSortOption
    case .tooManyOperations: .tooManyOperations
    case .duplicateKey: .duplicateKey
    case .compacted: .compacted
    case .futureRevision: .futureRevision
    case .leaseNotFound: .leaseNotFound
    case .leaseExists: .leaseExists
    case .leaseTTLTooLarge: .leaseTTLTooLarge
    case .noSpace: .noSpace
    case .corrupt: .corrupt
    case .permissionDenied: .permissionDenied
    // gRPC's own answer to a message that it cannot read.
    case .malformed(let error):
      EtcdStatus(code: 13, text: "grpc: error while unmarshalling request: \(error)")
    case .malformedCertificateRoles(let error):
      EtcdStatus(code: 3, text: "certificate roles: \(error)")
    }
  }
}
