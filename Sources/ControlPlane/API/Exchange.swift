public import Base
public import EtcdAPI
public import Registry

/// One request from its arrival to its answer, and what has been learned for it meanwhile.
///
/// Handlers are level-triggered like reconcilers: each is asked again with the same exchange when
/// what it waited for has come, and decides anew from the view.
public struct Exchange: Sendable {
  /// What does not change, behind one reference: an exchange is moved about often.
  private let origin: Origin
  /// Nil until it is known who asks.
  public var user: UserInfo?
  /// RBAC lets the user do it.
  public var isAuthorized = false
  /// The view holds every write that was acknowledged, by any API server, before the request came.
  /// Nothing is refused and nothing is listed before.
  public var isFresh = false
  /// The store's revision at some time since the request came: every write that was acknowledged
  /// before, by any API server, is of it or an older one. Nil until a linearizable read has told.
  public var storeRevision: Int64?
  /// With `.refresh`: asked again once `storeRevision` is known, and the view is waited for to the
  /// end of that step only.
  var isGlancing = false
  /// Txns of this request that the store refused, because what they compare had changed.
  public var refusals = 0
  /// What the store or the shell answered last, for the handler that asked.
  public var answer: Answer?
  /// Texts of `Warning` header fields (RFC 7234 §5.5, code 299) of the answer, whatever it is.
  public var warnings: [String] = []
  /// What the shell was asked last; `answer` may be to it.
  var asked: ShellQuestion?
  /// Where a deletion of a collection stands.
  var deletion: CollectionDeletion?
  /// Where a request of many steps stands; its handler's own.
  public var progress = 0
  /// What a list has read so far.
  var list: ListProgress?
  /// How one object is to be shown; kept, as the handler that reads it is asked twice.
  var representation: Representation?

  private final class Origin: Sendable {
    let id: RequestID
    let request: APIRequest
    let info: RequestInfo
    let arrived: Moment

    init(_ id: RequestID, _ request: APIRequest, _ info: RequestInfo, _ arrived: Moment) {
      self.id = id
      self.request = request
      self.info = info
      self.arrived = arrived
    }
  }

  public init(id: RequestID, request: APIRequest, info: RequestInfo, arrived: Moment) {
    origin = Origin(id, request, info, arrived)
  }

  public var id: RequestID { origin.id }
  public var request: APIRequest { origin.request }
  public var info: RequestInfo { origin.info }
  public var arrived: Moment { origin.arrived }

  public enum Answer: Hashable, Sendable {
    case range(RangeResponse)
    /// The revision that was to be read is gone.
    case compacted
    case shell(ShellAnswer)
    /// The revision of the Txn that was committed last.
    case committed(Int64)
  }
}

extension Exchange {
  /// What the shell answered; nil where it was last asked something else, or has not answered.
  func answer(to question: ShellQuestion) -> ShellAnswer? {
    guard asked == question, case .shell(let answer)? = answer else { return nil }
    return answer
  }
}

/// What a handler wants done with an exchange.
public enum Verdict: Sendable {
  case respond(APIResponse)
  /// Asked again once `isFresh`.
  case refresh
  /// Asked again once the view has reached the revision; a request that comes too early for it is
  /// answered with a timeout.
  case wait(revision: Int64)
  /// Asked again once the view has reached the revision, which the store may never have, or at the
  /// time.
  case linger(revision: Int64, until: Instant)
  case commit(Commit)
  /// Asked again with the answer: what the view does not hold, such as an old revision.
  case read(RangeRequest)
  /// Asked again with the shell's answer.
  case ask(ShellQuestion)
  /// Answered with a list, in slices where it is long.
  case list(ListStream)
  /// The exchange becomes a watch.
  case watch(WatchPlan)
  /// The exchange is the shell's from now on: bytes flow between an agent and the client.
  case forward(AgentRequest)
}

/// One Txn on behalf of a request.
public struct Commit: Sendable {
  public var transaction: ObjectTransaction
  public var then: Continuation

  public enum Continuation: Sendable {
    /// With the Txn's revision, which is the resourceVersion of what it wrote.
    case respond(@Sendable (Int64) -> APIResponse)
    /// Asked again, with `.committed`, once the view has reached the Txn's revision.
    case askAgain
  }

  public init(_ transaction: ObjectTransaction, then: Continuation) {
    self.transaction = transaction
    self.then = then
  }
}

/// What only the shell can do: signatures cost time and need OpenSSL. Workers answer.
public enum ShellQuestion: Hashable, Sendable {
  /// Whether a bearer token bears the signature of one of the cluster's service account keys.
  case verify(token: String)
  /// A token with these claims (RFC 7519), signed ES256 with the service account key. The shell
  /// adds nothing to them.
  case sign(claims: Bytes)
  /// The page of `/metrics`: what the shell counts.
  case metrics
}

public enum ShellAnswer: Hashable, Sendable {
  /// The token's claims, whose signature is good; nil for a bad one. Times are not judged.
  case verified(claims: Bytes?)
  case signed(token: String)
  case metrics(Bytes)
  case failed(String)
}

/// A request that an agent answers, over its own HTTPS port.
public struct AgentRequest: Hashable, Sendable {
  public let node: String
  /// The agent's certificate names the node; this is where it listens.
  public let address: String
  public let port: Int
  public let method: String
  /// Path and query at the agent, as a kubelet has them: `/containerLogs/<ns>/<pod>/<container>`.
  public let target: String

  public init(node: String, address: String, port: Int, method: String, target: String) {
    self.node = node
    self.address = address
    self.port = port
    self.method = method
    self.target = target
  }
}
