// Written by schema/generate.py from schema/descriptions.txt. Do not edit.
// swift-format-ignore-file

/// Types, each followed by its fields: one literal, read when the first document needs it.
let kubernetesDescriptionsText: StaticString = #"""
*
 apiVersion Group and version of the API that the object is written in.
 kind Kind of the object, in CamelCase.
 metadata Name, labels and what else every object has.
 items The objects of the list.
 reason One word in CamelCase for programs, saying why.
 message Text for people that says more.
 lastTransitionTime When the status changed last from one value to another.
 readOnly Whether containers may only read what is mounted.
 fsType Type of the file system on the volume, such as ext4.
 secretRef Secret that holds the credentials.
 optional Whether it may be missing without holding the pod up.
 uid Identity of the object, unlike that of any other object that ever was.
 namespace Namespace of the object.
 name Name of the object.
 resourceVersion Version of the object, to be compared for equality only.
 observedGeneration Generation of the spec that this status is about.
 spec What is wanted.
 status What was last observed; written by the system.
 selector Labels that the objects in question bear.
 labelSelector Labels that the objects in question bear.
 user Who acts, or as whom.
 defaultMode Permission bits of files that name none.
 mode Permission bits of this file.
 path Where it is, relative to the root of what holds it.
meta.v1.ObjectMeta What every stored object has: its name, labels and history.
 annotations Further data about the object, for tools; nothing is selected by it.
 creationTimestamp When the object was created; set by the server.
 deletionGracePeriodSeconds Seconds that the object was given to end by itself once deletion was asked for.
 deletionTimestamp When the object is to be gone; set by the server when deletion is asked for.
 finalizers Who must do something before the object may go; it goes when the list is empty.
 generateName Beginning of a name that the server completes where `name` is empty.
 generation Counts the changes of what is wanted.
 labels Names and values by which objects are selected.
 managedFields Which writer set which fields, for server-side apply.
 name Name of the object, unique for its kind within the namespace.
 namespace Namespace that the name is unique in; empty for objects of the whole cluster.
 ownerReferences Objects that this one belongs to; when none of them is left it is collected.
 resourceVersion Version of the object: an update that names an older one is refused.
 selfLink No longer filled.
 uid Identity of the object: another object of the same name has another one.
meta.v1.ManagedFieldsEntry The fields that one writer set by one kind of operation.
 apiVersion Version of the API that the fields are named in.
 fieldsType Form of the fields; always FieldsV1.
 fieldsV1 The fields as a tree of paths.
 manager Name of the writer.
 operation Apply, or Update for every other way of writing.
 subresource Subresource that was written through; empty for the object itself.
 time When the entry changed last.
meta.v1.FieldsV1 A set of fields, as a tree whose names are steps of paths.
meta.v1.OwnerReference The object that another one belongs to, in the same namespace or of the whole cluster.
 apiVersion Group and version of the owner.
 blockOwnerDeletion Whether the owner, deleted in the foreground, waits until this object is gone.
 controller Whether the owner is the one that manages this object.
 kind Kind of the owner.
 name Name of the owner.
 uid Identity of the owner.
meta.v1.ListMeta What every list has.
 continue Where the next part of a list begins; to be sent back as it is.
 remainingItemCount How many objects follow, where that is known.
 resourceVersion State of the cluster that the list shows.
meta.v1.Time A point in time, in whole seconds.
meta.v1.MicroTime A point in time, in microseconds.
meta.v1.LabelSelector Which labels an object must bear; every part must hold, and an empty one holds for all.
 matchExpressions Conditions on labels that go beyond equality.
 matchLabels Labels that must have exactly these values.
meta.v1.LabelSelectorRequirement One condition on a label.
 key Name of the label.
 operator How the values count: In, NotIn, Exists or DoesNotExist.
 values Values to compare with; none for Exists and DoesNotExist.
meta.v1.Condition One aspect of an object's state.
 status True, False or Unknown.
 type Which aspect it is.
meta.v1.DeleteOptions How an object is to be deleted.
 dryRun With `All` nothing is stored.
 gracePeriodSeconds Seconds that the object is given to end; 0 deletes it at once.
 orphanDependents Older form of propagationPolicy.
 preconditions What must hold of the object, else nothing is deleted.
 propagationPolicy What becomes of dependents: Orphan, Background or Foreground.
meta.v1.Status Outcome of a request that returns no object.
 code HTTP status code.
 details What the outcome is about.
 status Success or Failure.
resource.Quantity A number with a unit: `500m` is a half, `64Mi` is 64 times 2^20.
intstr.IntOrString A whole number, or a text such as a port's name or a percentage.
core.v1.LocalObjectReference Another object of the same namespace, by name.
core.v1.ObjectReference Another object, or a part of it.
 apiVersion Group and version of the object.
 fieldPath Part of the object that is meant, such as spec.containers{web}.
 kind Kind of the object.
core.v1.TypedLocalObjectReference Another object of the same namespace, with its kind.
 apiGroup Group of the object; empty for the core group.
core.v1.TypedObjectReference Another object with its kind, perhaps of another namespace.
 apiGroup Group of the object; empty for the core group.
core.v1.Pod Containers that run together on one node and share its network address and volumes.
 spec How the pod is to run; little of it can change once it exists.
core.v1.PodTemplateSpec The pods that are made from it.
 metadata Labels and annotations of the pods.
 spec How the pods are to run.
