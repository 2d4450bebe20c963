/// The roles and bindings that every cluster begins with, as Kubernetes 1.33 has them. Lines:
///
///     role NAME [into=NAME] [gathers=NAME]
///      VERBS GROUPS RESOURCES [= NAMES]
///      VERBS at PATHS
///     bind NAME to KIND/NAME...
///
/// `into` and `gathers`: the aggregation label that it bears and that it selects by. `core` is the
/// group without a name, `read` get, list and watch, `write` all that changes, `post` what sends
/// events. A binding names the role of its own name.
let bootstrapPolicyText: StaticString = """
  role cluster-admin
   * * *
   * at *
  role admin gathers=admin
  role edit into=admin gathers=edit
  role view into=edit gathers=view
  role system:aggregate-to-admin into=admin
   create authorization.k8s.io localsubjectaccessreviews
   write,read rbac.authorization.k8s.io rolebindings,roles
  role system:aggregate-to-edit into=edit
   read core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
   impersonate core serviceaccounts
   write core pods,pods/attach,pods/exec,pods/portforward,pods/proxy
   create core pods/eviction
   write core configmaps,events,persistentvolumeclaims,replicationcontrollers,\
  replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
   create core serviceaccounts/token
   write apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,\
  replicasets/scale,statefulsets,statefulsets/scale
   write autoscaling horizontalpodautoscalers
   write batch cronjobs,jobs
   write extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,\
  networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
   write policy poddisruptionbudgets
   write networking.k8s.io ingresses,networkpolicies
   write,read coordination.k8s.io leases
  role system:aggregate-to-view into=view
   read core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,\
  replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
   read core bindings,events,limitranges,namespaces/status,pods/log,pods/status,\
  replicationcontrollers/status,resourcequotas,resourcequotas/status
   read core namespaces
   read discovery.k8s.io endpointslices
   read apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,\
  deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,\
  statefulsets/scale,statefulsets/status
   read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
   read batch cronjobs,cronjobs/status,jobs,jobs/status
   read extensions daemonsets,daemonsets/status,deployments,deployments/scale,\
  deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,\
  replicasets/status,replicationcontrollers/scale
   read policy poddisruptionbudgets,poddisruptionbudgets/status
   read networking.k8s.io ingresses,ingresses/status,networkpolicies
  role system:auth-delegator
   create authentication.k8s.io tokenreviews
   create authorization.k8s.io subjectaccessreviews
  role system:basic-user
   create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
   create authentication.k8s.io selfsubjectreviews
  role system:certificates.k8s.io:certificatesigningrequests:nodeclient
   create certificates.k8s.io certificatesigningrequests/nodeclient
  role system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
   create certificates.k8s.io certificatesigningrequests/selfnodeclient
  role system:certificates.k8s.io:kube-apiserver-client-approver
   approve certificates.k8s.io signers = kubernetes.io/kube-apiserver-client
  role system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
   approve certificates.k8s.io signers = kubernetes.io/kube-apiserver-client-kubelet
  role system:certificates.k8s.io:kubelet-serving-approver
   approve certificates.k8s.io signers = kubernetes.io/kubelet-serving
  role system:certificates.k8s.io:legacy-unknown-approver
   approve certificates.k8s.io signers = kubernetes.io/legacy-unknown
  role system:discovery
   get at /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
  role system:heapster
   read core events,namespaces,nodes,pods
   read extensions deployments
  role system:kube-aggregator
   read core endpoints,services
  role system:kube-controller-manager
   post core,events.k8s.io events
   create coordination.k8s.io leases
   get,update coordination.k8s.io leases = kube-controller-manager
   create core secrets,serviceaccounts
   delete core secrets
   get core configmaps,namespaces,secrets,serviceaccounts
   update core secrets,serviceaccounts
   create authentication.k8s.io tokenreviews
   create authorization.k8s.io subjectaccessreviews
   list,watch * *
   create core serviceaccounts/token
  role system:kube-dns
   list,watch core endpoints,services
  role system:kube-scheduler
   post core,events.k8s.io events
   create coordination.k8s.io leases
   get,update coordination.k8s.io leases = kube-scheduler
   read core nodes
   delete,read core pods
   create core bindings,pods/binding
   patch,update core pods/status
   read core replicationcontrollers,services
   read apps,extensions replicasets
   read apps statefulsets
   read policy poddisruptionbudgets
   read core persistentvolumeclaims,persistentvolumes
   create authentication.k8s.io tokenreviews
   create authorization.k8s.io subjectaccessreviews
   read storage.k8s.io csinodes
   read core namespaces
   read storage.k8s.io csidrivers
   read storage.k8s.io csistoragecapacities
  role system:kubelet-api-admin
   read core nodes
   proxy core nodes
   * core nodes/log,nodes/metrics,nodes/proxy,nodes/stats
  role system:monitoring
   get at /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*
  role system:node
   create authentication.k8s.io tokenreviews
   create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
   read core services
   create,read core nodes
   patch,update core nodes/status
   patch,update core nodes
   post core events
   read core pods
   create,delete core pods
   patch,update core pods/status
   create core pods/eviction
   read core configmaps,secrets
   get core persistentvolumeclaims,persistentvolumes
   get core endpoints
   create,read certificates.k8s.io certificatesigningrequests
   create,delete,get,patch,update coordination.k8s.io leases
   get storage.k8s.io volumeattachments
   create core serviceaccounts/token
   get,patch,update core persistentvolumeclaims/status
   read storage.k8s.io csidrivers
   create,delete,get,patch,update storage.k8s.io csinodes
   read node.k8s.io runtimeclasses
  role system:node-bootstrapper
   create,read certificates.k8s.io certificatesigningrequests
  role system:node-problem-detector
   get core nodes
   patch core nodes/status
   post core,events.k8s.io events
  role system:node-proxier
   list,watch core endpoints,services
   read core nodes
   post core,events.k8s.io events
   list,watch discovery.k8s.io endpointslices
  role system:persistent-volume-provisioner
   create,delete,read core persistentvolumes
   update,read core persistentvolumeclaims
   read storage.k8s.io storageclasses
   watch core events
   post core,events.k8s.io events
  role system:public-info-viewer
   get at /healthz,/livez,/readyz,/version,/version/
  role system:service-account-issuer-discovery
   get at /.well-known/openid-configuration,/openid/v1/jwks
  role system:volume-scheduler
   patch,update,read core persistentvolumes
   read storage.k8s.io storageclasses
   patch,update,read core persistentvolumeclaims
  bind cluster-admin to Group/system:masters
  bind system:basic-user to Group/system:authenticated
  bind system:discovery to Group/system:authenticated
  bind system:kube-controller-manager to User/system:kube-controller-manager
  bind system:kube-dns to ServiceAccount/kube-system/kube-dns
  bind system:kube-scheduler to User/system:kube-scheduler
  bind system:monitoring to Group/system:monitoring
  bind system:node to
  bind system:node-proxier to User/system:kube-proxy
  bind system:public-info-viewer to Group/system:authenticated Group/system:unauthenticated
  bind system:service-account-issuer-discovery to Group/system:serviceaccounts
  bind system:volume-scheduler to User/system:kube-scheduler
  """
