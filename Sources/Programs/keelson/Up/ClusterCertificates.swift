import Base
import Crypto
import Linux

/// Makes the certificates of a cluster that do not exist yet or end soon.
///
/// A CA per port, so that a client's certificate never opens the peer port. The CAs' keys stay in
/// the folder, readable by its owner only.
struct ClusterCertificates {
  let folder: ClusterFolder
  let now: WallTime

  private static let day = Duration.seconds(86_400)
  private static let authorityValidity = day * 3650
  private static let validity = day * 365
  /// A certificate that ends before this is made anew.
  private static let renewBefore = day * 30

  enum Failure: Error {
    case crypto(what: String, CryptoError)
    case file(path: String, Errno)

    var message: String {
      switch self {
      case .crypto(let what, let error): "\(what): \(error)"
      case .file(let path, let errno): "\(path): \(errno)"
      }
    }
  }

  /// How many certificates were made.
  func make(for plan: ClusterPlan) throws(Failure) -> Int {
    let clients = try authority("client-ca", commonName: "keelson store clients")
    let peers = try authority("peer-ca", commonName: "keelson store peers")
    var made = (clients.isNew ? 1 : 0) + (peers.isNew ? 1 : 0)
    for member in plan.members {
      let server = profile(member.name, ["member"], .server, isLocal: true)
      made += try issue("members/\(member.name)-server", server, by: clients)
      let peer = profile(member.name, ["member"], .both, isLocal: true)
      made += try issue("members/\(member.name)-peer", peer, by: peers)
    }
    made += try issue("clients/root", profile("root", ["root"], .client), by: clients)
    for node in plan.nodes {
      made += try issue("clients/\(node)", profile(node, ["node"], .client), by: clients)
    }
    for component in plan.components {
      made += try issue(
        "clients/\(component.name)", profile(component.name, [component.role.rawValue], .client),
        by: clients)
    }
    for server in plan.apiServers {
      made += try issue(
        "clients/\(server.name)", profile(server.name, ["apiserver"], .client), by: clients)
    }
    return try made + makeForAPI(plan)
  }

  /// Service accounts' tokens are signed with a key of this name.
  static let serviceAccounts = "service-accounts"
  /// Who may ask agents: the CN that kubeadm gives API servers.
  static let agentClient = "kube-apiserver-kubelet-client"

  /// The API servers' side: a CA for their port, one for the agents' ports, the key of tokens.
  private func makeForAPI(_ plan: ClusterPlan) throws(Failure) -> Int {
    let clients = try authority("api-ca", commonName: "keelson api")
    let agents = try authority("agent-ca", commonName: "keelson agents")
    var made = (clients.isNew ? 1 : 0) + (agents.isNew ? 1 : 0)
    for server in plan.apiServers {
      var own = profile(server.name, [], .server, isLocal: true)
      own.hostNames += Self.serviceNames
      own.addresses += [Self.serviceAddress]
      made += try issue("api/\(server.name)", own, by: clients)
    }
    let administrator = profile("kubernetes-admin", ["system:masters"], .client)
    made += try issue("api/kubernetes-admin", administrator, by: clients)
    for node in plan.nodes {
      var own = profile(node, [], .server)
      // API servers ask for the node by name, wherever its agent listens.
      own.hostNames = [node]
      made += try issue("agents/\(node)", own, by: agents)
    }
    made += try issue(
      "agents/kube-apiserver", profile(Self.agentClient, [], .client), by: agents)
    try makeTokenKey()
    return made
  }

  /// As pods know the API server, whose Service has the first address of its range.
  private static let serviceNames = [
    "kubernetes", "kubernetes.default", "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ]
  private static let serviceAddress = "10.96.0.1"

  private func makeTokenKey() throws(Failure) {
    let name = Self.serviceAccounts
    let known = try read(folder.key(name))
    if known != nil, try read(folder.publicKey(name)) != nil { return }
    let pair: (secret: Bytes, shown: Bytes)
    do throws(CryptoError) {
      let key = if let known { try PrivateKey(pem: known) } else { try PrivateKey.generate() }
      pair = (try key.pem(), try PublicKey(of: key).pem())
    } catch {
      throw .crypto(what: name, error)
    }
    do throws(Errno) {
      try Files.replace(folder.key(name), with: pair.secret, mode: 0o600)
      try Files.replace(folder.publicKey(name), with: pair.shown, mode: 0o644)
    } catch {
      throw .file(path: folder.key(name), error)
    }
  }

  private func profile(
    _ name: String, _ organizations: [String], _ usage: CertificateProfile.Usage,
    isLocal: Bool = false
  ) -> CertificateProfile {
    CertificateProfile(
      commonName: name, organizations: organizations, usage: usage,
      hostNames: isLocal ? ["localhost"] : [], addresses: isLocal ? ["127.0.0.1", "::1"] : [],
      now: now, validity: Self.validity)
  }

  private struct Authority {
    let signer: CertificateAuthority
    /// Nothing that an earlier one signed is of use.
    let isNew: Bool
  }

  private func authority(_ name: String, commonName: String) throws(Failure) -> Authority {
    if let known = try known(name) {
      let signer = CertificateAuthority(certificate: known.certificate, key: known.key)
      return Authority(signer: signer, isNew: false)
    }
    let made: CertificateAuthority
    do throws(CryptoError) {
      made = try CertificateAuthority.make(
        commonName: commonName, now: now, validity: Self.authorityValidity)
    } catch {
      throw .crypto(what: name, error)
    }
    try write(name, CertifiedKey(certificate: made.certificate, key: made.key))
    return Authority(signer: made, isNew: true)
  }

  /// 1 where it was made, 0 where the one that exists will do.
  private func issue(
    _ name: String, _ profile: CertificateProfile, by authority: Authority
  ) throws(Failure) -> Int {
    if !authority.isNew, try known(name) != nil { return 0 }
    let issued: CertifiedKey
    do throws(CryptoError) {
      issued = try authority.signer.issue(profile)
    } catch {
      throw .crypto(what: name, error)
    }
    try write(name, issued)
    return 1
  }

  /// The certificate and key of that name; nil where they have to be made.
  private func known(_ name: String) throws(Failure) -> CertifiedKey? {
    guard let certificate = try read(folder.certificate(name)), let key = try read(folder.key(name))
    else { return nil }
    do throws(CryptoError) {
      let known = CertifiedKey(
        certificate: try Certificate(pem: certificate), key: try PrivateKey(pem: key))
      let left = known.certificate.notAfter.milliseconds - now.milliseconds
      return left > Self.renewBefore.milliseconds ? known : nil
    } catch {
      throw .crypto(what: folder.certificate(name), error)
    }
  }

  /// The key first: a certificate without its key would be taken for whole.
  private func write(_ name: String, _ pair: CertifiedKey) throws(Failure) {
    let certificate: Bytes
    let key: Bytes
    do throws(CryptoError) {
      certificate = try pair.certificate.pem()
      key = try pair.key.pem()
    } catch {
      throw .crypto(what: name, error)
    }
    do throws(Errno) {
      try Files.replace(folder.key(name), with: key, mode: 0o600)
      try Files.replace(folder.certificate(name), with: certificate, mode: 0o644)
    } catch {
      throw .file(path: folder.certificate(name), error)
    }
  }

  private func read(_ path: String) throws(Failure) -> Bytes? {
    do throws(Errno) {
      return try Files.read(path)
    } catch {
      if error == .notFound { return nil }
      throw .file(path: path, error)
    }
  }
}