core.v1.PodSpec How a pod is to run.
 activeDeadlineSeconds Seconds from the pod's start after which it is ended and marked failed.
 affinity Rules that draw the pod to nodes and other pods, or keep it away.
 automountServiceAccountToken Whether the service account's token is mounted in the containers.
 containers The containers; at least one, and none can be added later.
 dnsConfig Resolver settings that go beyond the policy.
 dnsPolicy Where the containers' resolver settings come from.
 enableServiceLinks Whether containers get environment variables that name the namespace's services.
 ephemeralContainers Containers added to a running pod for debugging, by a subresource of its own.
 hostAliases Further lines of the containers' hosts file.
 hostIPC Whether the pod shares the node's IPC namespace.
 hostNetwork Whether the pod uses the node's network; its ports are then the node's.
 hostPID Whether the pod sees the node's processes.
 hostUsers Whether the pod uses the node's user namespace; true unless set.
 hostname Host name of the pod; the pod's name unless set.
 imagePullSecrets Secrets with credentials for the registries of the images.
 initContainers Containers that run to their end, one after the other, before the others start.
 nodeName Node that the pod runs on; set by the scheduler.
 nodeSelector Labels that a node must bear for the pod to run there.
 os Operating system that the containers are made for.
 overhead Resources that running the pod costs beside its containers.
 preemptionPolicy Whether the pod may push out pods of lower priority.
 priority The number that the priority class stands for.
 priorityClassName Priority class that says how important the pod is.
 readinessGates Conditions that must also be true for the pod to be ready.
 resourceClaims Claims on devices that containers can refer to by name.
 resources Resources of the pod as a whole.
 restartPolicy Whether ended containers are started again: Always, OnFailure or Never.
 runtimeClassName Runtime class that runs the pod.
 schedulerName Scheduler that places the pod.
 schedulingGates What must be removed before the pod is scheduled.
 securityContext Users, groups and kernel settings of all containers.
 serviceAccount Older name of serviceAccountName.
 serviceAccountName Service account that the pod acts as.
 setHostnameAsFQDN Whether the host name is the pod's full domain name.
 shareProcessNamespace Whether the containers see each other's processes.
 subdomain Part of the pod's domain name before the namespace.
 terminationGracePeriodSeconds Seconds between the signal to end and the kill.
 tolerations Taints of nodes that the pod puts up with.
 topologySpreadConstraints How the pods are spread over zones, hosts or other domains.
 volumes Volumes that the containers can mount.
core.v1.PodStatus What was last observed of a pod.
 conditions Whether the pod is scheduled, initialized, ready and so on.
 containerStatuses State of each container.
 ephemeralContainerStatuses State of each container for debugging.
 hostIP Address of the node.
 hostIPs Addresses of the node, one of each family at most.
 initContainerStatuses State of each init container.
 nominatedNodeName Node that is being cleared of other pods for this one.
 phase Pending, Running, Succeeded, Failed or Unknown.
 podIP Address of the pod.
 podIPs Addresses of the pod, one of each family at most.
 qosClass Guaranteed, Burstable or BestEffort, by the containers' requests and limits.
 resize Where a change of the resources in place stands.
 resourceClaimStatuses The claims that were made for the pod.
 startTime When the node took the pod on.
core.v1.PodCondition One aspect of a pod's state.
 lastProbeTime When the condition was looked at last.
 status True, False or Unknown.
 type Which aspect it is, such as Ready.
core.v1.Container One program of a pod, from an image.
 args Arguments; the image's own unless set.
 command Program that is run; the image's own unless set.
 env Environment variables, by name.
 envFrom Objects whose keys become environment variables.
 image Image that the container is made from.
 imagePullPolicy When the image is fetched: Always, IfNotPresent or Never.
 lifecycle What is done after the start and before the end.
 livenessProbe Check whose failure restarts the container.
 name Name of the container, unique in the pod.
 ports Ports that the container listens on, for information.
 readinessProbe Check whose failure takes the pod out of its services.
 resizePolicy What a change of resources in place does to the container.
 resources Resources that are reserved, and that the container may use at most.
 restartPolicy For an init container only: Always makes it run beside the others.
 securityContext Users, capabilities and kernel settings of this container.
 startupProbe Check that must pass once before the other checks begin.
 stdin Whether standard input stays open.
 stdinOnce Whether standard input closes when the first client has gone.
 terminationMessagePath File whose text is told when the container has ended.
 terminationMessagePolicy Whether the end of the log stands in for that file after a failure.
 tty Whether the container gets a terminal.
 volumeDevices Volumes that the container sees as block devices.
 volumeMounts Volumes that are mounted in the container.
 workingDir Directory that the program starts in.
core.v1.EphemeralContainer A container that is added to a running pod for debugging, and never restarted.
 args Arguments; the image's own unless set.
 command Program that is run; the image's own unless set.
 env Environment variables, by name.
 envFrom Objects whose keys become environment variables.
 image Image that the container is made from.
 imagePullPolicy When the image is fetched: Always, IfNotPresent or Never.
 lifecycle Not allowed here.
 livenessProbe Not allowed here.
 name Name of the container, unique in the pod.
 ports Not allowed here.
 readinessProbe Not allowed here.
 resizePolicy What a change of resources in place does to the container.
 resources Not allowed here: the container uses what the pod has left.
 restartPolicy Not allowed here: the container is never restarted.
 securityContext Users, capabilities and kernel settings of this container.
 startupProbe Not allowed here.
 stdin Whether standard input stays open.
 stdinOnce Whether standard input closes when the first client has gone.
 targetContainerName Container whose processes this one sees.
 terminationMessagePath File whose text is told when the container has ended.
 terminationMessagePolicy Whether the end of the log stands in for that file after a failure.
 tty Whether the container gets a terminal.
 volumeDevices Volumes that the container sees as block devices.
 volumeMounts Volumes that are mounted in the container; no sub-paths.
 workingDir Directory that the program starts in.
