import Base
import JSON
import Objects
import Testing

@testable import Registry

@Suite struct `Rules` {
  // Go net.ParseIP and net.ParseCIDR; RFC 4291 section 2.2.
  @Test(arguments: [
    ("10.9.8.7", true), ("0.0.0.0", true), ("255.255.255.255", true), ("256.0.0.1", false),
    ("1.2.3", false), ("1.2.3.4.5", false), ("1.2.3.", false), ("", false), ("x", false),
    ("::", true), ("::1", true), ("2001:db8::ffff", true), ("1:2:3:4:5:6:7:8", true),
    ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:8:9", false), ("1::2::3", false), (":1", false),
    ("1:", false), ("12345::", false), ("::ffff:10.0.0.1", true), ("10.0.0.1::", false),
    ("g::", false), ("+1::", false), ("1:2:3:4:5:6:7::", true), ("1:2:3:4:5:6:7:8::", false),
  ])
  func `an address is one of IPv4 or IPv6`(text: String, isAddress: Bool) {
    #expect(AddressSyntax.isAddress(text) == isAddress)
  }

  @Test(arguments: [
    ("10.0.0.0/8", true), ("10.0.0.0/32", true), ("10.0.0.0/33", false), ("10.0.0.0", false),
    ("2001:db8::/64", true), ("::/128", true), ("::/129", false), ("::/-1", false),
    ("10.0.0.0/8/9", false), ("/8", false), ("10.0.0.0/", false),
  ])
  func `a network is an address and a length`(text: String, isNetwork: Bool) {
    #expect(AddressSyntax.isNetwork(text) == isNetwork)
  }

  // kubelet's parsers.ParseImageName and SetDefaults_Container.
  @Test(arguments: [
    ("a", "Always"), ("a:latest", "Always"), ("a:1", "IfNotPresent"), ("r:5000/a", "Always"),
    ("r:5000/a:1", "IfNotPresent"), ("r:5000/b/a:latest", "Always"),
    ("a@sha256:00", "IfNotPresent"), ("a:latest@sha256:00", "Always"),
    ("a:1@sha256:00", "IfNotPresent"), ("", "IfNotPresent"), ("/", "Always"), ("@", "IfNotPresent"),
  ])
  func `an image is pulled always when its name may change`(image: String, policy: String) {
    #expect(PodDefaults.pullPolicy(of: image) == policy)
  }

  // Kubernetes: "Configure Quality of Service for Pods".
  @Test(arguments: [
    (#"[{}]"#, "BestEffort"),
    (#"[{"requests": {"cpu": "0"}}]"#, "BestEffort"),
    (#"[{"requests": {"ephemeral-storage": "1Gi"}}]"#, "BestEffort"),
    (#"[{"requests": {"cpu": "1"}}]"#, "Burstable"),
    (#"[{"limits": {"memory": "1Gi"}}]"#, "Burstable"),
    (
      #"[{"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}]"#,
      "Guaranteed"
    ),
    (
      #"[{"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1e0", "memory": "1024Mi"}}]"#,
      "Guaranteed"
    ),
    (
      #"[{"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "1Gi"}}]"#,
      "Burstable"
    ),
    (
      #"[{"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},{}]"#,
      "Burstable"
    ),
    (#"[{"requests": {"cpu": "x"}}]"#, "BestEffort"),
  ])
  func `quality of service follows from requests and limits`(
    resources: String, quality: String
  ) throws {
    let containers = (try JSONValue(resources).array ?? []).map {
      JSONValue.object(
        JSONObject([JSONObject.Member(name: "resources", value: $0)]))
    }
    #expect(PodDefaults.qosClass(of: members(["containers": .array(containers)])) == quality)
  }

  @Test func `defaults are read from rows and set where they lack`() {
    let tree = DefaultsTree(
      """
      a.b = "x"
      a.n ~ 3
      a.z = 3
      list[].c = {}
      list[].c.d = null
      """)
    func applied(_ value: JSONValue) -> JSONValue {
      var object = value.members
      let isChanged = tree.apply(to: &object)
      #expect(isChanged == (object.members != value.members.members))
      return .object(object)
    }
    #expect(applied([:]) == [:])
    #expect(applied(["a": [:]]) == ["a": ["b": "x", "n": 3, "z": 3]])
    #expect(applied(["a": ["b": "", "n": 0, "z": 0]]) == ["a": ["b": "x", "n": 3, "z": 0]])
    #expect(applied(["a": ["b": nil, "n": nil, "z": nil]]) == ["a": ["b": "x", "n": 3, "z": 3]])
    #expect(applied(["a": ["b": "y", "n": -1, "z": 1]]) == ["a": ["b": "y", "n": -1, "z": 1]])
    #expect(
      applied(["list": [[:], 5, ["c": 1], ["c": [:]]]])
        == ["list": [["c": ["d": nil]], 5, ["c": 1], ["c": ["d": nil]]]])
    #expect(applied(["a": 5, "list": ["c": 1]]) == ["a": 5, "list": ["c": 1]])
  }

  @Test func `a row that cannot be read is a programmer error`() async {
    await #expect(processExitsWith: .failure) { _ = DefaultsTree("a.b 3") }
    await #expect(processExitsWith: .failure) { _ = DefaultsTree("a = x") }
    await #expect(processExitsWith: .failure) { _ = DefaultsTree("a = 1\na = 2") }
  }

  @Test func `several errors stand in brackets, each once`() {
    let negative = FieldError(
      path: "spec.replicas", type: .invalid, value: "-1",
      detail: "must be greater than or equal to 0")
    let missing = FieldError(path: "spec.selector", type: .required)
    #expect(
      Rejection.invalid(.deployment, name: "web", [negative]).message
        == "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: "
        + "must be greater than or equal to 0")
    #expect(
      Rejection.invalid(.pod, name: "p", [missing, negative, missing]).message
        == "Pod \"p\" is invalid: [spec.selector: Required value, spec.replicas: "
        + "Invalid value: -1: must be greater than or equal to 0]")
    #expect(
      Rejection.alreadyExists(.deployment, name: "web").message
        == "deployments.apps \"web\" already exists")
    #expect(
      Rejection.beingDeleted(.pod, name: "p").message
        == "object is being deleted: pods \"p\" already exists")
    #expect(Rejection.notFound(.namespace, name: "v").message == "namespaces \"v\" not found")
  }
}
