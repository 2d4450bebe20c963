import JSON

/// Good objects of many kinds, to be spoilt.
enum FuzzObjects {
  static let names = ["x1", "x2", "x3", "w"]

  static let all: [JSONValue] = workloads + cluster + plain

  private static let pod: JSONValue = [
    "metadata": ["labels": ["a": "b"]],
    "spec": [
      "containers": [
        [
          "name": "c", "image": "i:1", "ports": [["containerPort": 80], ["containerPort": 81]],
          "env": [["name": "A", "value": "b"]],
          "resources": ["requests": ["cpu": "100m"], "limits": ["cpu": "1", "memory": "1Gi"]],
          "volumeMounts": [["name": "v", "mountPath": "/v"]],
          "readinessProbe": ["httpGet": ["port": 80, "path": "/"], "periodSeconds": 1],
        ]
      ],
      "volumes": [["name": "v", "emptyDir": [:]]],
      "tolerations": [["key": "k", "operator": "Exists", "effect": "NoExecute"]],
      "affinity": [
        "podAntiAffinity": [
          "requiredDuringSchedulingIgnoredDuringExecution": [
            ["topologyKey": "z", "labelSelector": ["matchLabels": ["a": "b"]]]
          ]
        ]
      ],
    ],
  ]

  private static let template = pod
  private static let selector: JSONValue = ["matchLabels": ["a": "b"]]

  private static let workloads: [JSONValue] = [
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "x1", "labels": ["a": "b"]],
      "spec": pod["spec"] ?? nil,
    ],
    [
      "apiVersion": "apps/v1", "kind": "Deployment",
      "metadata": ["name": "x1", "annotations": ["a": "b"], "finalizers": ["a.b/c"]],
      "spec": [
        "replicas": 1, "selector": selector, "template": template,
        "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": "25%"]],
      ],
    ],
    [
      "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": ["name": "x1"],
      "spec": ["selector": selector, "template": template],
    ],
    [
      "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "x1"],
      "spec": ["serviceName": "s", "selector": selector, "template": template],
    ],
    [
      "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": ["name": "x1"],
      "spec": ["selector": selector, "template": template],
    ],
    [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "x1"],
      "spec": [
        "template": [
          "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
        ], "completions": 2, "backoffLimit": 1,
      ],
    ],
    [
      "apiVersion": "batch/v1", "kind": "CronJob", "metadata": ["name": "x1"],
      "spec": [
        "schedule": "*/5 * * * *",
        "jobTemplate": [
          "spec": [
            "template": [
              "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
            ]
          ]
        ],
      ],
    ],
    [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "x1"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "x1"],
        "maxReplicas": 3,
        "metrics": [
          [
            "type": "Resource",
            "resource": [
              "name": "cpu", "target": ["type": "Utilization", "averageUtilization": 50],
            ],
          ]
        ],
      ],
    ],
  ]

  private static let cluster: [JSONValue] = [
    [
      "apiVersion": "v1", "kind": "Namespace",
      "metadata": ["name": "w", "labels": ["a": "b"]],
    ],
    [
      "apiVersion": "v1", "kind": "Node", "metadata": ["name": "x1", "labels": ["a": "b"]],
      "spec": ["taints": [["key": "k", "effect": "NoSchedule"]]],
    ],
    [
      "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": "x1"],
      "spec": [
        "capacity": ["storage": "1Gi"], "accessModes": ["ReadWriteOnce"],
        "hostPath": ["path": "/p"],
      ],
    ],
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
      "metadata": ["name": "x1"],
      "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]],
    ],
    [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "x1"],
      "value": 7,
    ],
    [
      "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": ["name": "x1"],
      "provisioner": "p",
    ],
  ]

  private static let plain: [JSONValue] = [
    [
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "x1", "labels": ["a": "b"]],
      "data": ["a": "1", "b": "2"], "binaryData": ["c": "AAEC"],
    ],
    [
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "x1"], "type": "Opaque",
      "data": ["a": "YQ=="], "stringData": ["b": "c"],
    ],
    [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "x1"],
      "spec": [
        "selector": ["a": "b"], "type": "ClusterIP",
        "ports": [["name": "p", "port": 80, "targetPort": "http"], ["name": "q", "port": 81]],
      ],
    ],
    ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "x1"]],
    [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "x1"],
      "spec": [
        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
      ],
    ],
    [
      "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "x1"],
      "spec": ["hard": ["pods": "5", "count/configmaps": "9"]],
    ],
    [
      "apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "x1"],
      "spec": ["limits": [["type": "Container", "default": ["cpu": "1"]]]],
    ],
    [
      "apiVersion": "v1", "kind": "Event", "metadata": ["name": "x1"],
      "involvedObject": ["kind": "Pod", "namespace": "w", "name": "p"], "reason": "R",
      "type": "Normal",
    ],
    [
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": ["name": "x1"],
      "addressType": "IPv4", "endpoints": [["addresses": ["10.0.0.1"]]],
      "ports": [["name": "p", "port": 80]],
    ],
    [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": ["name": "x1"],
      "spec": ["defaultBackend": ["service": ["name": "s", "port": ["number": 80]]]],
    ],
    [
      "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": ["name": "x1"],
      "spec": ["podSelector": [:], "ingress": [["from": [["podSelector": [:]]]]]],
    ],
    [
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "x1"],
      "spec": ["minAvailable": 1, "selector": selector],
    ],
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": ["name": "x1"],
      "rules": [["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]],
    ],
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
      "metadata": ["name": "x1"],
      "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x1"],
      "subjects": [["kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"]],
    ],
    [
      "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "x1"],
      "spec": ["holderIdentity": "h", "leaseDurationSeconds": 10],
    ],
  ]
}