core.v1.ContainerPort A port that a container listens on.
 containerPort Number of the port, 1 to 65535.
 hostIP Address of the node that the host port is bound to.
 hostPort Port of the node that leads to this one.
 name Name of the port, unique in the pod; services can refer to it.
 protocol TCP, UDP or SCTP.
core.v1.ContainerResizePolicy What a change of one resource in place does to the container.
 resourceName The resource: cpu or memory.
 restartPolicy NotRequired, or RestartContainer.
core.v1.EnvVar One environment variable.
 name Name of the variable.
 value Its value; $(NAME) stands for a variable before it.
 valueFrom Where the value comes from instead.
core.v1.EnvVarSource Where a variable's value comes from; exactly one of these.
 configMapKeyRef A key of a ConfigMap.
 fieldRef A field of the pod.
 resourceFieldRef A request or limit of a container.
 secretKeyRef A key of a Secret.
core.v1.EnvFromSource Keys that become environment variables.
 configMapRef ConfigMap whose keys they are.
 prefix Text that is put before each name.
 secretRef Secret whose keys they are.
core.v1.ConfigMapEnvSource A ConfigMap whose keys become variables.
core.v1.SecretEnvSource A Secret whose keys become variables.
core.v1.ConfigMapKeySelector One key of a ConfigMap.
 key The key.
core.v1.SecretKeySelector One key of a Secret.
 key The key.
core.v1.ObjectFieldSelector One field of the pod.
 fieldPath The field, such as metadata.name.
core.v1.ResourceFieldSelector One request or limit of a container.
 containerName The container; needed for volumes only.
 divisor Unit that the value is told in.
 resource What is told, such as limits.cpu.
core.v1.ResourceRequirements Resources of a container.
 claims Claims of the pod that the container uses.
 limits The most that the container may use.
 requests What is reserved for the container; the limits unless set.
core.v1.VolumeResourceRequirements Space that a volume must have.
 limits The most space.
 requests The least space.
core.v1.ResourceClaim A claim of the pod that a container uses.
 name Name of the claim in the pod.
 request Name of a request in the claim; all of them unless set.
core.v1.Lifecycle What is done at a container's start and end.
 postStart Done right after the start; a failure ends the container.
 preStop Done before the signal to end.
 stopSignal Signal that ends the container; the image's own unless set.
core.v1.LifecycleHandler One action; exactly one of these.
 exec Runs a command in the container.
 httpGet Sends a request by HTTP.
 sleep Waits.
 tcpSocket No longer supported.
core.v1.Probe A check that is made again and again.
 exec Runs a command in the container; status 0 passes.
 failureThreshold Failures in a row that count as one.
 grpc Asks the gRPC health service.
 httpGet Sends a request by HTTP; 200 to 399 passes.
 initialDelaySeconds Seconds from the container's start to the first check.
 periodSeconds Seconds between checks.
 successThreshold Passes in a row that count as one after a failure.
 tcpSocket Opens a connection.
 terminationGracePeriodSeconds Seconds between signal and kill when this check fails.
 timeoutSeconds Seconds after which a check has failed.
core.v1.ExecAction A command that is run in the container.
 command Program and arguments; no shell is involved.
core.v1.GRPCAction A question to a gRPC health service.
 port Number of the port.
 service Name of the service in the question.
core.v1.HTTPGetAction A request by HTTP.
 host Host to connect to; the pod's address unless set.
 httpHeaders Header fields of the request.
 path Path of the request.
 port Number or name of the port.
 scheme HTTP or HTTPS.
core.v1.HTTPHeader One header field.
 name Name of the field.
 value Its value.
core.v1.TCPSocketAction A connection by TCP.
 host Host to connect to; the pod's address unless set.
 port Number or name of the port.
core.v1.SleepAction A pause.
 seconds How long.
core.v1.SecurityContext Users, capabilities and kernel settings of one container.
 allowPrivilegeEscalation Whether a process may gain more rights than its parent has.
 appArmorProfile AppArmor profile of the container.
 capabilities Capabilities added and dropped.
 privileged Whether the container has all the rights of root on the node.
 procMount How /proc is mounted: Default or Unmasked.
 readOnlyRootFilesystem Whether the root file system can only be read.
 runAsGroup Group that the program runs as.
 runAsNonRoot Whether the container is refused if it would run as root.
 runAsUser User that the program runs as.
 seLinuxOptions SELinux label of the container.
 seccompProfile Which system calls are allowed.
 windowsOptions Settings for Windows.
core.v1.PodSecurityContext Users, groups and kernel settings of all containers of a pod.
 appArmorProfile AppArmor profile of the containers.
 fsGroup Group that owns the volumes' files.
 fsGroupChangePolicy When the ownership of files is changed: Always or OnRootMismatch.
 runAsGroup Group that programs run as.
 runAsNonRoot Whether containers are refused that would run as root.
 runAsUser User that programs run as.
 seLinuxChangePolicy How volumes get the SELinux label: MountOption or Recursive.
 seLinuxOptions SELinux label of the containers.
 seccompProfile Which system calls are allowed.
 supplementalGroups Further groups of the programs.
 supplementalGroupsPolicy Whether groups of the image count too: Merge or Strict.
 sysctls Kernel settings of the pod's namespaces.
 windowsOptions Settings for Windows.
