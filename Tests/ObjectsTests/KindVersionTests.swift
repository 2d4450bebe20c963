import Base
import JSON
import Objects
import Testing

@Suite struct `Versions of a kind` {
  private let events = Kind(
    group: "events.k8s.io", version: "v1", name: "Event", plural: "events", isNamespaced: true)
  private let autoscalerV1 = Kind(
    group: "autoscaling", version: "v1", name: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers", isNamespaced: true)

  private func object(_ value: JSONValue) -> JSONObject { value.object ?? JSONObject() }

  /// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
  @Test func `an event's fields have other names in their own group`() {
    let core = object([
      "apiVersion": "v1", "kind": "Event", "metadata": ["name": "e"],
      "involvedObject": ["name": "p"], "reason": "R", "message": "m", "source": ["component": "c"],
      "firstTimestamp": "1", "lastTimestamp": "2", "count": 3, "type": "Normal",
      "eventTime": nil, "reportingComponent": "c", "reportingInstance": "i",
    ])
    let shown = KindVersion.shown(core, as: events)
    #expect(
      shown
        == object([
          "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "e"],
          "regarding": ["name": "p"], "reason": "R", "note": "m",
          "deprecatedSource": ["component": "c"], "deprecatedFirstTimestamp": "1",
          "deprecatedLastTimestamp": "2", "deprecatedCount": 3, "type": "Normal",
          "eventTime": nil, "reportingController": "c", "reportingInstance": "i",
        ]))
    #expect(KindVersion.stored(shown, of: .event) == core)
    #expect(KindVersion.shown(core, as: .event) == core)
  }

  /// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/
  @Test func `an autoscaler of version 1 has its further metrics in annotations`() {
    let new = object([
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "h"],
      "spec": [
        "scaleTargetRef": ["kind": "Deployment", "name": "web"], "maxReplicas": 5,
        "metrics": [
          [
            "type": "Resource",
            "resource": [
              "name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50],
            ],
          ],
          [
            "type": "Pods",
            "pods": [
              "metric": ["name": "rate"],
              "target": ["type": "AverageValue", "averageValue": "10"],
            ],
          ],
        ],
      ],
    ])
    let old = KindVersion.shown(new, as: autoscalerV1)
    #expect(old["spec"]?["targetCPUUtilizationPercentage"] == 50)
    #expect(old["spec"]?["metrics"] == nil)
    #expect(
      old["metadata"]?["annotations"]?["autoscaling.alpha.kubernetes.io/metrics"]
        == #"[{"type":"Pods","pods":{"metricName":"rate","targetAverageValue":"10"}}]"#)
    #expect(KindVersion.stored(old, of: .horizontalPodAutoscaler) == new)
  }

  @Test(arguments: [
    #"{"type":"ContainerResource","containerResource":{"name":"cpu","container":"c","target":{"type":"AverageValue","averageValue":"1"}}}"#,
    #"{"type":"Object","object":{"describedObject":{"kind":"Ingress","name":"i"},"metric":{"name":"rate","selector":{"matchLabels":{"a":"b"}}},"target":{"type":"Value","value":"10k"}}}"#,
    #"{"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":"30"}}}"#,
    #"{"type":"Resource","resource":{"name":"memory","target":{"type":"Utilization","averageUtilization":60}}}"#,
  ])
  func `every metric comes back`(text: String) throws {
    let metric = try JSONValue(parsing: Bytes(text))
    let new = object([
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": [:],
      "spec": ["metrics": [metric], "behavior": ["scaleDown": ["selectPolicy": "Max"]]],
      "status": [
        "conditions": [["type": "AbleToScale", "status": "True"]], "desiredReplicas": 2,
      ],
    ])
    let old = KindVersion.shown(new, as: autoscalerV1)
    #expect(old["spec"] == [:])
    #expect(KindVersion.stored(old, of: .horizontalPodAutoscaler) == new)
  }

  @Test func `nonsense in annotations is no metric`() {
    let old = object([
      "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
      "metadata": [
        "annotations": [
          "autoscaling.alpha.kubernetes.io/metrics": "{", "a": "b",
          "autoscaling.alpha.kubernetes.io/behavior": "[]",
        ]
      ], "spec": ["maxReplicas": 1],
    ])
    let new = KindVersion.stored(old, of: .horizontalPodAutoscaler)
    #expect(new["spec"] == ["maxReplicas": 1])
    #expect(new["metadata"]?["annotations"] == ["a": "b"])
  }
}
