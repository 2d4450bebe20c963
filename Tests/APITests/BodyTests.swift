import Base
import HTTP
import JSON
import Testing

@testable import API

/// Expected codes, reasons and texts: answers of kube-apiserver 1.33.13.
@Suite struct `Bodies` {
  private static let maps = "/api/v1/namespaces/v/configmaps"
  private static let services = "/api/v1/namespaces/v/services"
  private static let pods = "/api/v1/namespaces/v/pods"

  private func post(
    _ text: String, to path: String = maps, query: String = "",
    type: String? = "application/json"
  ) -> APIResponse {
    let harness = APIHarness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]])
    var request = APIRequest(method: "POST", target: path + query, body: Bytes(text))
    if let type { request.fields.append("content-type", Bytes(type)) }
    request.certificate = .administrator
    let id = harness.server.begin(request)
    return harness.server.answers[id] ?? APIResponse(StatusCode(rawValue: 599))
  }

  @Test(arguments: [
    nil, "application/json", "application/json; charset=utf-8", "APPLICATION/JSON",
    "application/yaml",
  ])
  func `a body is read by its type, and as JSON where it has none`(type: String?) {
    let answer = post(#"{"metadata":{"name":"cf"},"data":{"a":"1"}}"#, type: type)
    #expect(answer.code == 201 && answer.json["data"] == ["a": "1"])
    #expect(answer.json["kind"] == "ConfigMap" && answer.json["apiVersion"] == "v1")
  }

  @Test func `a type that nobody reads is refused`() {
    let answer = post("a=b", type: "application/x-www-form-urlencoded")
    #expect(answer.code == 415 && answer.json["reason"] == "UnsupportedMediaType")
    #expect(
      answer.json["message"] == """
        the body of the request was in an unknown format - accepted media types include: \
        application/json, application/yaml, application/vnd.kubernetes.protobuf
        """)
  }

  @Test func `a body has a bound`() {
    let long = String(repeating: "x", count: 3 << 20)
    let answer = post(#"{"metadata":{"name":"cf"},"data":{"a":"\#(long)"}}"#)
    #expect(answer.code == 413 && answer.json["reason"] == "RequestEntityTooLarge")
    #expect(answer.json["message"] == "Request entity too large: limit is 3145728")
  }

  private static let unrecognized =
    "the object provided is unrecognized (must be of type ConfigMap): "

  @Test(arguments: [
    ("", "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"),
    ("{", "couldn't get version/kind; json parse error: unexpected end of JSON input ({)"),
    (
      "[]",
      #"couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value "#
        + #"of type struct { APIVersion string "json:\"apiVersion,omitempty\""; "#
        + #"Kind string "json:\"kind,omitempty\"" } (5b5d)"#
    ),
  ])
  func `what is no object is told with Go's words`(text: String, reason: String) {
    let answer = post(text)
    #expect(answer.code == 400 && answer.json["reason"] == "BadRequest")
    #expect(answer.json["message"]?.string == Self.unrecognized + reason)
  }

  /// Go's encoding/json, scanner.go.
  @Test(arguments: [
    ("{x", "invalid character 'x' looking for beginning of object key string"),
    (#"{"a"x"#, "invalid character 'x' after object key"),
    (#"{"a":1 "b""#, #"invalid character '"' after object key:value pair"#),
    ("[1 2]", "invalid character '2' after array element"),
    ("{} x", "invalid character 'x' after top-level value"),
    ("nope", "invalid character 'o' in literal null (expecting 'u')"),
    ("-x", "invalid character 'x' in numeric literal"),
    ("1.x", "invalid character 'x' after decimal point in numeric literal"),
    ("1e+x", "invalid character 'x' in exponent of numeric literal"),
    (#""\x""#, "invalid character 'x' in string escape code"),
    (#""\u00z""#, #"invalid character 'z' in \u hexadecimal character escape"#),
    ("\"\n\"", #"invalid character '\n' in string literal"#),
    ("'", #"invalid character '\'' looking for beginning of value"#),
    (#"{"a":[{}, [], "#, "unexpected end of JSON input"),
  ])
  func `what is no JSON is told as Go tells it`(text: String, reason: String) {
    #expect(GoSyntaxError.text(of: Bytes(text)) == reason)
  }

  @Test(arguments: [
    "{}", "[]", "1", "-0.5e-3", #"{"a":[{"b":[1,2,{}]},[],"\u00e4\n"],"c":null}"#, " true\n",
  ])
  func `what is JSON is no error`(text: String) {
    #expect(GoSyntaxError.text(of: Bytes(text)) == nil)
  }

  @Test(arguments: [
    (
      pods, #"{"metadata":{"name":"p"},"spec":"x"}"#,
      "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into Go "
        + "struct field Pod.spec of type v1.PodSpec"
    ),
    (
      services, #"{"metadata":{"name":"s"},"spec":{"ports":[{"port":99999999999}]}}"#,
      "Service in version \"v1\" cannot be handled as a Service: json: cannot unmarshal number "
        + "99999999999 into Go struct field ServicePort.spec.ports.port of type int32"
    ),
    (
      services, #"{"metadata":{"name":"s"},"spec":{"ports":[{"port":80.5}]}}"#,
      "Service in version \"v1\" cannot be handled as a Service: json: cannot unmarshal number "
        + "80.5 into Go struct field ServicePort.spec.ports.port of type int32"
    ),
    (
      maps, #"{"metadata":{"name":"c","creationTimestamp":"yesterday"}}"#,
      "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: parsing time \"yesterday\" as "
        + "\"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\""
    ),
    (
      maps, #"{"metadata":{"name":"c","labels":{"a":1}}}"#,
      "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number "
        + "into Go struct field ObjectMeta.metadata.labels of type string"
    ),
    (
      maps, #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"c"}}"#,
      "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to "
        + "(core.ConfigMap): unknown conversion"
    ),
    (
      maps, #"{"apiVersion":"apps/v1","kind":"ConfigMap","metadata":{"name":"c"}}"#,
      "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is "
        + "registered for version \"apps/v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
    ),
  ])
  func `what is no object of the kind is told with its field`(
    path: String, text: String, message: String
  ) {
    let answer = post(text, to: path)
    #expect(answer.code == 400 && answer.json["reason"] == "BadRequest")
    #expect(answer.json["message"]?.string == message)
  }

  // MARK: - Unknown fields

  private static let unknown = #"{"metadata":{"name":"cf"},"zz":1}"#

  @Test(arguments: ["", "?fieldValidation=Warn", "?fieldValidation="])
  func `an unknown field is told in a warning, and dropped`(query: String) {
    let answer = post(Self.unknown, query: query)
    #expect(answer.code == 201 && answer.json["zz"] == nil)
    #expect(answer.fields.values(of: "warning") == ["299 - \"unknown field \\\"zz\\\"\""])
  }

  @Test func `an unknown field may be ignored`() {
    let answer = post(Self.unknown, query: "?fieldValidation=Ignore")
    #expect(answer.code == 201 && answer.json["zz"] == nil)
    #expect(answer.fields["warning"] == nil)
  }

  @Test(arguments: [
    (maps, unknown, #"unknown field "zz""#, "ConfigMap"),
    (
      maps, #"{"metadata":{"name":"cf"},"data":{"a":"1"},"data":{"b":"2"}}"#,
      #"duplicate field "data""#, "ConfigMap"
    ),
    (
      pods,
      #"{"metadata":{"name":"p","yy":1},"spec":{"containers":[{"name":"c","image":"a","zz":1}]}}"#,
      #"unknown field "metadata.yy", unknown field "spec.containers[0].zz""#, "Pod"
    ),
    (maps, #"{"metadata":{"name":"cf"},"Data":{}}"#, #"unknown field "Data""#, "ConfigMap"),
  ])
  func `strict decoding refuses what is unknown or twice`(
    path: String, text: String, complaints: String, kind: String
  ) {
    let answer = post(text, to: path, query: "?fieldValidation=Strict")
    #expect(answer.code == 400 && answer.json["reason"] == "BadRequest")
    #expect(answer.json["details"] == nil)
    #expect(
      answer.json["message"]?.string
        == "\(kind) in version \"v1\" cannot be handled as a \(kind): strict decoding error: "
        + complaints)
  }

  private static func pod(_ container: String) -> String {
    #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"a:1",\#(container)}]}}"#
  }

  @Test(arguments: [
    (
      #""resources":{"requests":{"memory":"100m"}}"#,
      #"299 - "spec.containers[0].resources.requests[memory]: fractional byte value \"100m\" is "#
        + #"invalid, must be an integer""#
    ),
    (
      #""ports":[{"containerPort":80},{"containerPort":80}]"#,
      #"299 - "spec.containers[0].ports[1]: duplicate port definition with "#
        + #"spec.containers[0].ports[0]""#
    ),
    (
      #""env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]"#,
      #"299 - "spec.containers[0].env[1]: hides previous definition of \"A\", which may be "#
        + #"dropped when using apply""#
    ),
  ])
  func `a pod that is hardly meant so is warned of`(container: String, warning: String) {
    let answer = post(Self.pod(container), to: Self.pods)
    #expect(answer.code == 201)
    #expect(answer.fields.values(of: "warning") == [Bytes(warning)])
    #expect(
      post(Self.pod(#""env":[{"name":"A"},{"name":"A","value":"$(A)x"}]"#), to: Self.pods)
        .fields["warning"] == nil)
  }

  @Test func `endpoints are warned of, also where they are refused`() {
    let path = "/api/v1/namespaces/v/endpoints"
    let text =
      #"299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice""#
    let made = post(#"{"metadata":{"name":"e"}}"#, to: path)
    #expect(made.code == 201 && made.fields.values(of: "warning") == [Bytes(text)])
    let refused = post(#"{"metadata":{"name":"E_"}}"#, to: path)
    #expect(refused.code == 422 && refused.fields.values(of: "warning") == [Bytes(text)])
  }

  private static func pod(_ name: String, _ spec: String) -> String {
    #"{"metadata":{"name":"\#(name)"},"spec":{\#(spec)}}"#
  }

  /// Texts of kube-apiserver's api/pod/warnings.go and of its kinds' strategies.
  @Test func `what is hardly meant so is told in warnings, where it is taken`() {
    func warnings(_ answer: APIResponse) -> [String] {
      answer.fields.values(of: "warning").map {
        String($0.text.dropFirst(7).dropLast()).replacing("\\\"", with: "\"")
      }
    }
    let container = #""containers":[{"name":"c","image":"a"}]"#
    let old = #""nodeSelector":{"beta.kubernetes.io/os":"linux"},"imagePullSecrets":[{"name":""}],"#
    let told = post(Self.pod("a.b", old + container), to: Self.pods)
    #expect(told.code == 201)
    #expect(
      warnings(told).first
        == "metadata.name: this is used in the Pod's hostname, which can result in surprising "
        + "behavior; a DNS label is recommended: [must not contain dots]")
    #expect(
      warnings(told).dropFirst() == [
        "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; "
          + "use \"kubernetes.io/os\" instead",
        "spec.imagePullSecrets[0].name: invalid empty name \"\"",
      ])
    // What is refused is not warned of.
    let refused = post(Self.pod("a.b", old + #""containers":[]"#), to: Self.pods)
    #expect(refused.code == 422 && warnings(refused) == [])
    let ingress = post(
      #"{"metadata":{"name":"i","annotations":{"kubernetes.io/ingress.class":"n"}},"#
        + #""spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}"#,
      to: "/apis/networking.k8s.io/v1/namespaces/v/ingresses")
    #expect(ingress.code == 201)
    #expect(
      warnings(ingress) == [
        "annotation \"kubernetes.io/ingress.class\" is deprecated, please use "
          + "'spec.ingressClassName' instead"
      ])
  }

  @Test func `a change is warned of once`() {
    let harness = APIHarness()
    harness.send("POST", "/api/v1/namespaces", body: ["metadata": ["name": "v"]])
    let path = "/apis/apps/v1/namespaces/v/deployments"
    let made = harness.send(
      "POST", path,
      body: [
        "metadata": ["name": "d"],
        "spec": [
          "selector": ["matchLabels": ["a": "b"]],
          "template": [
            "metadata": ["labels": ["a": "b"]],
            "spec": ["containers": [["name": "c", "image": "a"]]],
          ],
        ],
      ])
    #expect(made.code == 201 && made.fields["warning"] == nil)
    func warning(_ patch: JSONValue, _ query: String = "") -> String? {
      let answer = harness.send(
        "PATCH", "\(path)/d\(query)",
        fields: ["content-type": "application/merge-patch+json"], body: patch)
      #expect(answer.code == 200)
      return answer.fields["warning"]?.text
    }
    let old: JSONValue = [
      "spec": ["template": ["spec": ["nodeSelector": ["beta.kubernetes.io/arch": "arm64"]]]]
    ]
    let text =
      #"299 - "spec.template.spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; "#
      + #"use \"kubernetes.io/arch\" instead""#
    #expect(warning(old, "?dryRun=All") == text)
    #expect(warning(old) == text)
    #expect(warning(["spec": ["replicas": 2]]) == nil)
  }

  @Test func `a field that comes twice is told in a warning, and the last one counts`() {
    let answer = post(#"{"metadata":{"name":"cf"},"data":{"a":"1"},"data":{"b":"2"}}"#)
    #expect(answer.code == 201 && answer.json["data"] == ["b": "2"])
    #expect(answer.fields.values(of: "warning") == ["299 - \"duplicate field \\\"data\\\"\""])
  }

  @Test func `yaml means what it means to kubectl`() {
    let yaml = "metadata:\n  name: y\n"
    let answer = post(yaml, type: "application/yaml")
    #expect(answer.code == 400)
    #expect(
      answer.json["message"] == """
        ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool \
        into Go struct field ObjectMeta.metadata.name of type string
        """)
    let twice = post(
      "metadata:\n  name: a\n  name: b\n", query: "?fieldValidation=Strict",
      type: "application/yaml")
    #expect(twice.code == 400)
    #expect(
      twice.json["message"]?.string
        == "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: "
        + "yaml: unmarshal errors:\n  line 3: key \"name\" already set in map")
  }

  @Test func `nulls and empty statuses are as if nobody had written them`() {
    let answer = post(
      #"{"metadata":{"name":"p","creationTimestamp":null,"annotations":null},"status":{},"#
        + #""spec":{"nodeName":null,"containers":[{"name":"c","image":"a","resources":{}}]}}"#,
      to: Self.pods, query: "?fieldValidation=Strict")
    #expect(answer.code == 201)
    #expect(answer.json["metadata"]?["creationTimestamp"]?.string != nil)
    #expect(answer.json["metadata"]?["annotations"] == nil)
    #expect(answer.json["spec"]?["nodeName"] == nil)
    #expect(answer.json["status"]?["phase"] == "Pending")
  }

  // MARK: - Options

  @Test(arguments: [
    (
      "fieldValidation=Bad", "fieldValidation", "FieldValueNotSupported",
      #"Unsupported value: "Bad": supported values: "", "Ignore", "Strict", "Warn""#
    ),
    (
      "dryRun=Bad", "dryRun", "FieldValueNotSupported",
      #"Unsupported value: []string{"Bad"}: supported values: "All""#
    ),
    (
      "dryRun=", "dryRun", "FieldValueNotSupported",
      #"Unsupported value: []string{""}: supported values: "All""#
    ),
    (
      "fieldManager=\(String(repeating: "m", count: 129))", "fieldManager", "FieldValueTooLong",
      "Too long: may not be more than 128 bytes"
    ),
  ])
  func `options are checked`(query: String, field: String, reason: String, message: String) {
    let answer = post(#"{"metadata":{"name":"cf"}}"#, query: "?\(query)")
    #expect(answer.code == 422 && answer.json["reason"] == "Invalid")
    #expect(
      answer.json["details"]?["causes"] == [
        ["reason": .string(reason), "message": .string(message), "field": .string(field)]
      ])
    #expect(answer.json["details"]?["kind"] == "CreateOptions")
    #expect(answer.json["details"]?["group"] == "meta.k8s.io")
  }

  @Test func `parameters that nobody knows are ignored`() {
    #expect(post(#"{"metadata":{"name":"cf"}}"#, query: "?zz=1&pretty=false").code == 201)
  }
}