core.v1.AppArmorProfile An AppArmor profile.
 localhostProfile Name of a profile loaded on the node.
 type RuntimeDefault, Localhost or Unconfined.
core.v1.SeccompProfile Which system calls are allowed.
 localhostProfile File of the profile on the node.
 type RuntimeDefault, Localhost or Unconfined.
core.v1.SELinuxOptions An SELinux label.
 level Its level.
 role Its role.
 type Its type.
 user Its user.
core.v1.WindowsSecurityContextOptions Settings for containers on Windows.
 gmsaCredentialSpec Text of the group managed service account's credentials.
 gmsaCredentialSpecName Name of the object that holds them.
 hostProcess Whether the container runs in the host's own space.
 runAsUserName User that the program runs as.
core.v1.Capabilities Linux capabilities of a container.
 add Capabilities that are added.
 drop Capabilities that are taken away.
core.v1.Sysctl One kernel setting.
 name Name of the setting.
 value Its value.
core.v1.VolumeDevice A volume that a container sees as a block device.
 devicePath Path of the device in the container.
 name Claim in the pod's volumes.
core.v1.VolumeMount A volume that is mounted in a container.
 mountPath Directory in the container.
 mountPropagation How later mounts pass between node and container.
 name Volume of the pod.
 recursiveReadOnly Whether mounts below it are read-only too.
 subPath Directory of the volume that is mounted instead of its root.
 subPathExpr As subPath, with environment variables.
core.v1.VolumeMountStatus How a volume is mounted.
 mountPath Directory in the container.
 name Volume of the pod.
 recursiveReadOnly Whether mounts below it are read-only too.
core.v1.Affinity Rules that draw a pod to nodes and other pods, or keep it away.
 nodeAffinity Rules about nodes.
 podAffinity Pods to be near to.
 podAntiAffinity Pods to be far from.
core.v1.NodeAffinity Rules about nodes.
 preferredDuringSchedulingIgnoredDuringExecution Nodes that are better than others, with weights.
 requiredDuringSchedulingIgnoredDuringExecution What a node must fulfil when the pod is placed.
core.v1.PodAffinity Pods to be near to.
 preferredDuringSchedulingIgnoredDuringExecution Wishes, with weights.
 requiredDuringSchedulingIgnoredDuringExecution What must hold when the pod is placed.
core.v1.PodAntiAffinity Pods to be far from.
 preferredDuringSchedulingIgnoredDuringExecution Wishes, with weights.
 requiredDuringSchedulingIgnoredDuringExecution What must hold when the pod is placed.
core.v1.PreferredSchedulingTerm A wish about nodes.
 preference What a node should fulfil.
 weight How much it counts, 1 to 100.
core.v1.WeightedPodAffinityTerm A wish about other pods.
 podAffinityTerm The wish.
 weight How much it counts, 1 to 100.
core.v1.PodAffinityTerm Pods, and the domain that they count in.
 labelSelector Labels of the pods.
 matchLabelKeys Labels whose values must be those of this pod.
 mismatchLabelKeys Labels whose values must differ from those of this pod.
 namespaceSelector Labels of the namespaces that the pods are in.
 namespaces Names of the namespaces that the pods are in.
 topologyKey Label of nodes: nodes with the same value are one domain.
core.v1.NodeSelector Which nodes; one term is enough.
 nodeSelectorTerms The terms.
core.v1.NodeSelectorTerm Conditions on a node; all must hold.
 matchExpressions Conditions on labels.
 matchFields Conditions on fields, such as metadata.name.
core.v1.NodeSelectorRequirement One condition on a node.
 key Label or field.
 operator In, NotIn, Exists, DoesNotExist, Gt or Lt.
 values Values to compare with.
core.v1.Toleration A taint that a pod puts up with.
 effect Effect of the taint; every one unless set.
 key Key of the taint; every one unless set.
 operator Equal, or Exists for any value.
 tolerationSeconds Seconds that the pod stays once the taint is there; for ever unless set.
 value Value of the taint.
core.v1.Taint What keeps pods off a node that do not tolerate it.
 effect NoSchedule, PreferNoSchedule or NoExecute.
 key Key of the taint.
 timeAdded When the taint was added.
 value Value of the taint.
core.v1.TopologySpreadConstraint How evenly pods are spread over domains.
 labelSelector Labels of the pods that count.
 matchLabelKeys Labels whose values must be those of this pod.
 maxSkew By how many pods two domains may differ.
 minDomains How many domains there must be at least.
 nodeAffinityPolicy Whether nodes count that the pod's affinity rules out.
 nodeTaintsPolicy Whether nodes count whose taints the pod does not tolerate.
 topologyKey Label of nodes: nodes with the same value are one domain.
 whenUnsatisfiable DoNotSchedule, or ScheduleAnyway.
core.v1.PodDNSConfig Resolver settings.
 nameservers Addresses of name servers.
 options Options of the resolver.
 searches Domains that names are looked up in.
core.v1.PodDNSConfigOption One option of the resolver.
 name Name of the option.
 value Its value, if it has one.
core.v1.HostAlias One line of the hosts file.
 hostnames Names of the address.
 ip The address.
core.v1.PodOS Operating system of a pod's containers.
 name linux or windows.
core.v1.PodReadinessGate A condition that must be true for the pod to be ready.
 conditionType Type of the condition.
