import Base
import HTTP
import JSON
import Testing

@testable import API

/// What of `kubectl logs` an API server decides, in kube-apiserver's words (registry/core/pod
/// LogLocation, core validation ValidatePodLogOptions).
@Suite struct `Logs of pods` {
  private let harness = APIHarness()

  init() {
    harness.send(
      "POST", "/api/v1/namespaces",
      body: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "w"]])
    node("n1", port: 41_001)
    node("hollow", port: nil)
    pod("one", on: "n1", containers: ["main"])
    pod("two", on: "n1", containers: ["a", "b"])
    pod("unbound", on: nil, containers: ["main"])
    pod("light", on: "hollow", containers: ["main"])
  }

  private func node(_ name: String, port: Int64?) {
    let made: JSONValue = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)]]
    #expect(harness.send("POST", "/api/v1/nodes", body: made).code == 201)
    var status = JSONObject()
    status["addresses"] = [
      ["type": "Hostname", "address": "vm"], ["type": "InternalIP", "address": "10.0.0.7"],
    ]
    if let port {
      status["daemonEndpoints"] = ["kubeletEndpoint": ["Port": .number(JSONNumber(port))]]
    }
    let whole: JSONValue = [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)],
      "status": .object(status),
    ]
    #expect(harness.send("PUT", "/api/v1/nodes/\(name)/status", body: whole).code == 200)
  }

  private func pod(_ name: String, on node: String?, containers: [String]) {
    var spec = JSONObject()
    spec["containers"] = .array(containers.map { ["name": .string($0), "image": "none"] })
    if let node { spec["nodeName"] = .string(node) }
    let made = harness.send(
      "POST", "/api/v1/namespaces/w/pods",
      body: [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
        "spec": .object(spec),
      ])
    #expect(made.code == 201, "\(made.json.text())")
  }

  private func forwarded(_ pod: String, _ query: String = "") -> AgentRequest? {
    let id = harness.begin("GET", "/api/v1/namespaces/w/pods/\(pod)/log\(query)")
    harness.settle()
    return harness.server.forwarded[id]
  }

  private func refused(_ pod: String, _ query: String = "") -> (code: Int, message: String) {
    let answer = harness.send("GET", "/api/v1/namespaces/w/pods/\(pod)/log\(query)")
    return (answer.code, answer.json["message"]?.string ?? "")
  }

  @Test func `go to the agent of the pod's node, by its name and address`() {
    #expect(
      forwarded("one")
        == AgentRequest(
          node: "n1", address: "10.0.0.7", port: 41_001, method: "GET",
          target: "/containerLogs/w/one/main"))
    #expect(forwarded("two", "?container=b")?.target == "/containerLogs/w/two/b")
  }

  @Test func `take every option along`() {
    let query = "?follow=true&previous=1&timestamps=&tailLines=5&limitBytes=7&sinceSeconds=9"
    #expect(
      forwarded("one", query)?.target == "/containerLogs/w/one/main?follow=true&previous=true"
        + "&timestamps=true&tailLines=5&limitBytes=7&sinceSeconds=9")
    #expect(
      forwarded("one", "?follow=false&sinceTime=2026-11-22T12%3A00%3A00%2B02%3A00")?.target
        == "/containerLogs/w/one/main?sinceTime=2026-11-22T10:00:00.000000Z")
  }

  @Test func `need to know which container`() {
    #expect(
      refused("two")
        == (400, "a container name must be specified for pod two, choose one of: [a b]"))
    #expect(refused("two", "?container=c") == (400, "container c is not valid for pod two"))
  }

  @Test func `of a pod that no node has are none yet`() {
    let answer = harness.send("GET", "/api/v1/namespaces/w/pods/unbound/log")
    #expect(answer.code == 204 && answer.body.isEmpty)
    #expect(answer.fields["content-type"] == nil)
  }

  @Test func `of a node that serves none are refused`() {
    #expect(refused("light") == (501, "the agent of node \"hollow\" serves no logs"))
  }

  @Test func `of a pod that is not there are not found`() {
    #expect(refused("none") == (404, "pods \"none\" not found"))
  }

  @Test(arguments: [
    ("tailLines=-1", "tailLines: Invalid value: -1: must be greater than or equal to 0"),
    ("limitBytes=0", "limitBytes: Invalid value: 0: must be greater than 0"),
    ("sinceSeconds=0", "sinceSeconds: Invalid value: 0: must be greater than 0"),
    (
      "sinceSeconds=1&sinceTime=2026-11-22T10%3A00%3A00Z",
      "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
    ),
  ])
  func `take no options that make no sense`(query: String, message: String) {
    #expect(refused("one", "?" + query) == (422, "PodLogOptions \"one\" is invalid: \(message)"))
  }

  @Test func `take no options that are no numbers or times`() {
    #expect(
      refused("one", "?tailLines=x")
        == (400, "strconv.ParseInt: parsing \"x\": invalid syntax"))
    #expect(refused("one", "?sinceTime=yesterday").code == 400)
  }

  @Test func `are for those who may get pods/log`() {
    let bob = ClientCertificate(commonName: "bob", organizations: [])
    let answer = harness.send("GET", "/api/v1/namespaces/w/pods/one/log", user: bob)
    #expect(answer.code == 403)
    #expect(
      answer.json["message"]?.string?.contains(
        "cannot get resource \"pods/log\" in API group \"\" in the namespace \"w\"") == true)
  }
}
