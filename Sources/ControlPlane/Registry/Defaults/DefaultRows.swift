/// The defaults of Kubernetes 1.33, as data. What depends on other fields is code: `PodDefaults`.
enum DefaultRows {
  /// Of a PodSpec, in pods and in templates.
  static let podSpec = DefaultsTree(
    """
    restartPolicy = "Always"
    terminationGracePeriodSeconds = 30
    dnsPolicy = "ClusterFirst"
    securityContext = {}
    schedulerName = "default-scheduler"
    volumes[].configMap.defaultMode = 420
    volumes[].secret.defaultMode = 420
    volumes[].downwardAPI.items[].fieldRef.apiVersion = "v1"
    volumes[].downwardAPI.items[].resourceFieldRef.divisor = "0"
    volumes[].downwardAPI.defaultMode = 420
    volumes[].projected.sources[].serviceAccountToken.expirationSeconds = 3600
    volumes[].projected.sources[].downwardAPI.items[].fieldRef.apiVersion = "v1"
    volumes[].projected.defaultMode = 420
    volumes[].hostPath.type = ""
    volumes[].iscsi.iscsiInterface = "default"
    volumes[].rbd.pool = "rbd"
    volumes[].rbd.user = "admin"
    volumes[].rbd.keyring = "/etc/ceph/keyring"
    volumes[].azureDisk.cachingMode = "ReadWrite"
    volumes[].azureDisk.fsType = "ext4"
    volumes[].azureDisk.readOnly = false
    volumes[].azureDisk.kind = "Shared"
    volumes[].scaleIO.storageMode = "ThinProvisioned"
    volumes[].scaleIO.fsType = "xfs"
    volumes[].ephemeral.volumeClaimTemplate.metadata = {}
    volumes[].ephemeral.volumeClaimTemplate.metadata.creationTimestamp = null
    volumes[].ephemeral.volumeClaimTemplate.spec.volumeMode = "Filesystem"

    """ + ["containers", "initContainers", "ephemeralContainers"].map(container).joined())

  /// Only of pods, not of templates; what admission adds is code.
  static let pod = DefaultsTree(
    """
    spec = {}
    spec.enableServiceLinks = true
    """)

  private static func container(_ list: String) -> String {
    let handlers = ["lifecycle.postStart", "lifecycle.preStop"]
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"]
    var rows = [
      "resources = {}", "terminationMessagePath = \"/dev/termination-log\"",
      "terminationMessagePolicy = \"File\"", "ports[].protocol = \"TCP\"",
      "env[].valueFrom.fieldRef.apiVersion = \"v1\"",
      "env[].valueFrom.resourceFieldRef.divisor = \"0\"",
    ]
    for field in handlers + probes {
      rows.append("\(field).httpGet.path = \"/\"")
      rows.append("\(field).httpGet.scheme = \"HTTP\"")
    }
    for field in probes {
      rows.append("\(field).grpc.service = \"\"")
      rows.append("\(field).timeoutSeconds ~ 1")
      rows.append("\(field).periodSeconds ~ 10")
      rows.append("\(field).successThreshold ~ 1")
      rows.append("\(field).failureThreshold ~ 3")
    }
    return rows.map { "\(list)[].\($0)\n" }.joined()
  }

  static let deployment = DefaultsTree(
    """
    spec = {}
    spec.replicas = 1
    spec.template = {}
    spec.template.metadata = {}
    spec.template.metadata.creationTimestamp = null
    spec.template.spec = {}
    spec.strategy = {}
    spec.strategy.type = "RollingUpdate"
    spec.revisionHistoryLimit = 10
    spec.progressDeadlineSeconds = 600
    """)

  /// Of a Deployment whose strategy is RollingUpdate.
  static let rollingUpdate = DefaultsTree(
    """
    rollingUpdate = {}
    rollingUpdate.maxUnavailable = "25%"
    rollingUpdate.maxSurge = "25%"
    """)

  static let replicaSet = DefaultsTree(
    """
    spec = {}
    spec.replicas = 1
    spec.template = {}
    spec.template.metadata = {}
    spec.template.metadata.creationTimestamp = null
    spec.template.spec = {}
    """)

  static let node = DefaultsTree(
    """
    status.daemonEndpoints = {}
    status.daemonEndpoints.kubeletEndpoint = {}
    status.daemonEndpoints.kubeletEndpoint.Port = 0
    status.nodeInfo = {}
    status.nodeInfo.machineID = ""
    status.nodeInfo.systemUUID = ""
    status.nodeInfo.bootID = ""
    status.nodeInfo.kernelVersion = ""
    status.nodeInfo.osImage = ""
    status.nodeInfo.containerRuntimeVersion = ""
    status.nodeInfo.kubeletVersion = ""
    status.nodeInfo.kubeProxyVersion = ""
    status.nodeInfo.operatingSystem = ""
    status.nodeInfo.architecture = ""
    """)

  static let event = DefaultsTree(
    """
    source = {}
    firstTimestamp = null
    lastTimestamp = null
    eventTime = null
    reportingComponent = ""
    reportingInstance = ""
    """)
}