core.v1.PodResourceClaim A claim on devices that containers refer to.
 name Name of the claim in the pod.
 resourceClaimName Claim that exists already.
 resourceClaimTemplateName Template that a claim is made from.
core.v1.PodResourceClaimStatus The claim that was made.
 name Name of the claim in the pod.
 resourceClaimName Name of the claim that was made.
core.v1.PodSchedulingGate Something that holds scheduling up.
 name Name of the gate.
core.v1.HostIP An address of a node.
 ip The address.
core.v1.PodIP An address of a pod.
 ip The address.
core.v1.ContainerStatus State of one container.
 allocatedResources What the node has set aside for the container.
 allocatedResourcesStatus Health of devices that the container uses.
 containerID Runtime and identity of the container.
 image Image that the container runs.
 imageID Identity of that image.
 lastState How the container ended the last time.
 name Name of the container.
 ready Whether the container passes its checks.
 resources Resources that are in force.
 restartCount How often the container was restarted.
 started Whether the container has passed its startup check.
 state Waiting, running or terminated.
 stopSignal Signal that ends the container.
 user Users and groups that the first process had at its start.
 volumeMounts How the volumes are mounted.
core.v1.ContainerState State of a container; one of these.
 running Details of a container that runs.
 terminated Details of a container that has ended.
 waiting Details of a container that has not started.
core.v1.ContainerStateRunning A container that runs.
 startedAt When it was started.
core.v1.ContainerStateTerminated A container that has ended.
 containerID Runtime and identity of the container.
 exitCode Exit status of its first process.
 finishedAt When it ended.
 signal Signal that ended it.
 startedAt When it was started.
core.v1.ContainerStateWaiting A container that has not started.
core.v1.ContainerUser Users and groups of a container's first process.
 linux On Linux.
core.v1.LinuxContainerUser Users and groups of a process on Linux.
 gid Its group.
 supplementalGroups Its further groups.
 uid Its user.
core.v1.ResourceStatus Health of the devices of one resource.
 name The resource.
 resources Health of each device.
core.v1.ResourceHealth Health of one device.
 health Healthy, Unhealthy or Unknown.
 resourceID Identity of the device.
core.v1.Volume A directory or device that containers can mount; exactly one source says what it is.
 awsElasticBlockStore A disk of AWS, by its driver.
 azureDisk A disk of Azure, by its driver.
 azureFile A share of Azure, by its driver.
 cephfs A directory of CephFS; no longer supported.
 cinder A disk of OpenStack, by its driver.
 configMap Files from a ConfigMap.
 csi A volume that a driver makes for the pod.
 downwardAPI Files that tell about the pod.
 emptyDir A directory that lives as long as the pod.
 ephemeral A volume that is claimed for the pod and goes with it.
 fc A Fibre Channel disk.
 flexVolume A volume of a driver program on the node; deprecated.
 flocker A dataset of Flocker; no longer supported.
 gcePersistentDisk A disk of Google, by its driver.
 gitRepo A clone of a repository; deprecated.
 glusterfs A volume of GlusterFS; no longer supported.
 hostPath A file or directory of the node.
 image The files of an image.
 iscsi A disk by iSCSI.
 name Name of the volume, unique in the pod.
 nfs A directory of an NFS server.
 persistentVolumeClaim The volume of a claim.
 photonPersistentDisk A disk of Photon; no longer supported.
 portworxVolume A volume of Portworx, by its driver.
 projected Files from several sources in one directory.
 quobyte A volume of Quobyte; no longer supported.
 rbd A Ceph block device; no longer supported.
 scaleIO A volume of ScaleIO; no longer supported.
 secret Files from a Secret.
 storageos A volume of StorageOS; no longer supported.
 vsphereVolume A disk of vSphere, by its driver.
core.v1.AWSElasticBlockStoreVolumeSource A disk of AWS.
 partition Partition to mount.
 volumeID Identity of the disk.
core.v1.AzureDiskVolumeSource A disk of Azure.
 cachingMode None, ReadOnly or ReadWrite.
 diskName Name of the disk.
 diskURI Where the disk is.
 kind Shared, Dedicated or Managed.
core.v1.AzureFileVolumeSource A share of Azure.
 secretName Secret with the account's name and key.
 shareName Name of the share.
core.v1.CephFSVolumeSource A directory of CephFS.
 monitors Addresses of the monitors.
 secretFile File with the key.
core.v1.CinderVolumeSource A disk of OpenStack.
 volumeID Identity of the disk.
core.v1.ConfigMapVolumeSource Files from a ConfigMap.
 items Keys and their files; every key by its own name unless set.
 name The ConfigMap.
core.v1.SecretVolumeSource Files from a Secret.
 items Keys and their files; every key by its own name unless set.
 secretName The Secret.
core.v1.KeyToPath A key and its file.
 key The key.
core.v1.CSIVolumeSource A volume that a driver makes for the pod.
 driver Name of the driver.
 nodePublishSecretRef Secret that the driver is given.
 volumeAttributes Settings that the driver knows.
core.v1.DownwardAPIVolumeSource Files that tell about the pod.
 items The files.
core.v1.DownwardAPIVolumeFile A file that tells one thing about the pod.
 fieldRef Field of the pod.
 resourceFieldRef Request or limit of a container.
core.v1.EmptyDirVolumeSource A directory that lives as long as the pod.
 medium Empty for the node's disk, or Memory.
 sizeLimit The most it may hold.
core.v1.EphemeralVolumeSource A volume that is claimed for the pod and goes with it.
 volumeClaimTemplate The claim that is made.
