import Base
package import Crypto
package import KVStore
package import Linux
package import Member
import WAL

/// Why a member did not start, or had to stop.
package enum StartError: Error {
  case cannotListen(String, Errno)
  case noAddress(String)
  case dataDirectory(String, Errno)
  /// Another process has the data directory open.
  case inUse(String)
  /// `--initial-cluster-state existing` with nothing in the data directory.
  case nothingToRestart(String)
  case roles(path: String, Errno)
  case rolesInvalid(path: String, CertificateRolesError)
  case tls(CryptoError)
  case member(MemberError, directory: String)
  case system(String, Errno)
}

extension StartError {
  /// What happened, where, and what to do about it.
  package var description: String {
    switch self {
    case .cannotListen(let url, .addressInUse):
      "listen \(url): address already in use. Another process serves there: "
        + "end it, or choose other URLs."
    case .cannotListen(let url, let error): "listen \(url): \(error)"
    case .noAddress(let url): "listen \(url): the host has no address"
    case .dataDirectory(let path, .noSpace):
      "data directory \(path): no space left on device. Free some space and start again."
    case .dataDirectory(let path, let error):
      "data directory \(path): \(error). It must be a folder that this user may write."
    case .inUse(let path):
      "data directory \(path) is in use by another process. One member, one directory."
    case .nothingToRestart(let path):
      "data directory \(path) holds no member, and --initial-cluster-state is existing. "
        + "Give the directory of a member, or start a new cluster with state new."
    case .roles(let path, let error): "--certificate-roles \(path): \(error)"
    case .rolesInvalid(let path, let error):
      "--certificate-roles \(path) is no document of certificate roles: \(error)"
    case .tls(let error): "TLS: \(Self.text(of: error))"
    case .member(let error, let directory): Self.text(of: error, directory)
    case .system(let what, let error): "\(what): \(error)"
    }
  }

  private static func text(of error: CryptoError) -> String {
    switch error {
    case .file(let path, let role, let reason):
      "cannot use the \(role.rawValue) file \(path): \(reason)"
    case .keyMismatch(let certificate, let key):
      "the certificate \(certificate) does not belong to the key \(key)"
    case .notPEM(let reason): "no PEM: \(reason)"
    case .invalidProfile(let reason): "no certificate can be made: \(reason)"
    case .library(let reason): "OpenSSL: \(reason)"
    }
  }

  private static func text(of error: MemberError, _ directory: String) -> String {
    switch error {
    case .otherCluster(let found, let expected):
      "data directory \(directory) belongs to cluster \(String(found, radix: 16)), not to "
        + "\(String(expected, radix: 16)), which --initial-cluster and --initial-cluster-token "
        + "stand for. Correct these flags, or give another --data-dir. Nothing was changed."
    case .otherMember(let found, let expected):
      "data directory \(directory) belongs to member \(found), not to \(expected). "
        + "Correct --name, the peer URLs or --data-dir. Nothing was changed."
    case .identityLost(let remains):
      "data directory \(directory) holds \(remains.text) but not the file that names its member. "
        + lostMember
    case .corrupt(let file, let offset):
      "\(directory)/\(file.text) is damaged at byte \(offset). " + lostMember
    case .unknownVersion(let file, let version):
      "\(directory)/\(file.text) has format version \(version), which this program does not know. "
        + "Start the program that wrote it."
    case .state(let error):
      "data directory \(directory): the checkpoint cannot be read: \(error). " + lostMember
    case .log(let error): text(of: error, directory)
    case .disk(let error): text(of: error, directory)
    }
  }

  private static func text(of error: WALError, _ directory: String) -> String {
    switch error {
    case .missing(let folder): "\(directory)/\(folder.text) holds no log. " + lostMember
    case .corrupt(let file, let offset, let damage):
      "\(directory)/\(file.text) is damaged at byte \(offset) (\(damage)), below what was known "
        + "to be durable. " + lostMember
    case .unknownVersion(let file, let version):
      "\(directory)/\(file.text) has format version \(version), which this program does not know. "
        + "Start the program that wrote it."
    case .poisoned: "the log in \(directory) failed before"
    case .disk(let error): text(of: error, directory)
    }
  }

  /// The disk's failure, in words.
  static func text(of error: DiskError, _ directory: String) -> String {
    switch error {
    case .noSpace(let file):
      "\(directory)/\(file.text): no space left on device. Free some space and start again; "
        + "nothing that was acknowledged is lost."
    case .notFound(let file): "\(directory)/\(file.text): no such file"
    case .failed(let file, let number):
      "\(directory)/\(file.text): \(Errno(rawValue: number)). Check the disk (dmesg, smartctl)."
    }
  }

  private static let lostMember =
    "What is damaged may hold votes and acknowledged writes, so this member must not start: "
    + "restore the directory, or remove the member from the cluster, empty the directory and add "
    + "it anew. Nothing was changed."
}
