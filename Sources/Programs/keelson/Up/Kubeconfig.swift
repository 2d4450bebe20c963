import Base
import JSON
import Linux

/// What kubectl reads to find a cluster and to prove who asks (client-go clientcmd/api/v1 Config).
struct Kubeconfig {
  var value: JSONValue

  /// The name of the cluster, the user and the context.
  static let name = "keelson"

  var encoded: Bytes { Bytes(value.yaml) }

  /// With everything in it, so that it can be copied elsewhere: as secret as the key that it holds.
  /// The first API server is `keelson`, further ones `keelson-2`, ...
  static func of(_ plan: ClusterPlan, folder: ClusterFolder) throws(Errno) -> Kubeconfig {
    let authority = try data(folder.certificate("api-ca"))
    let clusters = plan.apiServers.map { server -> JSONValue in
      let cluster: JSONValue = [
        "certificate-authority-data": .string(authority), "server": .string(server.url),
      ]
      return ["cluster": cluster, "name": .string(name(of: server))]
    }
    let contexts = plan.apiServers.map { server -> JSONValue in
      let context: JSONValue = ["cluster": .string(name(of: server)), "user": .string(name)]
      return ["context": context, "name": .string(name(of: server))]
    }
    let user: JSONValue = [
      "client-certificate-data": .string(try data(folder.certificate("api/kubernetes-admin"))),
      "client-key-data": .string(try data(folder.key("api/kubernetes-admin"))),
    ]
    return Kubeconfig(value: [
      "apiVersion": "v1", "kind": "Config", "clusters": .array(clusters),
      "contexts": .array(contexts), "current-context": .string(name), "preferences": [:],
      "users": [["name": .string(name), "user": user]],
    ])
  }

  private static func name(of server: ClusterAPIServer) -> String {
    server.number == 1 ? name : "\(name)-\(server.number)"
  }

  private static func data(_ file: String) throws(Errno) -> String {
    Base64.encode(try Files.read(file))
  }

  enum Failure: Error, Hashable {
    /// Not one YAML document.
    case unreadable(String)
    /// It is one, and no kubeconfig.
    case notConfig(String)

    var message: String {
      switch self {
      case .unreadable(let reason): "no YAML: \(reason)"
      case .notConfig(let reason): "no kubeconfig: \(reason)"
      }
    }
  }

  init(value: JSONValue) {
    self.value = value
  }

  /// A user's file; nothing at all is an empty one.
  init(decoding bytes: Bytes) throws(Failure) {
    let documents: [YAMLDocument]
    do throws(YAMLError) {
      documents = try YAMLDocument.documents(in: bytes)
    } catch {
      throw .unreadable("\(error)")
    }
    guard documents.count <= 1 else { throw .unreadable("more than one document") }
    let value = documents.first?.value ?? .null
    switch value {
    case .null: self.init(value: ["apiVersion": "v1", "kind": "Config"])
    case .object(let object):
      guard object["kind"]?.string ?? "Config" == "Config" else {
        throw .notConfig("its kind is \(object["kind"]?.text() ?? "none")")
      }
      for list in Self.lists where object[list].map({ $0.array == nil && $0 != .null }) ?? false {
        throw .notConfig("\(list) is no list")
      }
      self.init(value: value)
    case .bool, .number, .string, .array: throw .notConfig("it is no mapping")
    }
  }

  private static let lists = ["clusters", "contexts", "users"]

  /// Takes the other's clusters, contexts and users, in place of those of the same names, and its
  /// choice of a context. Everything else stays as and where it is.
  mutating func merge(_ other: Kubeconfig) {
    guard var object = value.object else { preconditionFailure("a config is a mapping") }
    for list in Self.lists {
      var entries = object[list]?.array ?? []
      for entry in other.value[list]?.array ?? [] {
        if let place = entries.firstIndex(where: { $0["name"] == entry["name"] }) {
          entries[place] = entry
        } else {
          entries.append(entry)
        }
      }
      object[list] = .array(entries)
    }
    if let choice = other.value["current-context"] { object["current-context"] = choice }
    value = .object(object)
  }
}

/// A user's own kubeconfig.
struct KubeconfigFile {
  let path: String

  /// The first file that `$KUBECONFIG` lists, else `~/.kube/config`.
  static func users() throws -> KubeconfigFile {
    let listed = (Machine.environmentValue("KUBECONFIG") ?? "").split(separator: ":")
    if let first = listed.first { return KubeconfigFile(path: String(first)) }
    guard let home = Machine.environmentValue("HOME"), !home.isEmpty else {
      throw UpFailure(
        "neither $KUBECONFIG nor $HOME says where kubectl's file is",
        advice: "set KUBECONFIG, or leave --merge-kubeconfig out")
    }
    return KubeconfigFile(path: home + "/.kube/config")
  }

  /// Throws where `merge` would, before anything is started.
  func check() throws {
    _ = try read()
  }

  private func read() throws -> (text: Bytes, config: Kubeconfig) {
    let target = try target()
    let text = Files.exists(target) ? try Files.read(target) : Bytes()
    do throws(Kubeconfig.Failure) {
      return (text, try Kubeconfig(decoding: text))
    } catch {
      throw UpFailure(
        "\(path) is left as it is: \(error.message)",
        advice: "use KUBECONFIG with the cluster's own file")
    }
  }

  /// Adds a cluster; the file is replaced as a whole or not at all. Comments do not survive, as
  /// under `kubectl config`. Gives what was done, for the user.
  func merge(_ addition: Kubeconfig) throws -> String {
    let target = try target()
    let isThere = Files.exists(target)
    let mode = isThere ? try Files.status(target).mode & 0o777 : 0o600
    let before = try read()
    var merged = before.config
    merged.merge(addition)
    if merged.encoded != before.text {
      do throws(Errno) {
        if !isThere { try Files.makeFolders(Files.folder(of: target)) }
        try Files.replace(target, with: merged.encoded, mode: mode)
      } catch {
        throw UpFailure("\(target): \(error)", advice: "leave --merge-kubeconfig out")
      }
    }
    return "context \(Kubeconfig.name) is in \(path) and chosen there"
  }

  /// A link stays one: what it points to is replaced.
  private func target() throws(Errno) -> String {
    guard Files.exists(path), try Files.status(path, followLinks: false).kind == .link else {
      return path
    }
    let link = try Files.linkTarget(path)
    return link.hasPrefix("/") ? link : Files.folder(of: path) + "/" + link
  }
}