core.v1.PersistentVolumeClaimTemplate A claim to be made.
 metadata Labels and annotations of the claim.
 spec What volume is wanted.
core.v1.PersistentVolumeClaimSpec What volume is wanted.
 accessModes How it is to be mounted, such as ReadWriteOnce.
 dataSource Snapshot or claim that it is filled from.
 dataSourceRef Object that it is filled from, perhaps of another namespace.
 resources Space that is wanted.
 selector Labels of the volumes that may be bound.
 storageClassName Storage class that makes it; the default one unless set, none where empty.
 volumeAttributesClassName Class of attributes that can change later.
 volumeMode Filesystem or Block.
 volumeName Volume that is bound.
core.v1.FCVolumeSource A Fibre Channel disk.
 lun Number of the unit.
 targetWWNs Names of the targets.
 wwids Identities of the disk, instead of targets and unit.
core.v1.FlexVolumeSource A volume of a driver program on the node.
 driver Name of the driver.
 options Settings that the driver knows.
core.v1.FlockerVolumeSource A dataset of Flocker.
 datasetName Name of the dataset.
 datasetUUID Identity of the dataset.
core.v1.GCEPersistentDiskVolumeSource A disk of Google.
 partition Partition to mount.
 pdName Name of the disk.
core.v1.GitRepoVolumeSource A clone of a repository.
 directory Directory of the clone.
 repository Where the repository is.
 revision Commit that is checked out.
core.v1.GlusterfsVolumeSource A volume of GlusterFS.
 endpoints Endpoints object with the servers.
core.v1.HostPathVolumeSource A file or directory of the node.
 path Path on the node.
 type What must be there, or is made, such as DirectoryOrCreate.
core.v1.ImageVolumeSource The files of an image.
 pullPolicy When the image is fetched: Always, IfNotPresent or Never.
 reference The image.
core.v1.ISCSIVolumeSource A disk by iSCSI.
 chapAuthDiscovery Whether discovery is authenticated by CHAP.
 chapAuthSession Whether sessions are authenticated by CHAP.
 initiatorName Name of the initiator.
 iqn Name of the target.
 iscsiInterface Interface that is used; default unless set.
 lun Number of the unit.
 portals Further addresses of the target.
 targetPortal Address of the target.
core.v1.NFSVolumeSource A directory of an NFS server.
 path Directory that the server exports.
 server Host name or address of the server.
core.v1.PersistentVolumeClaimVolumeSource The volume of a claim.
 claimName The claim, in the pod's namespace.
core.v1.PhotonPersistentDiskVolumeSource A disk of Photon.
 pdID Identity of the disk.
core.v1.PortworxVolumeSource A volume of Portworx.
 volumeID Identity of the volume.
core.v1.ProjectedVolumeSource Files from several sources in one directory.
 sources The sources.
core.v1.VolumeProjection One source of files; exactly one of these.
 clusterTrustBundle Certificates to trust.
 configMap Files from a ConfigMap.
 downwardAPI Files that tell about the pod.
 secret Files from a Secret.
 serviceAccountToken A token of the pod's service account.
core.v1.ClusterTrustBundleProjection A file with certificates to trust.
 labelSelector Labels of the bundles.
 name One bundle by name.
 signerName Signer whose bundles are meant.
core.v1.ConfigMapProjection Files from a ConfigMap.
 items Keys and their files; every key by its own name unless set.
 name The ConfigMap.
core.v1.SecretProjection Files from a Secret.
 items Keys and their files; every key by its own name unless set.
 name The Secret.
core.v1.DownwardAPIProjection Files that tell about the pod.
 items The files.
core.v1.ServiceAccountTokenProjection A token of the pod's service account, renewed before it ends.
 audience Whom the token is for; the API server unless set.
 expirationSeconds How long the token is good.
core.v1.QuobyteVolumeSource A volume of Quobyte.
 group Group that is used for access.
 registry Addresses of the registry.
 tenant Owner of the volume.
 volume Name of the volume.
core.v1.RBDVolumeSource A Ceph block device.
 image Name of the image.
 keyring File with the key.
 monitors Addresses of the monitors.
 pool Pool of the image.
core.v1.ScaleIOVolumeSource A volume of ScaleIO.
 gateway Address of the gateway.
 protectionDomain Domain of the storage.
 sslEnabled Whether TLS is used.
 storageMode ThickProvisioned or ThinProvisioned.
 storagePool Pool of the volume.
 system Name of the storage system.
 volumeName Name of the volume.
core.v1.StorageOSVolumeSource A volume of StorageOS.
 volumeName Name of the volume.
 volumeNamespace Namespace of the volume in StorageOS.
core.v1.VsphereVirtualDiskVolumeSource A disk of vSphere.
 storagePolicyID Identity of the storage policy.
 storagePolicyName Name of the storage policy.
 volumePath Path of the disk.
apps.v1.Deployment Keeps a number of equal pods running and replaces them step by step when they change.
apps.v1.DeploymentSpec What a Deployment keeps running, and how it changes.
 minReadySeconds Seconds that a new pod must be ready for to count as available.
 paused Whether changes of the template wait.
 progressDeadlineSeconds Seconds without progress after which a rollout is told to have failed.
 replicas How many pods are wanted; 1 unless set.
 revisionHistoryLimit How many old ReplicaSets are kept for going back.
 selector Labels of the pods that belong to it; cannot change.
 strategy How old pods are replaced by new ones.
 template The pods that are made.
