import Testing

@testable import API

@Suite struct `A request's info` {
  @Test func `a path below a namespace names it`() throws {
    let info = try #require(
      RequestInfo(method: "GET", target: "/apis/apps/v1/namespaces/w/deployments/web/scale"))
    let resource = try #require(info.resource)
    #expect(info.verb == .get)
    #expect(resource.namespace == "w" && resource.name == "web")
    #expect(resource.qualifiedPlural == "deployments/scale")
  }

  @Test func `a namespace's own subresources are no collections in it`() throws {
    let info = try #require(RequestInfo(method: "PUT", target: "/api/v1/namespaces/w/finalize"))
    #expect(info.resource?.plural == "namespaces" && info.resource?.name == "w")
    #expect(info.resource?.subresource == "finalize" && info.resource?.namespace == "")
  }

  @Test func `a query is decoded and turns a list into a watch`() throws {
    let info = try #require(
      RequestInfo(
        method: "GET", target: "/api/v1/pods?watch=true&labelSelector=app%3Dweb&fieldManager=a+b"))
    #expect(info.verb == .watch)
    #expect(info.target["labelSelector"] == "app=web" && info.target["fieldManager"] == "a b")
  }

  @Test(arguments: ["pods", "", "/api/v1/pods/%zz", "/api/v1/pods?x=%ff"])
  func `a target that cannot be read is none`(target: String) {
    #expect(RequestInfo(method: "GET", target: target) == nil)
  }
}
