/// Kubernetes 1.33 with raised client limits and 10 fake nodes on a machine of two cores: recorded
/// there, not measured by these programs.
public enum RecordedKubernetes {
  public static let createMilliseconds = 2.6
  public static let getMilliseconds = 1.5
  /// 1,000 pods made by 20 clients.
  public static let podsPerSecond = 239.0
  /// 1,000 pods, from the first create until all run.
  public static let thousandPodsSeconds = 7.0
  /// A Deployment of 500, until all are ready.
  public static let deploymentUpSeconds = 4.2
  /// The same, until all are gone.
  public static let deploymentDownSeconds = 1.5
  public static let memoryMebibytes = 480.0
}