apps.v1.DeploymentStrategy How old pods are replaced by new ones.
 rollingUpdate Bounds of a rolling update.
 type RollingUpdate, or Recreate for all at once.
apps.v1.RollingUpdateDeployment Bounds of a rolling update.
 maxSurge How many pods there may be beyond those wanted, as number or percentage.
 maxUnavailable How many of the wanted pods may be missing, as number or percentage.
apps.v1.DeploymentStatus What was last observed of a Deployment.
 availableReplicas Pods that have been ready long enough.
 collisionCount How often a ReplicaSet's name was taken already.
 conditions Whether it is available and progresses.
 readyReplicas Pods that are ready.
 replicas Pods in all.
 terminatingReplicas Pods that are being deleted.
 unavailableReplicas Pods that are still missing to be fully available.
 updatedReplicas Pods of the current template.
apps.v1.DeploymentCondition One aspect of a Deployment's state.
 lastUpdateTime When the condition was written last.
 status True, False or Unknown.
 type Available, Progressing or ReplicaFailure.
apps.v1.ReplicaSet Keeps a number of equal pods running; made by Deployments.
apps.v1.ReplicaSetSpec What a ReplicaSet keeps running.
 minReadySeconds Seconds that a new pod must be ready for to count as available.
 replicas How many pods are wanted; 1 unless set.
 selector Labels of the pods that belong to it; cannot change.
 template The pods that are made.
apps.v1.ReplicaSetStatus What was last observed of a ReplicaSet.
 availableReplicas Pods that have been ready long enough.
 conditions Whether pods cannot be made or deleted.
 fullyLabeledReplicas Pods that bear all labels of the template.
 readyReplicas Pods that are ready.
 replicas Pods in all.
 terminatingReplicas Pods that are being deleted.
apps.v1.ReplicaSetCondition One aspect of a ReplicaSet's state.
 status True, False or Unknown.
 type Which aspect it is, such as ReplicaFailure.
core.v1.Service One lasting address for a changing set of pods.
core.v1.ServiceSpec Which pods a Service leads to, and from where.
 allocateLoadBalancerNodePorts Whether a load balancer's Service gets node ports.
 clusterIP Address within the cluster; None for a Service without one.
 clusterIPs Addresses within the cluster, one of each family at most.
 externalIPs Further addresses whose traffic the nodes take for the Service.
 externalName Domain name that a Service of type ExternalName stands for.
 externalTrafficPolicy Whether traffic from outside may go to other nodes: Cluster or Local.
 healthCheckNodePort Port of each node that tells whether it has pods of the Service.
 internalTrafficPolicy Whether traffic from inside may go to other nodes: Cluster or Local.
 ipFamilies Families of the addresses: IPv4, IPv6.
 ipFamilyPolicy SingleStack, PreferDualStack or RequireDualStack.
 loadBalancerClass Who makes the load balancer; cannot change.
 loadBalancerIP Address that is asked of the load balancer; deprecated.
 loadBalancerSourceRanges Addresses that may use the load balancer.
 ports Ports of the Service.
 publishNotReadyAddresses Whether pods count that are not ready.
 selector Labels of the pods; without them endpoints are the user's.
 sessionAffinity Whether a client always meets the same pod: None or ClientIP.
 sessionAffinityConfig How long it does.
 trafficDistribution Which endpoints are preferred, such as PreferClose.
 type ClusterIP, NodePort, LoadBalancer or ExternalName.
core.v1.ServicePort One port of a Service.
 appProtocol What is spoken on the port, for programs that care.
 name Name of the port; needed where there are several.
 nodePort Port of each node that leads to it.
 port Port of the Service.
 protocol TCP, UDP or SCTP.
 targetPort Number or name of the pods' port; as `port` unless set.
core.v1.SessionAffinityConfig How long a client meets the same pod.
 clientIP For affinity by the client's address.
core.v1.ClientIPConfig Affinity by the client's address.
 timeoutSeconds Seconds that it lasts.
core.v1.ServiceStatus What was last observed of a Service.
 conditions Aspects of its state.
 loadBalancer Where the load balancer is.
core.v1.LoadBalancerStatus Where a load balancer is.
 ingress Its addresses.
core.v1.LoadBalancerIngress One address of a load balancer.
 hostname Domain name.
 ip Address.
 ipMode Whether traffic arrives with that address: VIP or Proxy.
 ports Ports that are served, and their errors.
core.v1.PortStatus One port of a load balancer.
 error Why it is not served.
 port Number of the port.
 protocol TCP, UDP or SCTP.
discovery.v1.EndpointSlice Some of the addresses behind a Service.
 addressType IPv4, IPv6 or FQDN; cannot change.
 endpoints The endpoints; 1,000 at most.
 ports Ports of every endpoint; 100 at most.
discovery.v1.Endpoint One pod or host behind a Service.
 addresses Its addresses; programs use the first.
 conditions Whether it takes traffic.
 deprecatedTopology Labels of its place, from an older version.
 hints Who should prefer it.
 hostname Host name of its own within the Service.
 nodeName Node that it is on.
 targetRef Object that it stands for, such as a pod.
 zone Zone that it is in.
discovery.v1.EndpointConditions Whether an endpoint takes traffic.
 ready Ready and not ending.
 serving Ready, though it may be ending.
 terminating Ending.
discovery.v1.EndpointHints Who should prefer an endpoint.
 forNodes Nodes that should.
 forZones Zones that should.
discovery.v1.ForNode A node that should prefer the endpoint.
 name Name of the node.
discovery.v1.ForZone A zone that should prefer the endpoint.
 name Name of the zone.
discovery.v1.EndpointPort One port of the endpoints.
 appProtocol What is spoken on the port, for programs that care.
 name Name of the port, as in the Service.
 port Number of the port.
 protocol TCP, UDP or SCTP.
core.v1.ConfigMap Settings for pods, by keys.
 binaryData Values that are no UTF-8, in base64.
 data Values that are text.
 immutable Whether the values can never change.
core.v1.Secret Small secrets for pods, by keys.
 data Values, in base64.
 immutable Whether the values can never change.
 stringData Values as text, for writing only; they go into data.
 type What the secret is for, such as kubernetes.io/tls; cannot change.
core.v1.ServiceAccount Whom the programs of a pod act as.
 automountServiceAccountToken Whether pods get its token mounted.
 imagePullSecrets Secrets for registries that its pods are given.
 secrets Secrets that its pods may use.
core.v1.Namespace A space of names that can be emptied as a whole.
core.v1.NamespaceSpec What a namespace waits for.
 finalizers Who must empty the namespace before it goes.
core.v1.NamespaceStatus What was last observed of a namespace.
 conditions What keeps its deletion up.
 phase Active or Terminating.
core.v1.NamespaceCondition One thing that keeps a deletion up.
 status True, False or Unknown.
 type Which one it is.
core.v1.Event Something that happened to an object; kept for a while only.
 action What was done about it.
 count How often it happened.
 eventTime When it was first seen.
 firstTimestamp When it happened first.
 involvedObject What it happened to.
 lastTimestamp When it happened last.
 related A second object that it is about.
 reportingComponent Who tells of it, such as example.com/controller.
 reportingInstance Which copy of that component.
 series How often and until when it happened again.
 source Component that tells of it.
 type Normal or Warning.
core.v1.EventSeries Repetitions of an event.
 count How often it happened.
 lastObservedTime When it was seen last.
core.v1.EventSource Who tells of an event.
 component Name of the component.
 host Node that it runs on.
core.v1.Node A host that runs pods.
core.v1.NodeSpec What is wanted of a node.
 configSource No longer supported.
 externalID No longer used.
 podCIDR Range of the addresses of its pods.
 podCIDRs Ranges of the addresses of its pods, one of each family at most.
 providerID Identity of the host at its provider.
 taints What keeps pods off that do not tolerate it.
 unschedulable Whether no further pods are placed there.
core.v1.NodeStatus What was last observed of a node.
 addresses Its addresses and names.
 allocatable What pods may use of its resources.
 capacity Its resources.
 conditions Whether it is ready, and short of anything.
 config No longer supported.
 daemonEndpoints Ports of its agent.
 features What its runtime can do.
 images Images that are there.
 nodeInfo Kernel, runtime and versions.
 phase No longer used.
 runtimeHandlers Runtimes that are there.
 volumesAttached Volumes that are attached.
 volumesInUse Volumes that pods mount.
core.v1.NodeConfigSource No longer supported.
 configMap No longer supported.
core.v1.ConfigMapNodeConfigSource No longer supported.
 kubeletConfigKey Key of the ConfigMap.
core.v1.NodeConfigStatus No longer supported.
 active Configuration in use.
 assigned Configuration that was asked for.
 error What went wrong.
 lastKnownGood Configuration to go back to.
core.v1.NodeAddress An address of a node.
 address The address or name.
 type Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.
core.v1.NodeCondition One aspect of a node's state.
 lastHeartbeatTime When the node told it last.
 status True, False or Unknown.
 type Which aspect it is, such as Ready.
core.v1.NodeDaemonEndpoints Ports of a node's agent.
 kubeletEndpoint Where the agent listens.
core.v1.DaemonEndpoint One port of an agent.
 Port Number of the port.
core.v1.NodeFeatures What a node's runtime can do.
 supplementalGroupsPolicy Whether it follows a pod's policy of further groups.
core.v1.ContainerImage An image on a node.
 names Names of the image.
 sizeBytes Its size in bytes.
core.v1.NodeSystemInfo Kernel, runtime and versions of a node.
 architecture Architecture of its processors.
 bootID Identity of its last start.
 containerRuntimeVersion Runtime and its version.
 kernelVersion Version of the kernel.
 kubeProxyVersion Version of its proxy; deprecated, not to be relied on.
 kubeletVersion Version of its agent.
 machineID Identity of the system.
 operatingSystem Operating system.
 osImage Name and version of the operating system.
 swap Its swap space.
 systemUUID Identity of the hardware.
core.v1.NodeSwapStatus Swap space of a node.
 capacity Bytes of swap.
core.v1.NodeRuntimeHandler A runtime of a node.
 features What it can do.
 name Its name; empty for the default one.
core.v1.NodeRuntimeHandlerFeatures What a runtime can do.
 recursiveReadOnlyMounts Whether it makes mounts below a mount read-only too.
 userNamespaces Whether it runs pods in user namespaces.
core.v1.AttachedVolume A volume that is attached to a node.
 devicePath Path of the device.
 name Name of the volume.
coordination.v1.Lease Says who holds something, and until when.
coordination.v1.LeaseSpec Who holds a lease.
 acquireTime When the holder got it.
 holderIdentity Who holds it.
 leaseDurationSeconds Seconds from the renewal after which others may take it.
 leaseTransitions How often it changed hands.
 preferredHolder Who should get it next.
 renewTime When the holder renewed it last.
 strategy How the next holder is chosen.
"""#
