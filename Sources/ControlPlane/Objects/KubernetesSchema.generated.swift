// Written by schema/generate.py from schema/resources.txt and schema/types.txt. Do not edit.
// swift-format-ignore-file

/// Resources, an empty line, types: one literal that is parsed at start, since a literal compiles in
/// a second and the same table as expressions in minutes.
let kubernetesSchemaText: StaticString = #"""
bindings v1 Binding namespaced singular=binding verbs=create
componentstatuses v1 ComponentStatus cluster singular=componentstatus short=cs verbs=get,list
configmaps v1 ConfigMap namespaced kept singular=configmap short=cm verbs=create,delete,deletecollection,get,list,patch,update,watch hash=qFsyl6wFWjQ=
endpoints v1 Endpoints namespaced kept singular=endpoints short=ep verbs=create,delete,deletecollection,get,list,patch,update,watch hash=fWeeMqaN/OA=
events v1 Event namespaced kept singular=event short=ev verbs=create,delete,deletecollection,get,list,patch,update,watch hash=r2yiGXH7wu8=
limitranges v1 LimitRange namespaced kept singular=limitrange short=limits verbs=create,delete,deletecollection,get,list,patch,update,watch hash=EBKMFVe6cwo=
namespaces v1 Namespace cluster kept singular=namespace short=ns verbs=create,delete,get,list,patch,update,watch hash=Q3oi5N2YM8M=
 finalize v1/Namespace update
 status v1/Namespace get,patch,update
nodes v1 Node cluster kept singular=node short=no verbs=create,delete,deletecollection,get,list,patch,update,watch hash=XwShjMxG9Fs=
 proxy v1/NodeProxyOptions create,delete,get,patch,update
 status v1/Node get,patch,update
persistentvolumeclaims v1 PersistentVolumeClaim namespaced kept singular=persistentvolumeclaim short=pvc verbs=create,delete,deletecollection,get,list,patch,update,watch hash=QWTyNDq0dC4=
 status v1/PersistentVolumeClaim get,patch,update
persistentvolumes v1 PersistentVolume cluster kept singular=persistentvolume short=pv verbs=create,delete,deletecollection,get,list,patch,update,watch hash=HN/zwEC+JgM=
 status v1/PersistentVolume get,patch,update
pods v1 Pod namespaced kept singular=pod short=po categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=xPOwRZ+Yhw8=
 attach v1/PodAttachOptions create,get
 binding v1/Binding create
 ephemeralcontainers v1/Pod get,patch,update
 eviction policy/v1/Eviction create
 exec v1/PodExecOptions create,get
 log v1/Pod get
 portforward v1/PodPortForwardOptions create,get
 proxy v1/PodProxyOptions create,delete,get,patch,update
 resize v1/Pod get,patch,update
 status v1/Pod get,patch,update
podtemplates v1 PodTemplate namespaced kept singular=podtemplate verbs=create,delete,deletecollection,get,list,patch,update,watch hash=LIXB2x4IFpk=
replicationcontrollers v1 ReplicationController namespaced kept singular=replicationcontroller short=rc categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=Jond2If31h0=
 scale autoscaling/v1/Scale get,patch,update
 status v1/ReplicationController get,patch,update
resourcequotas v1 ResourceQuota namespaced kept singular=resourcequota short=quota verbs=create,delete,deletecollection,get,list,patch,update,watch hash=8uhSgffRX6w=
 status v1/ResourceQuota get,patch,update
secrets v1 Secret namespaced kept singular=secret verbs=create,delete,deletecollection,get,list,patch,update,watch hash=S6u1pOWzb84=
serviceaccounts v1 ServiceAccount namespaced kept singular=serviceaccount short=sa verbs=create,delete,deletecollection,get,list,patch,update,watch hash=pbx9ZvyFpBE=
 token authentication.k8s.io/v1/TokenRequest create
services v1 Service namespaced kept singular=service short=svc categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=0/CO1lhkEBI=
 proxy v1/ServiceProxyOptions create,delete,get,patch,update
 status v1/Service get,patch,update
mutatingwebhookconfigurations admissionregistration.k8s.io/v1 MutatingWebhookConfiguration cluster kept singular=mutatingwebhookconfiguration categories=api-extensions verbs=create,delete,deletecollection,get,list,patch,update,watch hash=Sqi0GUgDaX0=
validatingadmissionpolicies admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy cluster kept singular=validatingadmissionpolicy categories=api-extensions verbs=create,delete,deletecollection,get,list,patch,update,watch hash=6OxvlMmQ6is=
 status admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy get,patch,update
validatingadmissionpolicybindings admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding cluster kept singular=validatingadmissionpolicybinding categories=api-extensions verbs=create,delete,deletecollection,get,list,patch,update,watch hash=v9715VZqakg=
validatingwebhookconfigurations admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration cluster kept singular=validatingwebhookconfiguration categories=api-extensions verbs=create,delete,deletecollection,get,list,patch,update,watch hash=B0wHjQmsGNk=
customresourcedefinitions apiextensions.k8s.io/v1 CustomResourceDefinition cluster kept singular=customresourcedefinition short=crd,crds categories=api-extensions verbs=create,delete,deletecollection,get,list,patch,update,watch hash=jfWCUB31mvA=
 status apiextensions.k8s.io/v1/CustomResourceDefinition get,patch,update
apiservices apiregistration.k8s.io/v1 APIService cluster kept singular=apiservice categories=api-extensions verbs=create,delete,deletecollection,get,list,patch,update,watch hash=InPBPD7+PqM=
 status apiregistration.k8s.io/v1/APIService get,patch,update
controllerrevisions apps/v1 ControllerRevision namespaced kept singular=controllerrevision verbs=create,delete,deletecollection,get,list,patch,update,watch hash=85nkx63pcBU=
daemonsets apps/v1 DaemonSet namespaced kept singular=daemonset short=ds categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=dd7pWHUlMKQ=
 status apps/v1/DaemonSet get,patch,update
deployments apps/v1 Deployment namespaced kept singular=deployment short=deploy categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=8aSe+NMegvE=
 scale autoscaling/v1/Scale get,patch,update
 status apps/v1/Deployment get,patch,update
replicasets apps/v1 ReplicaSet namespaced kept singular=replicaset short=rs categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=P1RzHs8/mWQ=
 scale autoscaling/v1/Scale get,patch,update
 status apps/v1/ReplicaSet get,patch,update
statefulsets apps/v1 StatefulSet namespaced kept singular=statefulset short=sts categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=H+vl74LkKdo=
 scale autoscaling/v1/Scale get,patch,update
 status apps/v1/StatefulSet get,patch,update
selfsubjectreviews authentication.k8s.io/v1 SelfSubjectReview cluster singular=selfsubjectreview verbs=create
tokenreviews authentication.k8s.io/v1 TokenReview cluster singular=tokenreview verbs=create
localsubjectaccessreviews authorization.k8s.io/v1 LocalSubjectAccessReview namespaced singular=localsubjectaccessreview verbs=create
selfsubjectaccessreviews authorization.k8s.io/v1 SelfSubjectAccessReview cluster singular=selfsubjectaccessreview verbs=create
selfsubjectrulesreviews authorization.k8s.io/v1 SelfSubjectRulesReview cluster singular=selfsubjectrulesreview verbs=create
subjectaccessreviews authorization.k8s.io/v1 SubjectAccessReview cluster singular=subjectaccessreview verbs=create
horizontalpodautoscalers autoscaling/v2 HorizontalPodAutoscaler namespaced kept singular=horizontalpodautoscaler short=hpa categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=qwQve8ut294=
 status autoscaling/v2/HorizontalPodAutoscaler get,patch,update
horizontalpodautoscalers autoscaling/v1 HorizontalPodAutoscaler namespaced singular=horizontalpodautoscaler short=hpa categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=qwQve8ut294=
 status autoscaling/v1/HorizontalPodAutoscaler get,patch,update
cronjobs batch/v1 CronJob namespaced kept singular=cronjob short=cj categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=sd5LIXh4Fjs=
 status batch/v1/CronJob get,patch,update
jobs batch/v1 Job namespaced kept singular=job categories=all verbs=create,delete,deletecollection,get,list,patch,update,watch hash=mudhfqk/qZY=
 status batch/v1/Job get,patch,update
certificatesigningrequests certificates.k8s.io/v1 CertificateSigningRequest cluster kept singular=certificatesigningrequest short=csr verbs=create,delete,deletecollection,get,list,patch,update,watch hash=95fRKMXA+00=
 approval certificates.k8s.io/v1/CertificateSigningRequest get,patch,update
 status certificates.k8s.io/v1/CertificateSigningRequest get,patch,update
leases coordination.k8s.io/v1 Lease namespaced kept singular=lease verbs=create,delete,deletecollection,get,list,patch,update,watch hash=gqkMMb/YqFM=
endpointslices discovery.k8s.io/v1 EndpointSlice namespaced kept singular=endpointslice verbs=create,delete,deletecollection,get,list,patch,update,watch hash=qgS0xkrxYAI=
events events.k8s.io/v1 Event namespaced singular=event short=ev verbs=create,delete,deletecollection,get,list,patch,update,watch hash=r2yiGXH7wu8=
flowschemas flowcontrol.apiserver.k8s.io/v1 FlowSchema cluster kept singular=flowschema verbs=create,delete,deletecollection,get,list,patch,update,watch hash=GJVAJZSZBIw=
 status flowcontrol.apiserver.k8s.io/v1/FlowSchema get,patch,update
prioritylevelconfigurations flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration cluster kept singular=prioritylevelconfiguration verbs=create,delete,deletecollection,get,list,patch,update,watch hash=Kir5PVfvNeI=
 status flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration get,patch,update
ingressclasses networking.k8s.io/v1 IngressClass cluster kept singular=ingressclass verbs=create,delete,deletecollection,get,list,patch,update,watch hash=l/iqIbDgFyQ=
ingresses networking.k8s.io/v1 Ingress namespaced kept singular=ingress short=ing verbs=create,delete,deletecollection,get,list,patch,update,watch hash=39NQlfNR+bo=
 status networking.k8s.io/v1/Ingress get,patch,update
ipaddresses networking.k8s.io/v1 IPAddress cluster kept singular=ipaddress short=ip verbs=create,delete,deletecollection,get,list,patch,update,watch hash=O4H8VxQhW5Y=
networkpolicies networking.k8s.io/v1 NetworkPolicy namespaced kept singular=networkpolicy short=netpol verbs=create,delete,deletecollection,get,list,patch,update,watch hash=YpfwF18m1G8=
servicecidrs networking.k8s.io/v1 ServiceCIDR cluster kept singular=servicecidr verbs=create,delete,deletecollection,get,list,patch,update,watch hash=8ufAXOnr3Yg=
 status networking.k8s.io/v1/ServiceCIDR get,patch,update
runtimeclasses node.k8s.io/v1 RuntimeClass cluster kept singular=runtimeclass verbs=create,delete,deletecollection,get,list,patch,update,watch hash=WQTu1GL3T2Q=
poddisruptionbudgets policy/v1 PodDisruptionBudget namespaced kept singular=poddisruptionbudget short=pdb verbs=create,delete,deletecollection,get,list,patch,update,watch hash=EVWiDmWqyJw=
 status policy/v1/PodDisruptionBudget get,patch,update
clusterrolebindings rbac.authorization.k8s.io/v1 ClusterRoleBinding cluster kept singular=clusterrolebinding verbs=create,delete,deletecollection,get,list,patch,update,watch hash=48tpQ8gZHFc=
clusterroles rbac.authorization.k8s.io/v1 ClusterRole cluster kept singular=clusterrole verbs=create,delete,deletecollection,get,list,patch,update,watch hash=bYE5ZWDrJ44=
rolebindings rbac.authorization.k8s.io/v1 RoleBinding namespaced kept singular=rolebinding verbs=create,delete,deletecollection,get,list,patch,update,watch hash=eGsCzGH6b1g=
roles rbac.authorization.k8s.io/v1 Role namespaced kept singular=role verbs=create,delete,deletecollection,get,list,patch,update,watch hash=7FuwZcIIItM=
priorityclasses scheduling.k8s.io/v1 PriorityClass cluster kept singular=priorityclass short=pc verbs=create,delete,deletecollection,get,list,patch,update,watch hash=1QwjyaZjj3Y=
csidrivers storage.k8s.io/v1 CSIDriver cluster kept singular=csidriver verbs=create,delete,deletecollection,get,list,patch,update,watch hash=hL6j/rwBV5w=
csinodes storage.k8s.io/v1 CSINode cluster kept singular=csinode verbs=create,delete,deletecollection,get,list,patch,update,watch hash=Pe62DkZtjuo=
csistoragecapacities storage.k8s.io/v1 CSIStorageCapacity namespaced kept singular=csistoragecapacity verbs=create,delete,deletecollection,get,list,patch,update,watch hash=xeVl+2Ly1kE=
storageclasses storage.k8s.io/v1 StorageClass cluster kept singular=storageclass short=sc verbs=create,delete,deletecollection,get,list,patch,update,watch hash=K+m6uJwbjGY=
volumeattachments storage.k8s.io/v1 VolumeAttachment cluster kept singular=volumeattachment verbs=create,delete,deletecollection,get,list,patch,update,watch hash=tJx/ezt6UDU=
 status storage.k8s.io/v1/VolumeAttachment get,patch,update

admission.v1.AdmissionRequest unpublished
 dryRun boolean 11 pointer omitempty
 kind meta.v1.GroupVersionKind 2 required
 name string 5 omitempty
 namespace string 6 omitempty
 object runtime.RawExtension 9 omitempty
 oldObject runtime.RawExtension 10 omitempty
 operation string 7 required
 options runtime.RawExtension 12 omitempty
 requestKind meta.v1.GroupVersionKind 13 pointer omitempty
 requestResource meta.v1.GroupVersionResource 14 pointer omitempty
 requestSubResource string 15 omitempty
 resource meta.v1.GroupVersionResource 3 required
 subResource string 4 omitempty
 uid string 1 required
 userInfo authentication.v1.UserInfo 8 required
admission.v1.AdmissionResponse unpublished
 allowed boolean 2 required
 auditAnnotations map[]string 6 omitempty
 patch bytes 4 omitempty
 patchType string 5 pointer omitempty
 status meta.v1.Status 3 pointer omitempty
 uid string 1 required
 warnings []string 7 omitempty
admission.v1.AdmissionReview kind=admission.k8s.io/v1/AdmissionReview unpublished
 request admission.v1.AdmissionRequest 1 pointer omitempty
 response admission.v1.AdmissionResponse 2 pointer omitempty
admissionregistration.v1.AuditAnnotation
 key string 1 required default=""
 valueExpression string 2 required default=""
admissionregistration.v1.ExpressionWarning
 fieldRef string 2 required default=""
 warning string 3 required default=""
admissionregistration.v1.MatchCondition
 expression string 2 required default=""
 name string 1 required default=""
admissionregistration.v1.MatchResources atomic
 excludeResourceRules []admissionregistration.v1.NamedRuleWithOperations 4 omitempty list=atomic
 matchPolicy string 7 pointer omitempty enum=Equivalent|Exact
 namespaceSelector meta.v1.LabelSelector 1 pointer omitempty
 objectSelector meta.v1.LabelSelector 2 pointer omitempty
 resourceRules []admissionregistration.v1.NamedRuleWithOperations 3 omitempty list=atomic
admissionregistration.v1.MutatingWebhook
 admissionReviewVersions []string 8 required list=atomic
 clientConfig admissionregistration.v1.WebhookClientConfig 2 required default={}
 failurePolicy string 4 pointer omitempty enum=Fail|Ignore
 matchConditions []admissionregistration.v1.MatchCondition 12 omitempty list=map keys=name patch=merge mergekey=name
 matchPolicy string 9 pointer omitempty enum=Equivalent|Exact
 name string 1 required default=""
 namespaceSelector meta.v1.LabelSelector 5 pointer omitempty
 objectSelector meta.v1.LabelSelector 11 pointer omitempty
 reinvocationPolicy string 10 pointer omitempty enum=IfNeeded|Never
 rules []admissionregistration.v1.RuleWithOperations 3 omitempty list=atomic
 sideEffects string 6 required pointer enum=None|NoneOnDryRun|Some|Unknown
 timeoutSeconds int32 7 pointer omitempty
admissionregistration.v1.MutatingWebhookConfiguration kind=admissionregistration.k8s.io/v1/MutatingWebhookConfiguration
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 webhooks []admissionregistration.v1.MutatingWebhook 2 omitempty list=map keys=name patch=merge mergekey=name
admissionregistration.v1.MutatingWebhookConfigurationList kind=admissionregistration.k8s.io/v1/MutatingWebhookConfigurationList
 apiVersion string envelope
 items []admissionregistration.v1.MutatingWebhookConfiguration 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
admissionregistration.v1.NamedRuleWithOperations atomic embed=2:admissionregistration.v1.RuleWithOperations
 apiGroups []string 2.2.1 omitempty list=atomic
 apiVersions []string 2.2.2 omitempty list=atomic
 operations []string 2.1 omitempty list=atomic enum=*|CONNECT|CREATE|DELETE|UPDATE
 resourceNames []string 1 omitempty list=atomic
 resources []string 2.2.3 omitempty list=atomic
 scope string 2.2.4 pointer omitempty
admissionregistration.v1.ParamKind atomic
 apiVersion string 1 omitempty
 kind string 2 omitempty
admissionregistration.v1.ParamRef atomic
 name string 1 omitempty
 namespace string 2 omitempty
 parameterNotFoundAction string 4 pointer omitempty
 selector meta.v1.LabelSelector 3 pointer omitempty
admissionregistration.v1.Rule unpublished
 apiGroups []string 1 omitempty
 apiVersions []string 2 omitempty
 resources []string 3 omitempty
 scope string 4 pointer omitempty
admissionregistration.v1.RuleWithOperations embed=2:admissionregistration.v1.Rule
 apiGroups []string 2.1 omitempty list=atomic
 apiVersions []string 2.2 omitempty list=atomic
 operations []string 1 omitempty list=atomic enum=*|CONNECT|CREATE|DELETE|UPDATE
 resources []string 2.3 omitempty list=atomic
 scope string 2.4 pointer omitempty
admissionregistration.v1.ServiceReference
 name string 2 required default=""
 namespace string 1 required default=""
 path string 3 pointer omitempty
 port int32 4 pointer omitempty
admissionregistration.v1.TypeChecking
 expressionWarnings []admissionregistration.v1.ExpressionWarning 1 omitempty list=atomic
admissionregistration.v1.ValidatingAdmissionPolicy kind=admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec admissionregistration.v1.ValidatingAdmissionPolicySpec 2 omitempty default={}
 status admissionregistration.v1.ValidatingAdmissionPolicyStatus 3 omitempty default={}
admissionregistration.v1.ValidatingAdmissionPolicyBinding kind=admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec 2 omitempty default={}
admissionregistration.v1.ValidatingAdmissionPolicyBindingList kind=admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBindingList
 apiVersion string envelope
 items []admissionregistration.v1.ValidatingAdmissionPolicyBinding 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec
 matchResources admissionregistration.v1.MatchResources 3 pointer omitempty
 paramRef admissionregistration.v1.ParamRef 2 pointer omitempty
 policyName string 1 omitempty
 validationActions []string 4 omitempty list=set enum=Audit|Deny|Warn
admissionregistration.v1.ValidatingAdmissionPolicyList kind=admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyList
 apiVersion string envelope
 items []admissionregistration.v1.ValidatingAdmissionPolicy 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
admissionregistration.v1.ValidatingAdmissionPolicySpec
 auditAnnotations []admissionregistration.v1.AuditAnnotation 5 omitempty list=atomic
 failurePolicy string 4 pointer omitempty enum=Fail|Ignore
 matchConditions []admissionregistration.v1.MatchCondition 6 omitempty list=map keys=name patch=merge mergekey=name
 matchConstraints admissionregistration.v1.MatchResources 2 pointer omitempty
 paramKind admissionregistration.v1.ParamKind 1 pointer omitempty
 validations []admissionregistration.v1.Validation 3 omitempty list=atomic
 variables []admissionregistration.v1.Variable 7 omitempty list=map keys=name patch=merge mergekey=name
admissionregistration.v1.ValidatingAdmissionPolicyStatus
 conditions []meta.v1.Condition 3 omitempty list=map keys=type
 observedGeneration int64 1 omitempty
 typeChecking admissionregistration.v1.TypeChecking 2 pointer omitempty
admissionregistration.v1.ValidatingWebhook
 admissionReviewVersions []string 8 required list=atomic
 clientConfig admissionregistration.v1.WebhookClientConfig 2 required default={}
 failurePolicy string 4 pointer omitempty enum=Fail|Ignore
 matchConditions []admissionregistration.v1.MatchCondition 11 omitempty list=map keys=name patch=merge mergekey=name
 matchPolicy string 9 pointer omitempty enum=Equivalent|Exact
 name string 1 required default=""
 namespaceSelector meta.v1.LabelSelector 5 pointer omitempty
 objectSelector meta.v1.LabelSelector 10 pointer omitempty
 rules []admissionregistration.v1.RuleWithOperations 3 omitempty list=atomic
 sideEffects string 6 required pointer enum=None|NoneOnDryRun|Some|Unknown
 timeoutSeconds int32 7 pointer omitempty
admissionregistration.v1.ValidatingWebhookConfiguration kind=admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 webhooks []admissionregistration.v1.ValidatingWebhook 2 omitempty list=map keys=name patch=merge mergekey=name
admissionregistration.v1.ValidatingWebhookConfigurationList kind=admissionregistration.k8s.io/v1/ValidatingWebhookConfigurationList
 apiVersion string envelope
 items []admissionregistration.v1.ValidatingWebhookConfiguration 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
admissionregistration.v1.Validation
 expression string 1 required default=""
 message string 2 omitempty
 messageExpression string 4 omitempty
 reason string 3 pointer omitempty
admissionregistration.v1.Variable atomic
 expression string 2 required default=""
 name string 1 required default=""
admissionregistration.v1.WebhookClientConfig
 caBundle bytes 2 omitempty
 service admissionregistration.v1.ServiceReference 1 pointer omitempty
 url string 3 pointer omitempty
apidiscovery.v2.APIGroupDiscovery kind=apidiscovery.k8s.io/v2/APIGroupDiscovery unpublished
 metadata meta.v1.ObjectMeta 1 omitempty
 versions []apidiscovery.v2.APIVersionDiscovery 2 omitempty
apidiscovery.v2.APIGroupDiscoveryList kind=apidiscovery.k8s.io/v2/APIGroupDiscoveryList unpublished
 items []apidiscovery.v2.APIGroupDiscovery 2 required
 metadata meta.v1.ListMeta 1 omitempty
apidiscovery.v2.APIResourceDiscovery unpublished
 categories []string 7 omitempty
 resource string 1 required
 responseKind meta.v1.GroupVersionKind 2 pointer omitempty
 scope string 3 required
 shortNames []string 6 omitempty
 singularResource string 4 required
 subresources []apidiscovery.v2.APISubresourceDiscovery 8 omitempty
 verbs []string 5 required
apidiscovery.v2.APISubresourceDiscovery unpublished
 acceptedTypes []meta.v1.GroupVersionKind 3 omitempty
 responseKind meta.v1.GroupVersionKind 2 pointer omitempty
 subresource string 1 required
 verbs []string 4 required
apidiscovery.v2.APIVersionDiscovery unpublished
 freshness string 3 omitempty
 resources []apidiscovery.v2.APIResourceDiscovery 2 omitempty
 version string 1 required
apiextensions.v1.ConversionRequest unpublished
 desiredAPIVersion string 2 required
 objects []runtime.RawExtension 3 required
 uid string 1 required
apiextensions.v1.ConversionResponse unpublished
 convertedObjects []runtime.RawExtension 2 required
 result meta.v1.Status 3 required
 uid string 1 required
apiextensions.v1.ConversionReview kind=apiextensions.k8s.io/v1/ConversionReview unpublished
 request apiextensions.v1.ConversionRequest 1 pointer omitempty
 response apiextensions.v1.ConversionResponse 2 pointer omitempty
apiextensions.v1.CustomResourceColumnDefinition
 description string 4 omitempty
 format string 3 omitempty
 jsonPath string 6 required default=""
 name string 1 required default=""
 priority int32 5 omitempty
 type string 2 required default=""
apiextensions.v1.CustomResourceConversion
 strategy string 1 required default=""
 webhook apiextensions.v1.WebhookConversion 2 pointer omitempty
apiextensions.v1.CustomResourceDefinition kind=apiextensions.k8s.io/v1/CustomResourceDefinition
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec apiextensions.v1.CustomResourceDefinitionSpec 2 required default={}
 status apiextensions.v1.CustomResourceDefinitionStatus 3 omitempty default={}
apiextensions.v1.CustomResourceDefinitionCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
apiextensions.v1.CustomResourceDefinitionList kind=apiextensions.k8s.io/v1/CustomResourceDefinitionList
 apiVersion string envelope
 items []apiextensions.v1.CustomResourceDefinition 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apiextensions.v1.CustomResourceDefinitionNames
 categories []string 6 omitempty list=atomic
 kind string 4 required default=""
 listKind string 5 omitempty
 plural string 1 required default=""
 shortNames []string 3 omitempty list=atomic
 singular string 2 omitempty
apiextensions.v1.CustomResourceDefinitionSpec
 conversion apiextensions.v1.CustomResourceConversion 9 pointer omitempty
 group string 1 required default=""
 names apiextensions.v1.CustomResourceDefinitionNames 3 required default={}
 preserveUnknownFields boolean 10 omitempty
 scope string 4 required default=""
 versions []apiextensions.v1.CustomResourceDefinitionVersion 7 required list=atomic
apiextensions.v1.CustomResourceDefinitionStatus
 acceptedNames apiextensions.v1.CustomResourceDefinitionNames 2 default={}
 conditions []apiextensions.v1.CustomResourceDefinitionCondition 1 list=map keys=type
 storedVersions []string 3 list=atomic
apiextensions.v1.CustomResourceDefinitionVersion
 additionalPrinterColumns []apiextensions.v1.CustomResourceColumnDefinition 6 omitempty list=atomic
 deprecated boolean 7 omitempty
 deprecationWarning string 8 pointer omitempty
 name string 1 required default=""
 schema apiextensions.v1.CustomResourceValidation 4 pointer omitempty
 selectableFields []apiextensions.v1.SelectableField 9 omitempty list=atomic
 served boolean 2 required default=false
 storage boolean 3 required default=false
 subresources apiextensions.v1.CustomResourceSubresources 5 pointer omitempty
apiextensions.v1.CustomResourceSubresourceScale
 labelSelectorPath string 3 pointer omitempty
 specReplicasPath string 1 required default=""
 statusReplicasPath string 2 required default=""
apiextensions.v1.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceSubresources
 scale apiextensions.v1.CustomResourceSubresourceScale 2 pointer omitempty
 status apiextensions.v1.CustomResourceSubresourceStatus 1 pointer omitempty
apiextensions.v1.CustomResourceValidation
 openAPIV3Schema apiextensions.v1.JSONSchemaProps 1 pointer omitempty
apiextensions.v1.ExternalDocumentation
 description string 1 omitempty
 url string 2 omitempty
apiextensions.v1.JSON form=any
apiextensions.v1.JSONSchemaProps
 $ref string 3 pointer omitempty
 $schema string 2 omitempty
 additionalItems apiextensions.v1.JSONSchemaPropsOrBool 33 pointer omitempty
 additionalProperties apiextensions.v1.JSONSchemaPropsOrBool 30 pointer omitempty
 allOf []apiextensions.v1.JSONSchemaProps 25 omitempty list=atomic
 anyOf []apiextensions.v1.JSONSchemaProps 27 omitempty list=atomic
 default apiextensions.v1.JSON 8 pointer omitempty
 definitions map[]apiextensions.v1.JSONSchemaProps 34 omitempty
 dependencies map[]apiextensions.v1.JSONSchemaPropsOrStringArray 32 omitempty
 description string 4 omitempty
 enum []apiextensions.v1.JSON 20 omitempty list=atomic
 example apiextensions.v1.JSON 36 pointer omitempty
 exclusiveMaximum boolean 10 omitempty
 exclusiveMinimum boolean 12 omitempty
 externalDocs apiextensions.v1.ExternalDocumentation 35 pointer omitempty
 format string 6 omitempty
 id string 1 omitempty
 items apiextensions.v1.JSONSchemaPropsOrArray 24 pointer omitempty
 maxItems int64 16 pointer omitempty
 maxLength int64 13 pointer omitempty
 maxProperties int64 21 pointer omitempty
 maximum double 9 pointer omitempty
 minItems int64 17 pointer omitempty
 minLength int64 14 pointer omitempty
 minProperties int64 22 pointer omitempty
 minimum double 11 pointer omitempty
 multipleOf double 19 pointer omitempty
 not apiextensions.v1.JSONSchemaProps 28 pointer omitempty
 nullable boolean 37 omitempty
 oneOf []apiextensions.v1.JSONSchemaProps 26 omitempty list=atomic
 pattern string 15 omitempty
 patternProperties map[]apiextensions.v1.JSONSchemaProps 31 omitempty
 properties map[]apiextensions.v1.JSONSchemaProps 29 omitempty
 required []string 23 omitempty list=atomic
 title string 7 omitempty
 type string 5 omitempty
 uniqueItems boolean 18 omitempty
 x-kubernetes-embedded-resource boolean 39 omitempty
 x-kubernetes-int-or-string boolean 40 omitempty
 x-kubernetes-list-map-keys []string 41 omitempty list=atomic
 x-kubernetes-list-type string 42 pointer omitempty
 x-kubernetes-map-type string 43 pointer omitempty
 x-kubernetes-preserve-unknown-fields boolean 38 pointer omitempty
 x-kubernetes-validations []apiextensions.v1.ValidationRule 44 omitempty list=map keys=rule patch=merge mergekey=rule
apiextensions.v1.JSONSchemaPropsOrArray form=schemaOrSchemas
apiextensions.v1.JSONSchemaPropsOrBool form=schemaOrBoolean
apiextensions.v1.JSONSchemaPropsOrStringArray form=schemaOrStrings
apiextensions.v1.SelectableField
 jsonPath string 1 required default=""
apiextensions.v1.ServiceReference
 name string 2 required default=""
 namespace string 1 required default=""
 path string 3 pointer omitempty
 port int32 4 pointer omitempty
apiextensions.v1.ValidationRule
 fieldPath string 5 omitempty
 message string 2 omitempty
 messageExpression string 3 omitempty
 optionalOldSelf boolean 6 pointer omitempty
 reason string 4 pointer omitempty enum=FieldValueDuplicate|FieldValueForbidden|FieldValueInvalid|FieldValueRequired
 rule string 1 required default=""
apiextensions.v1.WebhookClientConfig
 caBundle bytes 2 omitempty
 service apiextensions.v1.ServiceReference 1 pointer omitempty
 url string 3 pointer omitempty
apiextensions.v1.WebhookConversion
 clientConfig apiextensions.v1.WebhookClientConfig 2 pointer omitempty
 conversionReviewVersions []string 3 required list=atomic
apiregistration.v1.APIService kind=apiregistration.k8s.io/v1/APIService
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec apiregistration.v1.APIServiceSpec 2 omitempty default={}
 status apiregistration.v1.APIServiceStatus 3 omitempty default={}
apiregistration.v1.APIServiceCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
apiregistration.v1.APIServiceList kind=apiregistration.k8s.io/v1/APIServiceList
 apiVersion string envelope
 items []apiregistration.v1.APIService 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apiregistration.v1.APIServiceSpec
 caBundle bytes 5 omitempty list=atomic
 group string 2 omitempty
 groupPriorityMinimum int32 7 required default=0
 insecureSkipTLSVerify boolean 4 omitempty
 service apiregistration.v1.ServiceReference 1 pointer omitempty
 version string 3 omitempty
 versionPriority int32 8 required default=0
apiregistration.v1.APIServiceStatus
 conditions []apiregistration.v1.APIServiceCondition 1 omitempty list=map keys=type patch=merge mergekey=type
apiregistration.v1.ServiceReference
 name string 2 omitempty
 namespace string 1 omitempty
 port int32 3 pointer omitempty
apps.v1.ControllerRevision kind=apps/v1/ControllerRevision
 apiVersion string envelope
 data runtime.RawExtension 2 omitempty
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 revision int64 3 required default=0
apps.v1.ControllerRevisionList kind=apps/v1/ControllerRevisionList
 apiVersion string envelope
 items []apps.v1.ControllerRevision 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apps.v1.DaemonSet kind=apps/v1/DaemonSet
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec apps.v1.DaemonSetSpec 2 omitempty default={}
 status apps.v1.DaemonSetStatus 3 omitempty default={}
apps.v1.DaemonSetCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
apps.v1.DaemonSetList kind=apps/v1/DaemonSetList
 apiVersion string envelope
 items []apps.v1.DaemonSet 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apps.v1.DaemonSetSpec
 minReadySeconds int32 4 omitempty
 revisionHistoryLimit int32 6 pointer omitempty
 selector meta.v1.LabelSelector 1 required pointer
 template core.v1.PodTemplateSpec 2 required default={}
 updateStrategy apps.v1.DaemonSetUpdateStrategy 3 omitempty default={}
apps.v1.DaemonSetStatus
 collisionCount int32 9 pointer omitempty
 conditions []apps.v1.DaemonSetCondition 10 omitempty list=map keys=type patch=merge mergekey=type
 currentNumberScheduled int32 1 required default=0
 desiredNumberScheduled int32 3 required default=0
 numberAvailable int32 7 omitempty
 numberMisscheduled int32 2 required default=0
 numberReady int32 4 required default=0
 numberUnavailable int32 8 omitempty
 observedGeneration int64 5 omitempty
 updatedNumberScheduled int32 6 omitempty
apps.v1.DaemonSetUpdateStrategy
 rollingUpdate apps.v1.RollingUpdateDaemonSet 2 pointer omitempty
 type string 1 omitempty enum=OnDelete|RollingUpdate
apps.v1.Deployment kind=apps/v1/Deployment
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec apps.v1.DeploymentSpec 2 omitempty default={}
 status apps.v1.DeploymentStatus 3 omitempty default={}
apps.v1.DeploymentCondition
 lastTransitionTime meta.v1.Time 7 omitempty
 lastUpdateTime meta.v1.Time 6 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
apps.v1.DeploymentList kind=apps/v1/DeploymentList
 apiVersion string envelope
 items []apps.v1.Deployment 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apps.v1.DeploymentSpec
 minReadySeconds int32 5 omitempty
 paused boolean 7 omitempty
 progressDeadlineSeconds int32 9 pointer omitempty
 replicas int32 1 pointer omitempty
 revisionHistoryLimit int32 6 pointer omitempty
 selector meta.v1.LabelSelector 2 required pointer
 strategy apps.v1.DeploymentStrategy 4 omitempty patch=retainKeys default={}
 template core.v1.PodTemplateSpec 3 required default={}
apps.v1.DeploymentStatus
 availableReplicas int32 4 omitempty
 collisionCount int32 8 pointer omitempty
 conditions []apps.v1.DeploymentCondition 6 omitempty list=map keys=type patch=merge mergekey=type
 observedGeneration int64 1 omitempty
 readyReplicas int32 7 omitempty
 replicas int32 2 omitempty
 terminatingReplicas int32 9 pointer omitempty
 unavailableReplicas int32 5 omitempty
 updatedReplicas int32 3 omitempty
apps.v1.DeploymentStrategy
 rollingUpdate apps.v1.RollingUpdateDeployment 2 pointer omitempty
 type string 1 omitempty enum=Recreate|RollingUpdate
apps.v1.ReplicaSet kind=apps/v1/ReplicaSet
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec apps.v1.ReplicaSetSpec 2 omitempty default={}
 status apps.v1.ReplicaSetStatus 3 omitempty default={}
apps.v1.ReplicaSetCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
apps.v1.ReplicaSetList kind=apps/v1/ReplicaSetList
 apiVersion string envelope
 items []apps.v1.ReplicaSet 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apps.v1.ReplicaSetSpec
 minReadySeconds int32 4 omitempty
 replicas int32 1 pointer omitempty
 selector meta.v1.LabelSelector 2 required pointer
 template core.v1.PodTemplateSpec 3 omitempty default={}
apps.v1.ReplicaSetStatus
 availableReplicas int32 5 omitempty
 conditions []apps.v1.ReplicaSetCondition 6 omitempty list=map keys=type patch=merge mergekey=type
 fullyLabeledReplicas int32 2 omitempty
 observedGeneration int64 3 omitempty
 readyReplicas int32 4 omitempty
 replicas int32 1 required default=0
 terminatingReplicas int32 7 pointer omitempty
apps.v1.RollingUpdateDaemonSet
 maxSurge intstr.IntOrString 2 pointer omitempty
 maxUnavailable intstr.IntOrString 1 pointer omitempty
apps.v1.RollingUpdateDeployment
 maxSurge intstr.IntOrString 2 pointer omitempty
 maxUnavailable intstr.IntOrString 1 pointer omitempty
apps.v1.RollingUpdateStatefulSetStrategy
 maxUnavailable intstr.IntOrString 2 pointer omitempty
 partition int32 1 pointer omitempty
apps.v1.StatefulSet kind=apps/v1/StatefulSet
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec apps.v1.StatefulSetSpec 2 omitempty default={}
 status apps.v1.StatefulSetStatus 3 omitempty default={}
apps.v1.StatefulSetCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
apps.v1.StatefulSetList kind=apps/v1/StatefulSetList
 apiVersion string envelope
 items []apps.v1.StatefulSet 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
apps.v1.StatefulSetOrdinals
 start int32 1 default=0
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy
 whenDeleted string 1 omitempty
 whenScaled string 2 omitempty
apps.v1.StatefulSetSpec
 minReadySeconds int32 9 omitempty
 ordinals apps.v1.StatefulSetOrdinals 11 pointer omitempty
 persistentVolumeClaimRetentionPolicy apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy 10 pointer omitempty
 podManagementPolicy string 6 omitempty enum=OrderedReady|Parallel
 replicas int32 1 pointer omitempty
 revisionHistoryLimit int32 8 pointer omitempty
 selector meta.v1.LabelSelector 2 required pointer
 serviceName string 5 default=""
 template core.v1.PodTemplateSpec 3 required default={}
 updateStrategy apps.v1.StatefulSetUpdateStrategy 7 omitempty default={}
 volumeClaimTemplates []core.v1.PersistentVolumeClaim 4 omitempty list=atomic
apps.v1.StatefulSetStatus
 availableReplicas int32 11 default=0
 collisionCount int32 9 pointer omitempty
 conditions []apps.v1.StatefulSetCondition 10 omitempty list=map keys=type patch=merge mergekey=type
 currentReplicas int32 4 omitempty
 currentRevision string 6 omitempty
 observedGeneration int64 1 omitempty
 readyReplicas int32 3 omitempty
 replicas int32 2 required default=0
 updateRevision string 7 omitempty
 updatedReplicas int32 5 omitempty
apps.v1.StatefulSetUpdateStrategy
 rollingUpdate apps.v1.RollingUpdateStatefulSetStrategy 2 pointer omitempty
 type string 1 omitempty enum=OnDelete|RollingUpdate
authentication.v1.BoundObjectReference
 apiVersion string 2 omitempty
 kind string 1 omitempty
 name string 3 omitempty
 uid string 4 omitempty
authentication.v1.ExtraValue unpublished
 items []string 1
authentication.v1.SelfSubjectReview kind=authentication.k8s.io/v1/SelfSubjectReview
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 status authentication.v1.SelfSubjectReviewStatus 2 omitempty default={}
authentication.v1.SelfSubjectReviewStatus
 userInfo authentication.v1.UserInfo 1 omitempty default={}
authentication.v1.TokenRequest kind=authentication.k8s.io/v1/TokenRequest
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec authentication.v1.TokenRequestSpec 2 required default={}
 status authentication.v1.TokenRequestStatus 3 omitempty default={}
authentication.v1.TokenRequestSpec
 audiences []string 1 required list=atomic
 boundObjectRef authentication.v1.BoundObjectReference 3 pointer
 expirationSeconds int64 4 pointer
authentication.v1.TokenRequestStatus
 expirationTimestamp meta.v1.Time 2 required
 token string 1 required default=""
authentication.v1.TokenReview kind=authentication.k8s.io/v1/TokenReview
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec authentication.v1.TokenReviewSpec 2 required default={}
 status authentication.v1.TokenReviewStatus 3 omitempty default={}
authentication.v1.TokenReviewSpec
 audiences []string 2 omitempty list=atomic
 token string 1 omitempty
authentication.v1.TokenReviewStatus
 audiences []string 4 omitempty list=atomic
 authenticated boolean 1 omitempty
 error string 3 omitempty
 user authentication.v1.UserInfo 2 omitempty default={}
authentication.v1.UserInfo
 extra map[][]string 4 omitempty wire=map<string,authentication.v1.ExtraValue>
 groups []string 3 omitempty list=atomic
 uid string 2 omitempty
 username string 1 omitempty
authorization.v1.ExtraValue unpublished
 items []string 1
authorization.v1.FieldSelectorAttributes
 rawSelector string 1 omitempty
 requirements []meta.v1.FieldSelectorRequirement 2 omitempty list=atomic
authorization.v1.LabelSelectorAttributes
 rawSelector string 1 omitempty
 requirements []meta.v1.LabelSelectorRequirement 2 omitempty list=atomic
authorization.v1.LocalSubjectAccessReview kind=authorization.k8s.io/v1/LocalSubjectAccessReview
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec authorization.v1.SubjectAccessReviewSpec 2 required default={}
 status authorization.v1.SubjectAccessReviewStatus 3 omitempty default={}
authorization.v1.NonResourceAttributes
 path string 1 omitempty
 verb string 2 omitempty
authorization.v1.NonResourceRule
 nonResourceURLs []string 2 omitempty list=atomic
 verbs []string 1 required list=atomic
authorization.v1.ResourceAttributes
 fieldSelector authorization.v1.FieldSelectorAttributes 8 pointer omitempty
 group string 3 omitempty
 labelSelector authorization.v1.LabelSelectorAttributes 9 pointer omitempty
 name string 7 omitempty
 namespace string 1 omitempty
 resource string 5 omitempty
 subresource string 6 omitempty
 verb string 2 omitempty
 version string 4 omitempty
authorization.v1.ResourceRule
 apiGroups []string 2 omitempty list=atomic
 resourceNames []string 4 omitempty list=atomic
 resources []string 3 omitempty list=atomic
 verbs []string 1 required list=atomic
authorization.v1.SelfSubjectAccessReview kind=authorization.k8s.io/v1/SelfSubjectAccessReview
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec authorization.v1.SelfSubjectAccessReviewSpec 2 required default={}
 status authorization.v1.SubjectAccessReviewStatus 3 omitempty default={}
authorization.v1.SelfSubjectAccessReviewSpec
 nonResourceAttributes authorization.v1.NonResourceAttributes 2 pointer omitempty
 resourceAttributes authorization.v1.ResourceAttributes 1 pointer omitempty
authorization.v1.SelfSubjectRulesReview kind=authorization.k8s.io/v1/SelfSubjectRulesReview
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec authorization.v1.SelfSubjectRulesReviewSpec 2 required default={}
 status authorization.v1.SubjectRulesReviewStatus 3 omitempty default={}
authorization.v1.SelfSubjectRulesReviewSpec
 namespace string 1 omitempty
authorization.v1.SubjectAccessReview kind=authorization.k8s.io/v1/SubjectAccessReview
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec authorization.v1.SubjectAccessReviewSpec 2 required default={}
 status authorization.v1.SubjectAccessReviewStatus 3 omitempty default={}
authorization.v1.SubjectAccessReviewSpec
 extra map[][]string 5 omitempty wire=map<string,authorization.v1.ExtraValue>
 groups []string 4 omitempty list=atomic
 nonResourceAttributes authorization.v1.NonResourceAttributes 2 pointer omitempty
 resourceAttributes authorization.v1.ResourceAttributes 1 pointer omitempty
 uid string 6 omitempty
 user string 3 omitempty
authorization.v1.SubjectAccessReviewStatus
 allowed boolean 1 required default=false
 denied boolean 4 omitempty
 evaluationError string 3 omitempty
 reason string 2 omitempty
authorization.v1.SubjectRulesReviewStatus
 evaluationError string 4 omitempty
 incomplete boolean 3 required default=false
 nonResourceRules []authorization.v1.NonResourceRule 2 required list=atomic
 resourceRules []authorization.v1.ResourceRule 1 required list=atomic
autoscaling.v1.ContainerResourceMetricSource unpublished
 container string 5 required
 name string 1 required
 targetAverageUtilization int32 2 pointer omitempty
 targetAverageValue resource.Quantity 3 pointer omitempty
autoscaling.v1.ContainerResourceMetricStatus unpublished
 container string 4 required
 currentAverageUtilization int32 2 pointer omitempty
 currentAverageValue resource.Quantity 3 required
 name string 1 required
autoscaling.v1.CrossVersionObjectReference atomic
 apiVersion string 3 omitempty
 kind string 1 required default=""
 name string 2 required default=""
autoscaling.v1.ExternalMetricSource unpublished
 metricName string 1 required
 metricSelector meta.v1.LabelSelector 2 pointer omitempty
 targetAverageValue resource.Quantity 4 pointer omitempty
 targetValue resource.Quantity 3 pointer omitempty
autoscaling.v1.ExternalMetricStatus unpublished
 currentAverageValue resource.Quantity 4 pointer omitempty
 currentValue resource.Quantity 3 required
 metricName string 1 required
 metricSelector meta.v1.LabelSelector 2 pointer omitempty
autoscaling.v1.HorizontalPodAutoscaler kind=autoscaling/v1/HorizontalPodAutoscaler
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec autoscaling.v1.HorizontalPodAutoscalerSpec 2 omitempty default={}
 status autoscaling.v1.HorizontalPodAutoscalerStatus 3 omitempty default={}
autoscaling.v1.HorizontalPodAutoscalerCondition unpublished
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required
 type string 1 required
autoscaling.v1.HorizontalPodAutoscalerList kind=autoscaling/v1/HorizontalPodAutoscalerList
 apiVersion string envelope
 items []autoscaling.v1.HorizontalPodAutoscaler 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
autoscaling.v1.HorizontalPodAutoscalerSpec
 maxReplicas int32 3 required default=0
 minReplicas int32 2 pointer omitempty
 scaleTargetRef autoscaling.v1.CrossVersionObjectReference 1 required default={}
 targetCPUUtilizationPercentage int32 4 pointer omitempty
autoscaling.v1.HorizontalPodAutoscalerStatus
 currentCPUUtilizationPercentage int32 5 pointer omitempty
 currentReplicas int32 3 required default=0
 desiredReplicas int32 4 required default=0
 lastScaleTime meta.v1.Time 2 pointer omitempty
 observedGeneration int64 1 pointer omitempty
autoscaling.v1.MetricSpec unpublished
 containerResource autoscaling.v1.ContainerResourceMetricSource 7 pointer omitempty
 external autoscaling.v1.ExternalMetricSource 5 pointer omitempty
 object autoscaling.v1.ObjectMetricSource 2 pointer omitempty
 pods autoscaling.v1.PodsMetricSource 3 pointer omitempty
 resource autoscaling.v1.ResourceMetricSource 4 pointer omitempty
 type string 1 required
autoscaling.v1.MetricStatus unpublished
 containerResource autoscaling.v1.ContainerResourceMetricStatus 7 pointer omitempty
 external autoscaling.v1.ExternalMetricStatus 5 pointer omitempty
 object autoscaling.v1.ObjectMetricStatus 2 pointer omitempty
 pods autoscaling.v1.PodsMetricStatus 3 pointer omitempty
 resource autoscaling.v1.ResourceMetricStatus 4 pointer omitempty
 type string 1 required
autoscaling.v1.ObjectMetricSource unpublished
 averageValue resource.Quantity 5 pointer omitempty
 metricName string 2 required
 selector meta.v1.LabelSelector 4 pointer omitempty
 target autoscaling.v1.CrossVersionObjectReference 1 required
 targetValue resource.Quantity 3 required
autoscaling.v1.ObjectMetricStatus unpublished
 averageValue resource.Quantity 5 pointer omitempty
 currentValue resource.Quantity 3 required
 metricName string 2 required
 selector meta.v1.LabelSelector 4 pointer omitempty
 target autoscaling.v1.CrossVersionObjectReference 1 required
autoscaling.v1.PodsMetricSource unpublished
 metricName string 1 required
 selector meta.v1.LabelSelector 3 pointer omitempty
 targetAverageValue resource.Quantity 2 required
autoscaling.v1.PodsMetricStatus unpublished
 currentAverageValue resource.Quantity 2 required
 metricName string 1 required
 selector meta.v1.LabelSelector 3 pointer omitempty
autoscaling.v1.ResourceMetricSource unpublished
 name string 1 required
 targetAverageUtilization int32 2 pointer omitempty
 targetAverageValue resource.Quantity 3 pointer omitempty
autoscaling.v1.ResourceMetricStatus unpublished
 currentAverageUtilization int32 2 pointer omitempty
 currentAverageValue resource.Quantity 3 required
 name string 1 required
autoscaling.v1.Scale kind=autoscaling/v1/Scale
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec autoscaling.v1.ScaleSpec 2 omitempty default={}
 status autoscaling.v1.ScaleStatus 3 omitempty default={}
autoscaling.v1.ScaleSpec
 replicas int32 1 omitempty
autoscaling.v1.ScaleStatus
 replicas int32 1 required default=0
 selector string 2 omitempty
autoscaling.v2.ContainerResourceMetricSource
 container string 3 required default=""
 name string 1 required default=""
 target autoscaling.v2.MetricTarget 2 required default={}
autoscaling.v2.ContainerResourceMetricStatus
 container string 3 required default=""
 current autoscaling.v2.MetricValueStatus 2 required default={}
 name string 1 required default=""
autoscaling.v2.CrossVersionObjectReference
 apiVersion string 3 omitempty
 kind string 1 required default=""
 name string 2 required default=""
autoscaling.v2.ExternalMetricSource
 metric autoscaling.v2.MetricIdentifier 1 required default={}
 target autoscaling.v2.MetricTarget 2 required default={}
autoscaling.v2.ExternalMetricStatus
 current autoscaling.v2.MetricValueStatus 2 required default={}
 metric autoscaling.v2.MetricIdentifier 1 required default={}
autoscaling.v2.HPAScalingPolicy
 periodSeconds int32 3 required default=0
 type string 1 required default=""
 value int32 2 required default=0
autoscaling.v2.HPAScalingRules
 policies []autoscaling.v2.HPAScalingPolicy 2 omitempty list=atomic
 selectPolicy string 1 pointer omitempty
 stabilizationWindowSeconds int32 3 pointer omitempty
 tolerance resource.Quantity 4 pointer omitempty
autoscaling.v2.HorizontalPodAutoscaler kind=autoscaling/v2/HorizontalPodAutoscaler
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec autoscaling.v2.HorizontalPodAutoscalerSpec 2 omitempty default={}
 status autoscaling.v2.HorizontalPodAutoscalerStatus 3 omitempty default={}
autoscaling.v2.HorizontalPodAutoscalerBehavior
 scaleDown autoscaling.v2.HPAScalingRules 2 pointer omitempty
 scaleUp autoscaling.v2.HPAScalingRules 1 pointer omitempty
autoscaling.v2.HorizontalPodAutoscalerCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
autoscaling.v2.HorizontalPodAutoscalerList kind=autoscaling/v2/HorizontalPodAutoscalerList
 apiVersion string envelope
 items []autoscaling.v2.HorizontalPodAutoscaler 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
autoscaling.v2.HorizontalPodAutoscalerSpec
 behavior autoscaling.v2.HorizontalPodAutoscalerBehavior 5 pointer omitempty
 maxReplicas int32 3 required default=0
 metrics []autoscaling.v2.MetricSpec 4 omitempty list=atomic
 minReplicas int32 2 pointer omitempty
 scaleTargetRef autoscaling.v2.CrossVersionObjectReference 1 required default={}
autoscaling.v2.HorizontalPodAutoscalerStatus
 conditions []autoscaling.v2.HorizontalPodAutoscalerCondition 6 omitempty list=map keys=type patch=merge mergekey=type
 currentMetrics []autoscaling.v2.MetricStatus 5 list=atomic
 currentReplicas int32 3 omitempty
 desiredReplicas int32 4 required default=0
 lastScaleTime meta.v1.Time 2 pointer omitempty
 observedGeneration int64 1 pointer omitempty
autoscaling.v2.MetricIdentifier
 name string 1 required default=""
 selector meta.v1.LabelSelector 2 pointer omitempty
autoscaling.v2.MetricSpec
 containerResource autoscaling.v2.ContainerResourceMetricSource 7 pointer omitempty
 external autoscaling.v2.ExternalMetricSource 5 pointer omitempty
 object autoscaling.v2.ObjectMetricSource 2 pointer omitempty
 pods autoscaling.v2.PodsMetricSource 3 pointer omitempty
 resource autoscaling.v2.ResourceMetricSource 4 pointer omitempty
 type string 1 required default=""
autoscaling.v2.MetricStatus
 containerResource autoscaling.v2.ContainerResourceMetricStatus 7 pointer omitempty
 external autoscaling.v2.ExternalMetricStatus 5 pointer omitempty
 object autoscaling.v2.ObjectMetricStatus 2 pointer omitempty
 pods autoscaling.v2.PodsMetricStatus 3 pointer omitempty
 resource autoscaling.v2.ResourceMetricStatus 4 pointer omitempty
 type string 1 required default=""
autoscaling.v2.MetricTarget
 averageUtilization int32 4 pointer omitempty
 averageValue resource.Quantity 3 pointer omitempty
 type string 1 required default=""
 value resource.Quantity 2 pointer omitempty
autoscaling.v2.MetricValueStatus
 averageUtilization int32 3 pointer omitempty
 averageValue resource.Quantity 2 pointer omitempty
 value resource.Quantity 1 pointer omitempty
autoscaling.v2.ObjectMetricSource
 describedObject autoscaling.v2.CrossVersionObjectReference 1 required default={}
 metric autoscaling.v2.MetricIdentifier 3 required default={}
 target autoscaling.v2.MetricTarget 2 required default={}
autoscaling.v2.ObjectMetricStatus
 current autoscaling.v2.MetricValueStatus 2 required default={}
 describedObject autoscaling.v2.CrossVersionObjectReference 3 required default={}
 metric autoscaling.v2.MetricIdentifier 1 required default={}
autoscaling.v2.PodsMetricSource
 metric autoscaling.v2.MetricIdentifier 1 required default={}
 target autoscaling.v2.MetricTarget 2 required default={}
autoscaling.v2.PodsMetricStatus
 current autoscaling.v2.MetricValueStatus 2 required default={}
 metric autoscaling.v2.MetricIdentifier 1 required default={}
autoscaling.v2.ResourceMetricSource
 name string 1 required default=""
 target autoscaling.v2.MetricTarget 2 required default={}
autoscaling.v2.ResourceMetricStatus
 current autoscaling.v2.MetricValueStatus 2 required default={}
 name string 1 required default=""
batch.v1.CronJob kind=batch/v1/CronJob
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec batch.v1.CronJobSpec 2 omitempty default={}
 status batch.v1.CronJobStatus 3 omitempty default={}
batch.v1.CronJobList kind=batch/v1/CronJobList
 apiVersion string envelope
 items []batch.v1.CronJob 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
batch.v1.CronJobSpec
 concurrencyPolicy string 3 omitempty enum=Allow|Forbid|Replace
 failedJobsHistoryLimit int32 7 pointer omitempty
 jobTemplate batch.v1.JobTemplateSpec 5 required default={}
 schedule string 1 required default=""
 startingDeadlineSeconds int64 2 pointer omitempty
 successfulJobsHistoryLimit int32 6 pointer omitempty
 suspend boolean 4 pointer omitempty
 timeZone string 8 pointer omitempty
batch.v1.CronJobStatus
 active []core.v1.ObjectReference 1 omitempty list=atomic
 lastScheduleTime meta.v1.Time 4 pointer omitempty
 lastSuccessfulTime meta.v1.Time 5 pointer omitempty
batch.v1.Job kind=batch/v1/Job
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec batch.v1.JobSpec 2 omitempty default={}
 status batch.v1.JobStatus 3 omitempty default={}
batch.v1.JobCondition
 lastProbeTime meta.v1.Time 3 omitempty
 lastTransitionTime meta.v1.Time 4 omitempty
 message string 6 omitempty
 reason string 5 omitempty
 status string 2 required default=""
 type string 1 required default=""
batch.v1.JobList kind=batch/v1/JobList
 apiVersion string envelope
 items []batch.v1.Job 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
batch.v1.JobSpec
 activeDeadlineSeconds int64 3 pointer omitempty
 backoffLimit int32 7 pointer omitempty
 backoffLimitPerIndex int32 12 pointer omitempty
 completionMode string 9 pointer omitempty enum=Indexed|NonIndexed
 completions int32 2 pointer omitempty
 managedBy string 15 pointer omitempty
 manualSelector boolean 5 pointer omitempty
 maxFailedIndexes int32 13 pointer omitempty
 parallelism int32 1 pointer omitempty
 podFailurePolicy batch.v1.PodFailurePolicy 11 pointer omitempty
 podReplacementPolicy string 14 pointer omitempty enum=Failed|TerminatingOrFailed
 selector meta.v1.LabelSelector 4 pointer omitempty
 successPolicy batch.v1.SuccessPolicy 16 pointer omitempty
 suspend boolean 10 pointer omitempty
 template core.v1.PodTemplateSpec 6 required default={}
 ttlSecondsAfterFinished int32 8 pointer omitempty
batch.v1.JobStatus
 active int32 4 omitempty
 completedIndexes string 7 omitempty
 completionTime meta.v1.Time 3 pointer omitempty
 conditions []batch.v1.JobCondition 1 omitempty list=atomic patch=merge mergekey=type
 failed int32 6 omitempty
 failedIndexes string 10 pointer omitempty
 ready int32 9 pointer omitempty
 startTime meta.v1.Time 2 pointer omitempty
 succeeded int32 5 omitempty
 terminating int32 11 pointer omitempty
 uncountedTerminatedPods batch.v1.UncountedTerminatedPods 8 pointer omitempty
batch.v1.JobTemplateSpec
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec batch.v1.JobSpec 2 omitempty default={}
batch.v1.PodFailurePolicy
 rules []batch.v1.PodFailurePolicyRule 1 required list=atomic
batch.v1.PodFailurePolicyOnExitCodesRequirement
 containerName string 1 pointer omitempty
 operator string 2 required default="" enum=In|NotIn
 values []int32 3 required list=set
batch.v1.PodFailurePolicyOnPodConditionsPattern
 status string 2 required default=""
 type string 1 required default=""
batch.v1.PodFailurePolicyRule
 action string 1 required default="" enum=Count|FailIndex|FailJob|Ignore
 onExitCodes batch.v1.PodFailurePolicyOnExitCodesRequirement 2 pointer omitempty
 onPodConditions []batch.v1.PodFailurePolicyOnPodConditionsPattern 3 omitempty list=atomic
batch.v1.SuccessPolicy
 rules []batch.v1.SuccessPolicyRule 1 required list=atomic
batch.v1.SuccessPolicyRule
 succeededCount int32 2 pointer omitempty
 succeededIndexes string 1 pointer omitempty
batch.v1.UncountedTerminatedPods
 failed []string 2 omitempty list=set
 succeeded []string 1 omitempty list=set
certificates.v1.CertificateSigningRequest kind=certificates.k8s.io/v1/CertificateSigningRequest
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec certificates.v1.CertificateSigningRequestSpec 2 required default={}
 status certificates.v1.CertificateSigningRequestStatus 3 omitempty default={}
certificates.v1.CertificateSigningRequestCondition
 lastTransitionTime meta.v1.Time 5 omitempty
 lastUpdateTime meta.v1.Time 4 omitempty
 message string 3 omitempty
 reason string 2 omitempty
 status string 6 required default=""
 type string 1 required default=""
certificates.v1.CertificateSigningRequestList kind=certificates.k8s.io/v1/CertificateSigningRequestList
 apiVersion string envelope
 items []certificates.v1.CertificateSigningRequest 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
certificates.v1.CertificateSigningRequestSpec
 expirationSeconds int32 8 pointer omitempty
 extra map[][]string 6 omitempty wire=map<string,certificates.v1.ExtraValue>
 groups []string 4 omitempty list=atomic
 request bytes 1 required list=atomic
 signerName string 7 required default=""
 uid string 3 omitempty
 usages []string 5 omitempty list=atomic enum=any|cert sign|client auth|code signing|content commitment|crl sign|data encipherment|decipher only|digital signature|email protection|encipher only|ipsec end system|ipsec tunnel|ipsec user|key agreement|key encipherment|microsoft sgc|netscape sgc|ocsp signing|s/mime|server auth|signing|timestamping
 username string 2 omitempty
certificates.v1.CertificateSigningRequestStatus
 certificate bytes 2 omitempty list=atomic
 conditions []certificates.v1.CertificateSigningRequestCondition 1 omitempty list=map keys=type
certificates.v1.ExtraValue unpublished
 items []string 1
coordination.v1.Lease kind=coordination.k8s.io/v1/Lease
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec coordination.v1.LeaseSpec 2 omitempty default={}
coordination.v1.LeaseList kind=coordination.k8s.io/v1/LeaseList
 apiVersion string envelope
 items []coordination.v1.Lease 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
coordination.v1.LeaseSpec
 acquireTime meta.v1.MicroTime 3 pointer omitempty
 holderIdentity string 1 pointer omitempty
 leaseDurationSeconds int32 2 pointer omitempty
 leaseTransitions int32 5 pointer omitempty
 preferredHolder string 7 pointer omitempty
 renewTime meta.v1.MicroTime 4 pointer omitempty
 strategy string 6 pointer omitempty
core.v1.AWSElasticBlockStoreVolumeSource
 fsType string 2 omitempty
 partition int32 3 omitempty
 readOnly boolean 4 omitempty
 volumeID string 1 required default=""
core.v1.Affinity
 nodeAffinity core.v1.NodeAffinity 1 pointer omitempty
 podAffinity core.v1.PodAffinity 2 pointer omitempty
 podAntiAffinity core.v1.PodAntiAffinity 3 pointer omitempty
core.v1.AppArmorProfile union=type:localhostProfile>LocalhostProfile
 localhostProfile string 2 pointer omitempty
 type string 1 required default="" enum=Localhost|RuntimeDefault|Unconfined
core.v1.AttachedVolume
 devicePath string 2 required default=""
 name string 1 required default=""
core.v1.AvoidPods unpublished
 preferAvoidPods []core.v1.PreferAvoidPodsEntry 1 omitempty
core.v1.AzureDiskVolumeSource
 cachingMode string 3 pointer omitempty default="ReadWrite" enum=None|ReadOnly|ReadWrite
 diskName string 1 required default=""
 diskURI string 2 required default=""
 fsType string 4 pointer omitempty default="ext4"
 kind string 6 pointer omitempty default="Shared" enum=Dedicated|Managed|Shared
 readOnly boolean 5 pointer omitempty default=false
core.v1.AzureFilePersistentVolumeSource
 readOnly boolean 3 omitempty
 secretName string 1 required default=""
 secretNamespace string 4 pointer
 shareName string 2 required default=""
core.v1.AzureFileVolumeSource
 readOnly boolean 3 omitempty
 secretName string 1 required default=""
 shareName string 2 required default=""
core.v1.Binding kind=v1/Binding
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 target core.v1.ObjectReference 2 required default={}
core.v1.CSIPersistentVolumeSource
 controllerExpandSecretRef core.v1.SecretReference 9 pointer omitempty
 controllerPublishSecretRef core.v1.SecretReference 6 pointer omitempty
 driver string 1 required default=""
 fsType string 4 omitempty
 nodeExpandSecretRef core.v1.SecretReference 10 pointer omitempty
 nodePublishSecretRef core.v1.SecretReference 8 pointer omitempty
 nodeStageSecretRef core.v1.SecretReference 7 pointer omitempty
 readOnly boolean 3 omitempty
 volumeAttributes map[]string 5 omitempty
 volumeHandle string 2 required default=""
core.v1.CSIVolumeSource
 driver string 1 required default=""
 fsType string 3 pointer omitempty
 nodePublishSecretRef core.v1.LocalObjectReference 5 pointer omitempty
 readOnly boolean 2 pointer omitempty
 volumeAttributes map[]string 4 omitempty
core.v1.Capabilities
 add []string 1 omitempty list=atomic
 drop []string 2 omitempty list=atomic
core.v1.CephFSPersistentVolumeSource
 monitors []string 1 required list=atomic
 path string 2 omitempty
 readOnly boolean 6 omitempty
 secretFile string 4 omitempty
 secretRef core.v1.SecretReference 5 pointer omitempty
 user string 3 omitempty
core.v1.CephFSVolumeSource
 monitors []string 1 required list=atomic
 path string 2 omitempty
 readOnly boolean 6 omitempty
 secretFile string 4 omitempty
 secretRef core.v1.LocalObjectReference 5 pointer omitempty
 user string 3 omitempty
core.v1.CinderPersistentVolumeSource
 fsType string 2 omitempty
 readOnly boolean 3 omitempty
 secretRef core.v1.SecretReference 4 pointer omitempty
 volumeID string 1 required default=""
core.v1.CinderVolumeSource
 fsType string 2 omitempty
 readOnly boolean 3 omitempty
 secretRef core.v1.LocalObjectReference 4 pointer omitempty
 volumeID string 1 required default=""
core.v1.ClientIPConfig
 timeoutSeconds int32 1 pointer omitempty
core.v1.ClusterTrustBundleProjection
 labelSelector meta.v1.LabelSelector 3 pointer omitempty
 name string 1 pointer omitempty
 optional boolean 5 pointer omitempty
 path string 4 required default=""
 signerName string 2 pointer omitempty
core.v1.ComponentCondition
 error string 4 omitempty
 message string 3 omitempty
 status string 2 required default=""
 type string 1 required default=""
core.v1.ComponentStatus kind=v1/ComponentStatus
 apiVersion string envelope
 conditions []core.v1.ComponentCondition 2 omitempty list=map keys=type patch=merge mergekey=type
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
core.v1.ComponentStatusList kind=v1/ComponentStatusList
 apiVersion string envelope
 items []core.v1.ComponentStatus 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.ConfigMap kind=v1/ConfigMap
 apiVersion string envelope
 binaryData map[]bytes 3 omitempty
 data map[]string 2 omitempty
 immutable boolean 4 pointer omitempty
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
core.v1.ConfigMapEnvSource embed=1:core.v1.LocalObjectReference
 name string 1.1 omitempty default=""
 optional boolean 2 pointer omitempty
core.v1.ConfigMapKeySelector atomic embed=1:core.v1.LocalObjectReference
 key string 2 required default=""
 name string 1.1 omitempty default=""
 optional boolean 3 pointer omitempty
core.v1.ConfigMapList kind=v1/ConfigMapList
 apiVersion string envelope
 items []core.v1.ConfigMap 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.ConfigMapNodeConfigSource
 kubeletConfigKey string 5 required default=""
 name string 2 required default=""
 namespace string 1 required default=""
 resourceVersion string 4 omitempty
 uid string 3 omitempty
core.v1.ConfigMapProjection embed=1:core.v1.LocalObjectReference
 items []core.v1.KeyToPath 2 omitempty list=atomic
 name string 1.1 omitempty default=""
 optional boolean 4 pointer omitempty
core.v1.ConfigMapVolumeSource embed=1:core.v1.LocalObjectReference
 defaultMode int32 3 pointer omitempty
 items []core.v1.KeyToPath 2 omitempty list=atomic
 name string 1.1 omitempty default=""
 optional boolean 4 pointer omitempty
core.v1.Container
 args []string 4 omitempty list=atomic
 command []string 3 omitempty list=atomic
 env []core.v1.EnvVar 7 omitempty list=map keys=name patch=merge mergekey=name
 envFrom []core.v1.EnvFromSource 19 omitempty list=atomic
 image string 2 omitempty
 imagePullPolicy string 14 omitempty enum=Always|IfNotPresent|Never
 lifecycle core.v1.Lifecycle 12 pointer omitempty
 livenessProbe core.v1.Probe 10 pointer omitempty
 name string 1 required default=""
 ports []core.v1.ContainerPort 6 omitempty list=map keys=containerPort,protocol patch=merge mergekey=containerPort
 readinessProbe core.v1.Probe 11 pointer omitempty
 resizePolicy []core.v1.ContainerResizePolicy 23 omitempty list=atomic
 resources core.v1.ResourceRequirements 8 omitempty default={}
 restartPolicy string 24 pointer omitempty
 securityContext core.v1.SecurityContext 15 pointer omitempty
 startupProbe core.v1.Probe 22 pointer omitempty
 stdin boolean 16 omitempty
 stdinOnce boolean 17 omitempty
 terminationMessagePath string 13 omitempty
 terminationMessagePolicy string 20 omitempty enum=FallbackToLogsOnError|File
 tty boolean 18 omitempty
 volumeDevices []core.v1.VolumeDevice 21 omitempty list=map keys=devicePath patch=merge mergekey=devicePath
 volumeMounts []core.v1.VolumeMount 9 omitempty list=map keys=mountPath patch=merge mergekey=mountPath
 workingDir string 5 omitempty
core.v1.ContainerImage
 names []string 1 list=atomic
 sizeBytes int64 2 omitempty
core.v1.ContainerPort
 containerPort int32 3 required default=0
 hostIP string 5 omitempty
 hostPort int32 2 omitempty
 name string 1 omitempty
 protocol string 4 omitempty default="TCP" enum=SCTP|TCP|UDP
core.v1.ContainerResizePolicy
 resourceName string 1 required default=""
 restartPolicy string 2 required default=""
core.v1.ContainerState
 running core.v1.ContainerStateRunning 2 pointer omitempty
 terminated core.v1.ContainerStateTerminated 3 pointer omitempty
 waiting core.v1.ContainerStateWaiting 1 pointer omitempty
core.v1.ContainerStateRunning
 startedAt meta.v1.Time 1 omitempty
core.v1.ContainerStateTerminated
 containerID string 7 omitempty
 exitCode int32 1 required default=0
 finishedAt meta.v1.Time 6 omitempty
 message string 4 omitempty
 reason string 3 omitempty
 signal int32 2 omitempty
 startedAt meta.v1.Time 5 omitempty
core.v1.ContainerStateWaiting
 message string 2 omitempty
 reason string 1 omitempty
core.v1.ContainerStatus
 allocatedResources map[]resource.Quantity 10 omitempty
 allocatedResourcesStatus []core.v1.ResourceStatus 14 omitempty list=map keys=name patch=merge mergekey=name
 containerID string 8 omitempty
 image string 6 required default=""
 imageID string 7 required default=""
 lastState core.v1.ContainerState 3 omitempty default={}
 name string 1 required default=""
 ready boolean 4 required default=false
 resources core.v1.ResourceRequirements 11 pointer omitempty
 restartCount int32 5 required default=0
 started boolean 9 pointer omitempty
 state core.v1.ContainerState 2 omitempty default={}
 stopSignal string 15 pointer omitempty enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
 user core.v1.ContainerUser 13 pointer omitempty
 volumeMounts []core.v1.VolumeMountStatus 12 omitempty list=map keys=mountPath patch=merge mergekey=mountPath
core.v1.ContainerUser
 linux core.v1.LinuxContainerUser 1 pointer omitempty
core.v1.DaemonEndpoint
 Port int32 1 required default=0
core.v1.DownwardAPIProjection
 items []core.v1.DownwardAPIVolumeFile 1 omitempty list=atomic
core.v1.DownwardAPIVolumeFile
 fieldRef core.v1.ObjectFieldSelector 2 pointer omitempty
 mode int32 4 pointer omitempty
 path string 1 required default=""
 resourceFieldRef core.v1.ResourceFieldSelector 3 pointer omitempty
core.v1.DownwardAPIVolumeSource
 defaultMode int32 2 pointer omitempty
 items []core.v1.DownwardAPIVolumeFile 1 omitempty list=atomic
core.v1.EmptyDirVolumeSource
 medium string 1 omitempty
 sizeLimit resource.Quantity 2 pointer omitempty
core.v1.EndpointAddress atomic
 hostname string 3 omitempty
 ip string 1 required default=""
 nodeName string 4 pointer omitempty
 targetRef core.v1.ObjectReference 2 pointer omitempty
core.v1.EndpointPort atomic
 appProtocol string 4 pointer omitempty
 name string 1 omitempty
 port int32 2 required default=0
 protocol string 3 omitempty enum=SCTP|TCP|UDP
core.v1.EndpointSubset
 addresses []core.v1.EndpointAddress 1 omitempty list=atomic
 notReadyAddresses []core.v1.EndpointAddress 2 omitempty list=atomic
 ports []core.v1.EndpointPort 3 omitempty list=atomic
core.v1.Endpoints kind=v1/Endpoints
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 subsets []core.v1.EndpointSubset 2 omitempty list=atomic
core.v1.EndpointsList kind=v1/EndpointsList
 apiVersion string envelope
 items []core.v1.Endpoints 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.EnvFromSource
 configMapRef core.v1.ConfigMapEnvSource 2 pointer omitempty
 prefix string 1 omitempty
 secretRef core.v1.SecretEnvSource 3 pointer omitempty
core.v1.EnvVar
 name string 1 required default=""
 value string 2 omitempty
 valueFrom core.v1.EnvVarSource 3 pointer omitempty
core.v1.EnvVarSource
 configMapKeyRef core.v1.ConfigMapKeySelector 3 pointer omitempty
 fieldRef core.v1.ObjectFieldSelector 1 pointer omitempty
 resourceFieldRef core.v1.ResourceFieldSelector 2 pointer omitempty
 secretKeyRef core.v1.SecretKeySelector 4 pointer omitempty
core.v1.EphemeralContainer embed=1:core.v1.EphemeralContainerCommon
 args []string 1.4 omitempty list=atomic
 command []string 1.3 omitempty list=atomic
 env []core.v1.EnvVar 1.7 omitempty list=map keys=name patch=merge mergekey=name
 envFrom []core.v1.EnvFromSource 1.19 omitempty list=atomic
 image string 1.2 omitempty
 imagePullPolicy string 1.14 omitempty enum=Always|IfNotPresent|Never
 lifecycle core.v1.Lifecycle 1.12 pointer omitempty
 livenessProbe core.v1.Probe 1.10 pointer omitempty
 name string 1.1 required default=""
 ports []core.v1.ContainerPort 1.6 omitempty list=map keys=containerPort,protocol patch=merge mergekey=containerPort
 readinessProbe core.v1.Probe 1.11 pointer omitempty
 resizePolicy []core.v1.ContainerResizePolicy 1.23 omitempty list=atomic
 resources core.v1.ResourceRequirements 1.8 omitempty default={}
 restartPolicy string 1.24 pointer omitempty
 securityContext core.v1.SecurityContext 1.15 pointer omitempty
 startupProbe core.v1.Probe 1.22 pointer omitempty
 stdin boolean 1.16 omitempty
 stdinOnce boolean 1.17 omitempty
 targetContainerName string 2 omitempty
 terminationMessagePath string 1.13 omitempty
 terminationMessagePolicy string 1.20 omitempty enum=FallbackToLogsOnError|File
 tty boolean 1.18 omitempty
 volumeDevices []core.v1.VolumeDevice 1.21 omitempty list=map keys=devicePath patch=merge mergekey=devicePath
 volumeMounts []core.v1.VolumeMount 1.9 omitempty list=map keys=mountPath patch=merge mergekey=mountPath
 workingDir string 1.5 omitempty
core.v1.EphemeralContainerCommon unpublished
 args []string 4 omitempty
 command []string 3 omitempty
 env []core.v1.EnvVar 7 omitempty
 envFrom []core.v1.EnvFromSource 19 omitempty
 image string 2 omitempty
 imagePullPolicy string 14 omitempty
 lifecycle core.v1.Lifecycle 12 pointer omitempty
 livenessProbe core.v1.Probe 10 pointer omitempty
 name string 1 required
 ports []core.v1.ContainerPort 6 omitempty
 readinessProbe core.v1.Probe 11 pointer omitempty
 resizePolicy []core.v1.ContainerResizePolicy 23 omitempty
 resources core.v1.ResourceRequirements 8 omitempty
 restartPolicy string 24 pointer omitempty
 securityContext core.v1.SecurityContext 15 pointer omitempty
 startupProbe core.v1.Probe 22 pointer omitempty
 stdin boolean 16 omitempty
 stdinOnce boolean 17 omitempty
 terminationMessagePath string 13 omitempty
 terminationMessagePolicy string 20 omitempty
 tty boolean 18 omitempty
 volumeDevices []core.v1.VolumeDevice 21 omitempty
 volumeMounts []core.v1.VolumeMount 9 omitempty
 workingDir string 5 omitempty
core.v1.EphemeralVolumeSource
 volumeClaimTemplate core.v1.PersistentVolumeClaimTemplate 1 pointer omitempty
core.v1.Event kind=v1/Event
 action string 12 omitempty
 apiVersion string envelope
 count int32 8 omitempty
 eventTime meta.v1.MicroTime 10 omitempty
 firstTimestamp meta.v1.Time 6 omitempty
 involvedObject core.v1.ObjectReference 2 required default={}
 kind string envelope
 lastTimestamp meta.v1.Time 7 omitempty
 message string 4 omitempty
 metadata meta.v1.ObjectMeta 1 required default={}
 reason string 3 omitempty
 related core.v1.ObjectReference 13 pointer omitempty
 reportingComponent string 14 default=""
 reportingInstance string 15 default=""
 series core.v1.EventSeries 11 pointer omitempty
 source core.v1.EventSource 5 omitempty default={}
 type string 9 omitempty
core.v1.EventList kind=v1/EventList
 apiVersion string envelope
 items []core.v1.Event 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.EventSeries
 count int32 1 omitempty
 lastObservedTime meta.v1.MicroTime 2 omitempty
core.v1.EventSource
 component string 1 omitempty
 host string 2 omitempty
core.v1.ExecAction
 command []string 1 omitempty list=atomic
core.v1.FCVolumeSource
 fsType string 3 omitempty
 lun int32 2 pointer omitempty
 readOnly boolean 4 omitempty
 targetWWNs []string 1 omitempty list=atomic
 wwids []string 5 omitempty list=atomic
core.v1.FlexPersistentVolumeSource
 driver string 1 required default=""
 fsType string 2 omitempty
 options map[]string 5 omitempty
 readOnly boolean 4 omitempty
 secretRef core.v1.SecretReference 3 pointer omitempty
core.v1.FlexVolumeSource
 driver string 1 required default=""
 fsType string 2 omitempty
 options map[]string 5 omitempty
 readOnly boolean 4 omitempty
 secretRef core.v1.LocalObjectReference 3 pointer omitempty
core.v1.FlockerVolumeSource
 datasetName string 1 omitempty
 datasetUUID string 2 omitempty
core.v1.GCEPersistentDiskVolumeSource
 fsType string 2 omitempty
 partition int32 3 omitempty
 pdName string 1 required default=""
 readOnly boolean 4 omitempty
core.v1.GRPCAction
 port int32 1 required default=0
 service string 2 pointer default=""
core.v1.GitRepoVolumeSource
 directory string 3 omitempty
 repository string 1 required default=""
 revision string 2 omitempty
core.v1.GlusterfsPersistentVolumeSource
 endpoints string 1 required default=""
 endpointsNamespace string 4 pointer omitempty
 path string 2 required default=""
 readOnly boolean 3 omitempty
core.v1.GlusterfsVolumeSource
 endpoints string 1 required default=""
 path string 2 required default=""
 readOnly boolean 3 omitempty
core.v1.HTTPGetAction
 host string 3 omitempty
 httpHeaders []core.v1.HTTPHeader 5 omitempty list=atomic
 path string 1 omitempty
 port intstr.IntOrString 2 required
 scheme string 4 omitempty enum=HTTP|HTTPS
core.v1.HTTPHeader
 name string 1 required default=""
 value string 2 required default=""
core.v1.HostAlias
 hostnames []string 2 omitempty list=atomic
 ip string 1 required default=""
core.v1.HostIP
 ip string 1 required default=""
core.v1.HostPathVolumeSource
 path string 1 required default=""
 type string 2 pointer omitempty enum=|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket
core.v1.ISCSIPersistentVolumeSource
 chapAuthDiscovery boolean 8 omitempty
 chapAuthSession boolean 11 omitempty
 fsType string 5 omitempty
 initiatorName string 12 pointer omitempty
 iqn string 2 required default=""
 iscsiInterface string 4 omitempty default="default"
 lun int32 3 required default=0
 portals []string 7 omitempty list=atomic
 readOnly boolean 6 omitempty
 secretRef core.v1.SecretReference 10 pointer omitempty
 targetPortal string 1 required default=""
core.v1.ISCSIVolumeSource
 chapAuthDiscovery boolean 8 omitempty
 chapAuthSession boolean 11 omitempty
 fsType string 5 omitempty
 initiatorName string 12 pointer omitempty
 iqn string 2 required default=""
 iscsiInterface string 4 omitempty default="default"
 lun int32 3 required default=0
 portals []string 7 omitempty list=atomic
 readOnly boolean 6 omitempty
 secretRef core.v1.LocalObjectReference 10 pointer omitempty
 targetPortal string 1 required default=""
core.v1.ImageVolumeSource
 pullPolicy string 2 omitempty enum=Always|IfNotPresent|Never
 reference string 1 omitempty
core.v1.KeyToPath
 key string 1 required default=""
 mode int32 3 pointer omitempty
 path string 2 required default=""
core.v1.Lifecycle
 postStart core.v1.LifecycleHandler 1 pointer omitempty
 preStop core.v1.LifecycleHandler 2 pointer omitempty
 stopSignal string 3 pointer omitempty enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ
core.v1.LifecycleHandler
 exec core.v1.ExecAction 1 pointer omitempty
 httpGet core.v1.HTTPGetAction 2 pointer omitempty
 sleep core.v1.SleepAction 4 pointer omitempty
 tcpSocket core.v1.TCPSocketAction 3 pointer omitempty
core.v1.LimitRange kind=v1/LimitRange
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.LimitRangeSpec 2 omitempty default={}
core.v1.LimitRangeItem
 default map[]resource.Quantity 4 omitempty
 defaultRequest map[]resource.Quantity 5 omitempty
 max map[]resource.Quantity 2 omitempty
 maxLimitRequestRatio map[]resource.Quantity 6 omitempty
 min map[]resource.Quantity 3 omitempty
 type string 1 required default=""
core.v1.LimitRangeList kind=v1/LimitRangeList
 apiVersion string envelope
 items []core.v1.LimitRange 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.LimitRangeSpec
 limits []core.v1.LimitRangeItem 1 required list=atomic
core.v1.LinuxContainerUser
 gid int64 2 required default=0
 supplementalGroups []int64 3 omitempty list=atomic
 uid int64 1 required default=0
core.v1.List unpublished
 items []runtime.RawExtension 2
 metadata meta.v1.ListMeta 1
core.v1.LoadBalancerIngress
 hostname string 2 omitempty
 ip string 1 omitempty
 ipMode string 3 pointer omitempty
 ports []core.v1.PortStatus 4 omitempty list=atomic
core.v1.LoadBalancerStatus
 ingress []core.v1.LoadBalancerIngress 1 omitempty list=atomic
core.v1.LocalObjectReference atomic
 name string 1 omitempty default=""
core.v1.LocalVolumeSource
 fsType string 2 pointer omitempty
 path string 1 required default=""
core.v1.ModifyVolumeStatus
 status string 2 required default="" enum=InProgress|Infeasible|Pending
 targetVolumeAttributesClassName string 1 omitempty
core.v1.NFSVolumeSource
 path string 2 required default=""
 readOnly boolean 3 omitempty
 server string 1 required default=""
core.v1.Namespace kind=v1/Namespace
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.NamespaceSpec 2 omitempty default={}
 status core.v1.NamespaceStatus 3 omitempty default={}
core.v1.NamespaceCondition
 lastTransitionTime meta.v1.Time 4 omitempty
 message string 6 omitempty
 reason string 5 omitempty
 status string 2 required default=""
 type string 1 required default=""
core.v1.NamespaceList kind=v1/NamespaceList
 apiVersion string envelope
 items []core.v1.Namespace 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.NamespaceSpec
 finalizers []string 1 omitempty list=atomic
core.v1.NamespaceStatus
 conditions []core.v1.NamespaceCondition 2 omitempty list=map keys=type patch=merge mergekey=type
 phase string 1 omitempty enum=Active|Terminating
core.v1.Node kind=v1/Node
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.NodeSpec 2 omitempty default={}
 status core.v1.NodeStatus 3 omitempty default={}
core.v1.NodeAddress
 address string 2 required default=""
 type string 1 required default=""
core.v1.NodeAffinity
 preferredDuringSchedulingIgnoredDuringExecution []core.v1.PreferredSchedulingTerm 2 omitempty list=atomic
 requiredDuringSchedulingIgnoredDuringExecution core.v1.NodeSelector 1 pointer omitempty
core.v1.NodeCondition
 lastHeartbeatTime meta.v1.Time 3 omitempty
 lastTransitionTime meta.v1.Time 4 omitempty
 message string 6 omitempty
 reason string 5 omitempty
 status string 2 required default=""
 type string 1 required default=""
core.v1.NodeConfigSource
 configMap core.v1.ConfigMapNodeConfigSource 2 pointer omitempty
core.v1.NodeConfigStatus
 active core.v1.NodeConfigSource 2 pointer omitempty
 assigned core.v1.NodeConfigSource 1 pointer omitempty
 error string 4 omitempty
 lastKnownGood core.v1.NodeConfigSource 3 pointer omitempty
core.v1.NodeDaemonEndpoints
 kubeletEndpoint core.v1.DaemonEndpoint 1 omitempty default={}
core.v1.NodeFeatures
 supplementalGroupsPolicy boolean 1 pointer omitempty
core.v1.NodeList kind=v1/NodeList
 apiVersion string envelope
 items []core.v1.Node 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.NodeProxyOptions unpublished
 path string 1 omitempty
core.v1.NodeRuntimeHandler
 features core.v1.NodeRuntimeHandlerFeatures 2 pointer omitempty
 name string 1 default=""
core.v1.NodeRuntimeHandlerFeatures
 recursiveReadOnlyMounts boolean 1 pointer omitempty
 userNamespaces boolean 2 pointer omitempty
core.v1.NodeSelector atomic
 nodeSelectorTerms []core.v1.NodeSelectorTerm 1 required list=atomic
core.v1.NodeSelectorRequirement
 key string 1 required default=""
 operator string 2 required default="" enum=DoesNotExist|Exists|Gt|In|Lt|NotIn
 values []string 3 omitempty list=atomic
core.v1.NodeSelectorTerm atomic
 matchExpressions []core.v1.NodeSelectorRequirement 1 omitempty list=atomic
 matchFields []core.v1.NodeSelectorRequirement 2 omitempty list=atomic
core.v1.NodeSpec
 configSource core.v1.NodeConfigSource 6 pointer omitempty
 externalID string 2 omitempty
 podCIDR string 1 omitempty
 podCIDRs []string 7 omitempty list=set patch=merge
 providerID string 3 omitempty
 taints []core.v1.Taint 5 omitempty list=atomic
 unschedulable boolean 4 omitempty
core.v1.NodeStatus
 addresses []core.v1.NodeAddress 5 omitempty list=map keys=type patch=merge mergekey=type
 allocatable map[]resource.Quantity 2 omitempty
 capacity map[]resource.Quantity 1 omitempty
 conditions []core.v1.NodeCondition 4 omitempty list=map keys=type patch=merge mergekey=type
 config core.v1.NodeConfigStatus 11 pointer omitempty
 daemonEndpoints core.v1.NodeDaemonEndpoints 6 omitempty default={}
 features core.v1.NodeFeatures 13 pointer omitempty
 images []core.v1.ContainerImage 8 omitempty list=atomic
 nodeInfo core.v1.NodeSystemInfo 7 omitempty default={}
 phase string 3 omitempty enum=Pending|Running|Terminated
 runtimeHandlers []core.v1.NodeRuntimeHandler 12 omitempty list=atomic
 volumesAttached []core.v1.AttachedVolume 10 omitempty list=atomic
 volumesInUse []string 9 omitempty list=atomic
core.v1.NodeSwapStatus
 capacity int64 1 pointer omitempty
core.v1.NodeSystemInfo
 architecture string 10 required default=""
 bootID string 3 required default=""
 containerRuntimeVersion string 6 required default=""
 kernelVersion string 4 required default=""
 kubeProxyVersion string 8 required default=""
 kubeletVersion string 7 required default=""
 machineID string 1 required default=""
 operatingSystem string 9 required default=""
 osImage string 5 required default=""
 swap core.v1.NodeSwapStatus 11 pointer omitempty
 systemUUID string 2 required default=""
core.v1.ObjectFieldSelector atomic
 apiVersion string 1 omitempty
 fieldPath string 2 required default=""
core.v1.ObjectReference atomic
 apiVersion string 5 omitempty
 fieldPath string 7 omitempty
 kind string 1 omitempty
 name string 3 omitempty
 namespace string 2 omitempty
 resourceVersion string 6 omitempty
 uid string 4 omitempty
core.v1.PersistentVolume kind=v1/PersistentVolume
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.PersistentVolumeSpec 2 omitempty default={}
 status core.v1.PersistentVolumeStatus 3 omitempty default={}
core.v1.PersistentVolumeClaim kind=v1/PersistentVolumeClaim
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.PersistentVolumeClaimSpec 2 omitempty default={}
 status core.v1.PersistentVolumeClaimStatus 3 omitempty default={}
core.v1.PersistentVolumeClaimCondition
 lastProbeTime meta.v1.Time 3 omitempty
 lastTransitionTime meta.v1.Time 4 omitempty
 message string 6 omitempty
 reason string 5 omitempty
 status string 2 required default=""
 type string 1 required default=""
core.v1.PersistentVolumeClaimList kind=v1/PersistentVolumeClaimList
 apiVersion string envelope
 items []core.v1.PersistentVolumeClaim 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.PersistentVolumeClaimSpec
 accessModes []string 1 omitempty list=atomic enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
 dataSource core.v1.TypedLocalObjectReference 7 pointer omitempty
 dataSourceRef core.v1.TypedObjectReference 8 pointer omitempty
 resources core.v1.VolumeResourceRequirements 2 omitempty default={}
 selector meta.v1.LabelSelector 4 pointer omitempty
 storageClassName string 5 pointer omitempty
 volumeAttributesClassName string 9 pointer omitempty
 volumeMode string 6 pointer omitempty enum=Block|Filesystem
 volumeName string 3 omitempty
core.v1.PersistentVolumeClaimStatus
 accessModes []string 2 omitempty list=atomic enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
 allocatedResourceStatuses map[]string 7 omitempty struct=granular enum=ControllerResizeInProgress|ControllerResizeInfeasible|NodeResizeInProgress|NodeResizeInfeasible|NodeResizePending
 allocatedResources map[]resource.Quantity 5 omitempty
 capacity map[]resource.Quantity 3 omitempty
 conditions []core.v1.PersistentVolumeClaimCondition 4 omitempty list=map keys=type patch=merge mergekey=type
 currentVolumeAttributesClassName string 8 pointer omitempty
 modifyVolumeStatus core.v1.ModifyVolumeStatus 9 pointer omitempty
 phase string 1 omitempty enum=Bound|Lost|Pending
core.v1.PersistentVolumeClaimTemplate
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.PersistentVolumeClaimSpec 2 required default={}
core.v1.PersistentVolumeClaimVolumeSource
 claimName string 1 required default=""
 readOnly boolean 2 omitempty
core.v1.PersistentVolumeList kind=v1/PersistentVolumeList
 apiVersion string envelope
 items []core.v1.PersistentVolume 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.PersistentVolumeSource unpublished
 awsElasticBlockStore core.v1.AWSElasticBlockStoreVolumeSource 2 pointer omitempty
 azureDisk core.v1.AzureDiskVolumeSource 16 pointer omitempty
 azureFile core.v1.AzureFilePersistentVolumeSource 13 pointer omitempty
 cephfs core.v1.CephFSPersistentVolumeSource 9 pointer omitempty
 cinder core.v1.CinderPersistentVolumeSource 8 pointer omitempty
 csi core.v1.CSIPersistentVolumeSource 22 pointer omitempty
 fc core.v1.FCVolumeSource 10 pointer omitempty
 flexVolume core.v1.FlexPersistentVolumeSource 12 pointer omitempty
 flocker core.v1.FlockerVolumeSource 11 pointer omitempty
 gcePersistentDisk core.v1.GCEPersistentDiskVolumeSource 1 pointer omitempty
 glusterfs core.v1.GlusterfsPersistentVolumeSource 4 pointer omitempty
 hostPath core.v1.HostPathVolumeSource 3 pointer omitempty
 iscsi core.v1.ISCSIPersistentVolumeSource 7 pointer omitempty
 local core.v1.LocalVolumeSource 20 pointer omitempty
 nfs core.v1.NFSVolumeSource 5 pointer omitempty
 photonPersistentDisk core.v1.PhotonPersistentDiskVolumeSource 17 pointer omitempty
 portworxVolume core.v1.PortworxVolumeSource 18 pointer omitempty
 quobyte core.v1.QuobyteVolumeSource 15 pointer omitempty
 rbd core.v1.RBDPersistentVolumeSource 6 pointer omitempty
 scaleIO core.v1.ScaleIOPersistentVolumeSource 19 pointer omitempty
 storageos core.v1.StorageOSPersistentVolumeSource 21 pointer omitempty
 vsphereVolume core.v1.VsphereVirtualDiskVolumeSource 14 pointer omitempty
core.v1.PersistentVolumeSpec embed=2:core.v1.PersistentVolumeSource
 accessModes []string 3 omitempty list=atomic enum=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
 awsElasticBlockStore core.v1.AWSElasticBlockStoreVolumeSource 2.2 pointer omitempty
 azureDisk core.v1.AzureDiskVolumeSource 2.16 pointer omitempty
 azureFile core.v1.AzureFilePersistentVolumeSource 2.13 pointer omitempty
 capacity map[]resource.Quantity 1 omitempty
 cephfs core.v1.CephFSPersistentVolumeSource 2.9 pointer omitempty
 cinder core.v1.CinderPersistentVolumeSource 2.8 pointer omitempty
 claimRef core.v1.ObjectReference 4 pointer omitempty struct=granular
 csi core.v1.CSIPersistentVolumeSource 2.22 pointer omitempty
 fc core.v1.FCVolumeSource 2.10 pointer omitempty
 flexVolume core.v1.FlexPersistentVolumeSource 2.12 pointer omitempty
 flocker core.v1.FlockerVolumeSource 2.11 pointer omitempty
 gcePersistentDisk core.v1.GCEPersistentDiskVolumeSource 2.1 pointer omitempty
 glusterfs core.v1.GlusterfsPersistentVolumeSource 2.4 pointer omitempty
 hostPath core.v1.HostPathVolumeSource 2.3 pointer omitempty
 iscsi core.v1.ISCSIPersistentVolumeSource 2.7 pointer omitempty
 local core.v1.LocalVolumeSource 2.20 pointer omitempty
 mountOptions []string 7 omitempty list=atomic
 nfs core.v1.NFSVolumeSource 2.5 pointer omitempty
 nodeAffinity core.v1.VolumeNodeAffinity 9 pointer omitempty
 persistentVolumeReclaimPolicy string 5 omitempty enum=Delete|Recycle|Retain
 photonPersistentDisk core.v1.PhotonPersistentDiskVolumeSource 2.17 pointer omitempty
 portworxVolume core.v1.PortworxVolumeSource 2.18 pointer omitempty
 quobyte core.v1.QuobyteVolumeSource 2.15 pointer omitempty
 rbd core.v1.RBDPersistentVolumeSource 2.6 pointer omitempty
 scaleIO core.v1.ScaleIOPersistentVolumeSource 2.19 pointer omitempty
 storageClassName string 6 omitempty
 storageos core.v1.StorageOSPersistentVolumeSource 2.21 pointer omitempty
 volumeAttributesClassName string 10 pointer omitempty
 volumeMode string 8 pointer omitempty enum=Block|Filesystem
 vsphereVolume core.v1.VsphereVirtualDiskVolumeSource 2.14 pointer omitempty
core.v1.PersistentVolumeStatus
 lastPhaseTransitionTime meta.v1.Time 4 pointer omitempty
 message string 2 omitempty
 phase string 1 omitempty enum=Available|Bound|Failed|Pending|Released
 reason string 3 omitempty
core.v1.PhotonPersistentDiskVolumeSource
 fsType string 2 omitempty
 pdID string 1 required default=""
core.v1.Pod kind=v1/Pod
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.PodSpec 2 omitempty default={}
 status core.v1.PodStatus 3 omitempty default={}
core.v1.PodAffinity
 preferredDuringSchedulingIgnoredDuringExecution []core.v1.WeightedPodAffinityTerm 2 omitempty list=atomic
 requiredDuringSchedulingIgnoredDuringExecution []core.v1.PodAffinityTerm 1 omitempty list=atomic
core.v1.PodAffinityTerm
 labelSelector meta.v1.LabelSelector 1 pointer omitempty
 matchLabelKeys []string 5 omitempty list=atomic
 mismatchLabelKeys []string 6 omitempty list=atomic
 namespaceSelector meta.v1.LabelSelector 4 pointer omitempty
 namespaces []string 2 omitempty list=atomic
 topologyKey string 3 required default=""
core.v1.PodAntiAffinity
 preferredDuringSchedulingIgnoredDuringExecution []core.v1.WeightedPodAffinityTerm 2 omitempty list=atomic
 requiredDuringSchedulingIgnoredDuringExecution []core.v1.PodAffinityTerm 1 omitempty list=atomic
core.v1.PodAttachOptions unpublished
 container string 5 omitempty
 stderr boolean 3 omitempty
 stdin boolean 1 omitempty
 stdout boolean 2 omitempty
 tty boolean 4 omitempty
core.v1.PodCondition
 lastProbeTime meta.v1.Time 3 omitempty
 lastTransitionTime meta.v1.Time 4 omitempty
 message string 6 omitempty
 observedGeneration int64 7 omitempty
 reason string 5 omitempty
 status string 2 required default=""
 type string 1 required default=""
core.v1.PodDNSConfig
 nameservers []string 1 omitempty list=atomic
 options []core.v1.PodDNSConfigOption 3 omitempty list=atomic
 searches []string 2 omitempty list=atomic
core.v1.PodDNSConfigOption
 name string 1 omitempty
 value string 2 pointer omitempty
core.v1.PodExecOptions unpublished
 command []string 6 required
 container string 5 omitempty
 stderr boolean 3 omitempty
 stdin boolean 1 omitempty
 stdout boolean 2 omitempty
 tty boolean 4 omitempty
core.v1.PodIP
 ip string 1 required default=""
core.v1.PodList kind=v1/PodList
 apiVersion string envelope
 items []core.v1.Pod 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.PodLogOptions unpublished
 container string 1 omitempty
 follow boolean 2 omitempty
 insecureSkipTLSVerifyBackend boolean 9 omitempty
 limitBytes int64 8 pointer omitempty
 previous boolean 3 omitempty
 sinceSeconds int64 4 pointer omitempty
 sinceTime meta.v1.Time 5 pointer omitempty
 stream string 10 pointer omitempty
 tailLines int64 7 pointer omitempty
 timestamps boolean 6 omitempty
core.v1.PodOS
 name string 1 required default=""
core.v1.PodPortForwardOptions unpublished
 ports []int32 1 omitempty
core.v1.PodProxyOptions unpublished
 path string 1 omitempty
core.v1.PodReadinessGate
 conditionType string 1 required default=""
core.v1.PodResourceClaim
 name string 1 required default=""
 resourceClaimName string 3 pointer omitempty
 resourceClaimTemplateName string 4 pointer omitempty
core.v1.PodResourceClaimStatus
 name string 1 required default=""
 resourceClaimName string 2 pointer omitempty
core.v1.PodSchedulingGate
 name string 1 required default=""
core.v1.PodSecurityContext
 appArmorProfile core.v1.AppArmorProfile 11 pointer omitempty
 fsGroup int64 5 pointer omitempty
 fsGroupChangePolicy string 9 pointer omitempty enum=Always|OnRootMismatch
 runAsGroup int64 6 pointer omitempty
 runAsNonRoot boolean 3 pointer omitempty
 runAsUser int64 2 pointer omitempty
 seLinuxChangePolicy string 13 pointer omitempty
 seLinuxOptions core.v1.SELinuxOptions 1 pointer omitempty
 seccompProfile core.v1.SeccompProfile 10 pointer omitempty
 supplementalGroups []int64 4 omitempty list=atomic
 supplementalGroupsPolicy string 12 pointer omitempty enum=Merge|Strict
 sysctls []core.v1.Sysctl 7 omitempty list=atomic
 windowsOptions core.v1.WindowsSecurityContextOptions 8 pointer omitempty
core.v1.PodSignature unpublished
 podController meta.v1.OwnerReference 1 pointer omitempty
core.v1.PodSpec
 activeDeadlineSeconds int64 5 pointer omitempty
 affinity core.v1.Affinity 18 pointer omitempty
 automountServiceAccountToken boolean 21 pointer omitempty
 containers []core.v1.Container 2 required list=map keys=name patch=merge mergekey=name
 dnsConfig core.v1.PodDNSConfig 26 pointer omitempty
 dnsPolicy string 6 omitempty enum=ClusterFirst|ClusterFirstWithHostNet|Default|None
 enableServiceLinks boolean 30 pointer omitempty
 ephemeralContainers []core.v1.EphemeralContainer 34 omitempty list=map keys=name patch=merge mergekey=name
 hostAliases []core.v1.HostAlias 23 omitempty list=map keys=ip patch=merge mergekey=ip
 hostIPC boolean 13 omitempty
 hostNetwork boolean 11 omitempty
 hostPID boolean 12 omitempty
 hostUsers boolean 37 pointer omitempty
 hostname string 16 omitempty
 imagePullSecrets []core.v1.LocalObjectReference 15 omitempty list=map keys=name patch=merge mergekey=name
 initContainers []core.v1.Container 20 omitempty list=map keys=name patch=merge mergekey=name
 nodeName string 10 omitempty
 nodeSelector map[]string 7 omitempty struct=atomic
 os core.v1.PodOS 36 pointer omitempty
 overhead map[]resource.Quantity 32 omitempty
 preemptionPolicy string 31 pointer omitempty enum=Never|PreemptLowerPriority
 priority int32 25 pointer omitempty
 priorityClassName string 24 omitempty
 readinessGates []core.v1.PodReadinessGate 28 omitempty list=atomic
 resourceClaims []core.v1.PodResourceClaim 39 omitempty list=map keys=name patch=merge,retainKeys mergekey=name
 resources core.v1.ResourceRequirements 40 pointer omitempty
 restartPolicy string 3 omitempty enum=Always|Never|OnFailure
 runtimeClassName string 29 pointer omitempty
 schedulerName string 19 omitempty
 schedulingGates []core.v1.PodSchedulingGate 38 omitempty list=map keys=name patch=merge mergekey=name
 securityContext core.v1.PodSecurityContext 14 pointer omitempty
 serviceAccount string 9 omitempty
 serviceAccountName string 8 omitempty
 setHostnameAsFQDN boolean 35 pointer omitempty
 shareProcessNamespace boolean 27 pointer omitempty
 subdomain string 17 omitempty
 terminationGracePeriodSeconds int64 4 pointer omitempty
 tolerations []core.v1.Toleration 22 omitempty list=atomic
 topologySpreadConstraints []core.v1.TopologySpreadConstraint 33 omitempty list=map keys=topologyKey,whenUnsatisfiable patch=merge mergekey=topologyKey
 volumes []core.v1.Volume 1 omitempty list=map keys=name patch=merge,retainKeys mergekey=name
core.v1.PodStatus
 conditions []core.v1.PodCondition 2 omitempty list=map keys=type patch=merge mergekey=type
 containerStatuses []core.v1.ContainerStatus 8 omitempty list=atomic
 ephemeralContainerStatuses []core.v1.ContainerStatus 13 omitempty list=atomic
 hostIP string 5 omitempty
 hostIPs []core.v1.HostIP 16 omitempty list=atomic patch=merge mergekey=ip
 initContainerStatuses []core.v1.ContainerStatus 10 omitempty list=atomic
 message string 3 omitempty
 nominatedNodeName string 11 omitempty
 observedGeneration int64 17 omitempty
 phase string 1 omitempty enum=Failed|Pending|Running|Succeeded|Unknown
 podIP string 6 omitempty
 podIPs []core.v1.PodIP 12 omitempty list=map keys=ip patch=merge mergekey=ip
 qosClass string 9 omitempty enum=BestEffort|Burstable|Guaranteed
 reason string 4 omitempty
 resize string 14 omitempty
 resourceClaimStatuses []core.v1.PodResourceClaimStatus 15 omitempty list=map keys=name patch=merge,retainKeys mergekey=name
 startTime meta.v1.Time 7 pointer omitempty
core.v1.PodStatusResult unpublished
 metadata meta.v1.ObjectMeta 1 omitempty
 status core.v1.PodStatus 2 omitempty
core.v1.PodTemplate kind=v1/PodTemplate
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 template core.v1.PodTemplateSpec 2 omitempty default={}
core.v1.PodTemplateList kind=v1/PodTemplateList
 apiVersion string envelope
 items []core.v1.PodTemplate 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.PodTemplateSpec
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.PodSpec 2 omitempty default={}
core.v1.PortStatus
 error string 3 pointer omitempty
 port int32 1 required default=0
 protocol string 2 required default="" enum=SCTP|TCP|UDP
core.v1.PortworxVolumeSource
 fsType string 2 omitempty
 readOnly boolean 3 omitempty
 volumeID string 1 required default=""
core.v1.Preconditions unpublished
 uid string 1 pointer omitempty
core.v1.PreferAvoidPodsEntry unpublished
 evictionTime meta.v1.Time 2 omitempty
 message string 4 omitempty
 podSignature core.v1.PodSignature 1 required
 reason string 3 omitempty
core.v1.PreferredSchedulingTerm
 preference core.v1.NodeSelectorTerm 2 required default={}
 weight int32 1 required default=0
core.v1.Probe embed=1:core.v1.ProbeHandler
 exec core.v1.ExecAction 1.1 pointer omitempty
 failureThreshold int32 6 omitempty
 grpc core.v1.GRPCAction 1.4 pointer omitempty
 httpGet core.v1.HTTPGetAction 1.2 pointer omitempty
 initialDelaySeconds int32 2 omitempty
 periodSeconds int32 4 omitempty
 successThreshold int32 5 omitempty
 tcpSocket core.v1.TCPSocketAction 1.3 pointer omitempty
 terminationGracePeriodSeconds int64 7 pointer omitempty
 timeoutSeconds int32 3 omitempty
core.v1.ProbeHandler unpublished
 exec core.v1.ExecAction 1 pointer omitempty
 grpc core.v1.GRPCAction 4 pointer omitempty
 httpGet core.v1.HTTPGetAction 2 pointer omitempty
 tcpSocket core.v1.TCPSocketAction 3 pointer omitempty
core.v1.ProjectedVolumeSource
 defaultMode int32 2 pointer omitempty
 sources []core.v1.VolumeProjection 1 list=atomic
core.v1.QuobyteVolumeSource
 group string 5 omitempty
 readOnly boolean 3 omitempty
 registry string 1 required default=""
 tenant string 6 omitempty
 user string 4 omitempty
 volume string 2 required default=""
core.v1.RBDPersistentVolumeSource
 fsType string 3 omitempty
 image string 2 required default=""
 keyring string 6 omitempty default="/etc/ceph/keyring"
 monitors []string 1 required list=atomic
 pool string 4 omitempty default="rbd"
 readOnly boolean 8 omitempty
 secretRef core.v1.SecretReference 7 pointer omitempty
 user string 5 omitempty default="admin"
core.v1.RBDVolumeSource
 fsType string 3 omitempty
 image string 2 required default=""
 keyring string 6 omitempty default="/etc/ceph/keyring"
 monitors []string 1 required list=atomic
 pool string 4 omitempty default="rbd"
 readOnly boolean 8 omitempty
 secretRef core.v1.LocalObjectReference 7 pointer omitempty
 user string 5 omitempty default="admin"
core.v1.RangeAllocation unpublished
 data bytes 3 required
 metadata meta.v1.ObjectMeta 1 omitempty
 range string 2 required
core.v1.ReplicationController kind=v1/ReplicationController
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.ReplicationControllerSpec 2 omitempty default={}
 status core.v1.ReplicationControllerStatus 3 omitempty default={}
core.v1.ReplicationControllerCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 required default=""
 type string 1 required default=""
core.v1.ReplicationControllerList kind=v1/ReplicationControllerList
 apiVersion string envelope
 items []core.v1.ReplicationController 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.ReplicationControllerSpec
 minReadySeconds int32 4 omitempty default=0
 replicas int32 1 pointer omitempty default=1
 selector map[]string 2 omitempty struct=atomic
 template core.v1.PodTemplateSpec 3 pointer omitempty
core.v1.ReplicationControllerStatus
 availableReplicas int32 5 omitempty
 conditions []core.v1.ReplicationControllerCondition 6 omitempty list=map keys=type patch=merge mergekey=type
 fullyLabeledReplicas int32 2 omitempty
 observedGeneration int64 3 omitempty
 readyReplicas int32 4 omitempty
 replicas int32 1 required default=0
core.v1.ResourceClaim
 name string 1 required default=""
 request string 2 omitempty
core.v1.ResourceFieldSelector atomic
 containerName string 1 omitempty
 divisor resource.Quantity 3 omitempty
 resource string 2 required default=""
core.v1.ResourceHealth
 health string 2 omitempty
 resourceID string 1 required default=""
core.v1.ResourceQuota kind=v1/ResourceQuota
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.ResourceQuotaSpec 2 omitempty default={}
 status core.v1.ResourceQuotaStatus 3 omitempty default={}
core.v1.ResourceQuotaList kind=v1/ResourceQuotaList
 apiVersion string envelope
 items []core.v1.ResourceQuota 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.ResourceQuotaSpec
 hard map[]resource.Quantity 1 omitempty
 scopeSelector core.v1.ScopeSelector 3 pointer omitempty
 scopes []string 2 omitempty list=atomic enum=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass
core.v1.ResourceQuotaStatus
 hard map[]resource.Quantity 1 omitempty
 used map[]resource.Quantity 2 omitempty
core.v1.ResourceRequirements
 claims []core.v1.ResourceClaim 3 omitempty list=map keys=name
 limits map[]resource.Quantity 1 omitempty
 requests map[]resource.Quantity 2 omitempty
core.v1.ResourceStatus
 name string 1 required default=""
 resources []core.v1.ResourceHealth 2 omitempty list=map keys=resourceID
core.v1.SELinuxOptions
 level string 4 omitempty
 role string 2 omitempty
 type string 3 omitempty
 user string 1 omitempty
core.v1.ScaleIOPersistentVolumeSource
 fsType string 9 omitempty default="xfs"
 gateway string 1 required default=""
 protectionDomain string 5 omitempty
 readOnly boolean 10 omitempty
 secretRef core.v1.SecretReference 3 required pointer
 sslEnabled boolean 4 omitempty
 storageMode string 7 omitempty default="ThinProvisioned"
 storagePool string 6 omitempty
 system string 2 required default=""
 volumeName string 8 omitempty
core.v1.ScaleIOVolumeSource
 fsType string 9 omitempty default="xfs"
 gateway string 1 required default=""
 protectionDomain string 5 omitempty
 readOnly boolean 10 omitempty
 secretRef core.v1.LocalObjectReference 3 required pointer
 sslEnabled boolean 4 omitempty
 storageMode string 7 omitempty default="ThinProvisioned"
 storagePool string 6 omitempty
 system string 2 required default=""
 volumeName string 8 omitempty
core.v1.ScopeSelector atomic
 matchExpressions []core.v1.ScopedResourceSelectorRequirement 1 omitempty list=atomic
core.v1.ScopedResourceSelectorRequirement
 operator string 2 required default="" enum=DoesNotExist|Exists|In|NotIn
 scopeName string 1 required default="" enum=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass
 values []string 3 omitempty list=atomic
core.v1.SeccompProfile union=type:localhostProfile>LocalhostProfile
 localhostProfile string 2 pointer omitempty
 type string 1 required default="" enum=Localhost|RuntimeDefault|Unconfined
core.v1.Secret kind=v1/Secret
 apiVersion string envelope
 data map[]bytes 2 omitempty
 immutable boolean 5 pointer omitempty
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 stringData map[]string 4 omitempty
 type string 3 omitempty
core.v1.SecretEnvSource embed=1:core.v1.LocalObjectReference
 name string 1.1 omitempty default=""
 optional boolean 2 pointer omitempty
core.v1.SecretKeySelector atomic embed=1:core.v1.LocalObjectReference
 key string 2 required default=""
 name string 1.1 omitempty default=""
 optional boolean 3 pointer omitempty
core.v1.SecretList kind=v1/SecretList
 apiVersion string envelope
 items []core.v1.Secret 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.SecretProjection embed=1:core.v1.LocalObjectReference
 items []core.v1.KeyToPath 2 omitempty list=atomic
 name string 1.1 omitempty default=""
 optional boolean 4 pointer omitempty
core.v1.SecretReference atomic
 name string 1 omitempty
 namespace string 2 omitempty
core.v1.SecretVolumeSource
 defaultMode int32 3 pointer omitempty
 items []core.v1.KeyToPath 2 omitempty list=atomic
 optional boolean 4 pointer omitempty
 secretName string 1 omitempty
core.v1.SecurityContext
 allowPrivilegeEscalation boolean 7 pointer omitempty
 appArmorProfile core.v1.AppArmorProfile 12 pointer omitempty
 capabilities core.v1.Capabilities 1 pointer omitempty
 privileged boolean 2 pointer omitempty
 procMount string 9 pointer omitempty enum=Default|Unmasked
 readOnlyRootFilesystem boolean 6 pointer omitempty
 runAsGroup int64 8 pointer omitempty
 runAsNonRoot boolean 5 pointer omitempty
 runAsUser int64 4 pointer omitempty
 seLinuxOptions core.v1.SELinuxOptions 3 pointer omitempty
 seccompProfile core.v1.SeccompProfile 11 pointer omitempty
 windowsOptions core.v1.WindowsSecurityContextOptions 10 pointer omitempty
core.v1.SerializedReference unpublished
 reference core.v1.ObjectReference 1 omitempty
core.v1.Service kind=v1/Service
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec core.v1.ServiceSpec 2 omitempty default={}
 status core.v1.ServiceStatus 3 omitempty default={}
core.v1.ServiceAccount kind=v1/ServiceAccount
 apiVersion string envelope
 automountServiceAccountToken boolean 4 pointer omitempty
 imagePullSecrets []core.v1.LocalObjectReference 3 omitempty list=atomic
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 secrets []core.v1.ObjectReference 2 omitempty list=map keys=name patch=merge mergekey=name
core.v1.ServiceAccountList kind=v1/ServiceAccountList
 apiVersion string envelope
 items []core.v1.ServiceAccount 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.ServiceAccountTokenProjection
 audience string 1 omitempty
 expirationSeconds int64 2 pointer omitempty
 path string 3 required default=""
core.v1.ServiceList kind=v1/ServiceList
 apiVersion string envelope
 items []core.v1.Service 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
core.v1.ServicePort
 appProtocol string 6 pointer omitempty
 name string 1 omitempty
 nodePort int32 5 omitempty
 port int32 3 required default=0
 protocol string 2 omitempty default="TCP" enum=SCTP|TCP|UDP
 targetPort intstr.IntOrString 4 omitempty
core.v1.ServiceProxyOptions unpublished
 path string 1 omitempty
core.v1.ServiceSpec
 allocateLoadBalancerNodePorts boolean 20 pointer omitempty
 clusterIP string 3 omitempty
 clusterIPs []string 18 omitempty list=atomic
 externalIPs []string 5 omitempty list=atomic
 externalName string 10 omitempty
 externalTrafficPolicy string 11 omitempty enum=Cluster|Local
 healthCheckNodePort int32 12 omitempty
 internalTrafficPolicy string 22 pointer omitempty enum=Cluster|Local
 ipFamilies []string 19 omitempty list=atomic enum=|IPv4|IPv6
 ipFamilyPolicy string 17 pointer omitempty enum=PreferDualStack|RequireDualStack|SingleStack
 loadBalancerClass string 21 pointer omitempty
 loadBalancerIP string 8 omitempty
 loadBalancerSourceRanges []string 9 omitempty list=atomic
 ports []core.v1.ServicePort 1 omitempty list=map keys=port,protocol patch=merge mergekey=port
 publishNotReadyAddresses boolean 13 omitempty
 selector map[]string 2 omitempty struct=atomic
 sessionAffinity string 7 omitempty enum=ClientIP|None
 sessionAffinityConfig core.v1.SessionAffinityConfig 14 pointer omitempty
 trafficDistribution string 23 pointer omitempty
 type string 4 omitempty enum=ClusterIP|ExternalName|LoadBalancer|NodePort
core.v1.ServiceStatus
 conditions []meta.v1.Condition 2 omitempty list=map keys=type patch=merge mergekey=type
 loadBalancer core.v1.LoadBalancerStatus 1 omitempty default={}
core.v1.SessionAffinityConfig
 clientIP core.v1.ClientIPConfig 1 pointer omitempty
core.v1.SleepAction
 seconds int64 1 required default=0
core.v1.StorageOSPersistentVolumeSource
 fsType string 3 omitempty
 readOnly boolean 4 omitempty
 secretRef core.v1.ObjectReference 5 pointer omitempty
 volumeName string 1 omitempty
 volumeNamespace string 2 omitempty
core.v1.StorageOSVolumeSource
 fsType string 3 omitempty
 readOnly boolean 4 omitempty
 secretRef core.v1.LocalObjectReference 5 pointer omitempty
 volumeName string 1 omitempty
 volumeNamespace string 2 omitempty
core.v1.Sysctl
 name string 1 required default=""
 value string 2 required default=""
core.v1.TCPSocketAction
 host string 2 omitempty
 port intstr.IntOrString 1 required
core.v1.Taint
 effect string 3 required default="" enum=NoExecute|NoSchedule|PreferNoSchedule
 key string 1 required default=""
 timeAdded meta.v1.Time 4 pointer omitempty
 value string 2 omitempty
core.v1.Toleration
 effect string 4 omitempty enum=NoExecute|NoSchedule|PreferNoSchedule
 key string 1 omitempty
 operator string 2 omitempty enum=Equal|Exists
 tolerationSeconds int64 5 pointer omitempty
 value string 3 omitempty
core.v1.TopologySelectorLabelRequirement
 key string 1 required default=""
 values []string 2 required list=atomic
core.v1.TopologySelectorTerm atomic
 matchLabelExpressions []core.v1.TopologySelectorLabelRequirement 1 omitempty list=atomic
core.v1.TopologySpreadConstraint
 labelSelector meta.v1.LabelSelector 4 pointer omitempty
 matchLabelKeys []string 8 omitempty list=atomic
 maxSkew int32 1 required default=0
 minDomains int32 5 pointer omitempty
 nodeAffinityPolicy string 6 pointer omitempty enum=Honor|Ignore
 nodeTaintsPolicy string 7 pointer omitempty enum=Honor|Ignore
 topologyKey string 2 required default=""
 whenUnsatisfiable string 3 required default="" enum=DoNotSchedule|ScheduleAnyway
core.v1.TypedLocalObjectReference atomic
 apiGroup string 1 pointer
 kind string 2 required default=""
 name string 3 required default=""
core.v1.TypedObjectReference
 apiGroup string 1 pointer
 kind string 2 required default=""
 name string 3 required default=""
 namespace string 4 pointer omitempty
core.v1.Volume embed=2:core.v1.VolumeSource
 awsElasticBlockStore core.v1.AWSElasticBlockStoreVolumeSource 2.4 pointer omitempty
 azureDisk core.v1.AzureDiskVolumeSource 2.22 pointer omitempty
 azureFile core.v1.AzureFileVolumeSource 2.18 pointer omitempty
 cephfs core.v1.CephFSVolumeSource 2.14 pointer omitempty
 cinder core.v1.CinderVolumeSource 2.13 pointer omitempty
 configMap core.v1.ConfigMapVolumeSource 2.19 pointer omitempty
 csi core.v1.CSIVolumeSource 2.28 pointer omitempty
 downwardAPI core.v1.DownwardAPIVolumeSource 2.16 pointer omitempty
 emptyDir core.v1.EmptyDirVolumeSource 2.2 pointer omitempty
 ephemeral core.v1.EphemeralVolumeSource 2.29 pointer omitempty
 fc core.v1.FCVolumeSource 2.17 pointer omitempty
 flexVolume core.v1.FlexVolumeSource 2.12 pointer omitempty
 flocker core.v1.FlockerVolumeSource 2.15 pointer omitempty
 gcePersistentDisk core.v1.GCEPersistentDiskVolumeSource 2.3 pointer omitempty
 gitRepo core.v1.GitRepoVolumeSource 2.5 pointer omitempty
 glusterfs core.v1.GlusterfsVolumeSource 2.9 pointer omitempty
 hostPath core.v1.HostPathVolumeSource 2.1 pointer omitempty
 image core.v1.ImageVolumeSource 2.30 pointer omitempty
 iscsi core.v1.ISCSIVolumeSource 2.8 pointer omitempty
 name string 1 required default=""
 nfs core.v1.NFSVolumeSource 2.7 pointer omitempty
 persistentVolumeClaim core.v1.PersistentVolumeClaimVolumeSource 2.10 pointer omitempty
 photonPersistentDisk core.v1.PhotonPersistentDiskVolumeSource 2.23 pointer omitempty
 portworxVolume core.v1.PortworxVolumeSource 2.24 pointer omitempty
 projected core.v1.ProjectedVolumeSource 2.26 pointer omitempty
 quobyte core.v1.QuobyteVolumeSource 2.21 pointer omitempty
 rbd core.v1.RBDVolumeSource 2.11 pointer omitempty
 scaleIO core.v1.ScaleIOVolumeSource 2.25 pointer omitempty
 secret core.v1.SecretVolumeSource 2.6 pointer omitempty
 storageos core.v1.StorageOSVolumeSource 2.27 pointer omitempty
 vsphereVolume core.v1.VsphereVirtualDiskVolumeSource 2.20 pointer omitempty
core.v1.VolumeDevice
 devicePath string 2 required default=""
 name string 1 required default=""
core.v1.VolumeMount
 mountPath string 3 required default=""
 mountPropagation string 5 pointer omitempty enum=Bidirectional|HostToContainer|None
 name string 1 required default=""
 readOnly boolean 2 omitempty
 recursiveReadOnly string 7 pointer omitempty
 subPath string 4 omitempty
 subPathExpr string 6 omitempty
core.v1.VolumeMountStatus
 mountPath string 2 required default=""
 name string 1 required default=""
 readOnly boolean 3 omitempty
 recursiveReadOnly string 4 pointer omitempty
core.v1.VolumeNodeAffinity
 required core.v1.NodeSelector 1 pointer omitempty
core.v1.VolumeProjection
 clusterTrustBundle core.v1.ClusterTrustBundleProjection 5 pointer omitempty
 configMap core.v1.ConfigMapProjection 3 pointer omitempty
 downwardAPI core.v1.DownwardAPIProjection 2 pointer omitempty
 secret core.v1.SecretProjection 1 pointer omitempty
 serviceAccountToken core.v1.ServiceAccountTokenProjection 4 pointer omitempty
core.v1.VolumeResourceRequirements
 limits map[]resource.Quantity 1 omitempty
 requests map[]resource.Quantity 2 omitempty
core.v1.VolumeSource unpublished
 awsElasticBlockStore core.v1.AWSElasticBlockStoreVolumeSource 4 pointer omitempty
 azureDisk core.v1.AzureDiskVolumeSource 22 pointer omitempty
 azureFile core.v1.AzureFileVolumeSource 18 pointer omitempty
 cephfs core.v1.CephFSVolumeSource 14 pointer omitempty
 cinder core.v1.CinderVolumeSource 13 pointer omitempty
 configMap core.v1.ConfigMapVolumeSource 19 pointer omitempty
 csi core.v1.CSIVolumeSource 28 pointer omitempty
 downwardAPI core.v1.DownwardAPIVolumeSource 16 pointer omitempty
 emptyDir core.v1.EmptyDirVolumeSource 2 pointer omitempty
 ephemeral core.v1.EphemeralVolumeSource 29 pointer omitempty
 fc core.v1.FCVolumeSource 17 pointer omitempty
 flexVolume core.v1.FlexVolumeSource 12 pointer omitempty
 flocker core.v1.FlockerVolumeSource 15 pointer omitempty
 gcePersistentDisk core.v1.GCEPersistentDiskVolumeSource 3 pointer omitempty
 gitRepo core.v1.GitRepoVolumeSource 5 pointer omitempty
 glusterfs core.v1.GlusterfsVolumeSource 9 pointer omitempty
 hostPath core.v1.HostPathVolumeSource 1 pointer omitempty
 image core.v1.ImageVolumeSource 30 pointer omitempty
 iscsi core.v1.ISCSIVolumeSource 8 pointer omitempty
 nfs core.v1.NFSVolumeSource 7 pointer omitempty
 persistentVolumeClaim core.v1.PersistentVolumeClaimVolumeSource 10 pointer omitempty
 photonPersistentDisk core.v1.PhotonPersistentDiskVolumeSource 23 pointer omitempty
 portworxVolume core.v1.PortworxVolumeSource 24 pointer omitempty
 projected core.v1.ProjectedVolumeSource 26 pointer omitempty
 quobyte core.v1.QuobyteVolumeSource 21 pointer omitempty
 rbd core.v1.RBDVolumeSource 11 pointer omitempty
 scaleIO core.v1.ScaleIOVolumeSource 25 pointer omitempty
 secret core.v1.SecretVolumeSource 6 pointer omitempty
 storageos core.v1.StorageOSVolumeSource 27 pointer omitempty
 vsphereVolume core.v1.VsphereVirtualDiskVolumeSource 20 pointer omitempty
core.v1.VsphereVirtualDiskVolumeSource
 fsType string 2 omitempty
 storagePolicyID string 4 omitempty
 storagePolicyName string 3 omitempty
 volumePath string 1 required default=""
core.v1.WeightedPodAffinityTerm
 podAffinityTerm core.v1.PodAffinityTerm 2 required default={}
 weight int32 1 required default=0
core.v1.WindowsSecurityContextOptions
 gmsaCredentialSpec string 2 pointer omitempty
 gmsaCredentialSpecName string 1 pointer omitempty
 hostProcess boolean 4 pointer omitempty
 runAsUserName string 3 pointer omitempty
discovery.v1.Endpoint
 addresses []string 1 required list=set
 conditions discovery.v1.EndpointConditions 2 omitempty default={}
 deprecatedTopology map[]string 5 omitempty
 hints discovery.v1.EndpointHints 8 pointer omitempty
 hostname string 3 pointer omitempty
 nodeName string 6 pointer omitempty
 targetRef core.v1.ObjectReference 4 pointer omitempty
 zone string 7 pointer omitempty
discovery.v1.EndpointConditions
 ready boolean 1 pointer omitempty
 serving boolean 2 pointer omitempty
 terminating boolean 3 pointer omitempty
discovery.v1.EndpointHints
 forNodes []discovery.v1.ForNode 2 omitempty list=atomic
 forZones []discovery.v1.ForZone 1 omitempty list=atomic
discovery.v1.EndpointPort atomic
 appProtocol string 4 pointer omitempty
 name string 1 pointer omitempty
 port int32 3 pointer omitempty
 protocol string 2 pointer omitempty enum=SCTP|TCP|UDP
discovery.v1.EndpointSlice kind=discovery.k8s.io/v1/EndpointSlice
 addressType string 4 required default="" enum=FQDN|IPv4|IPv6
 apiVersion string envelope
 endpoints []discovery.v1.Endpoint 2 required list=atomic
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 ports []discovery.v1.EndpointPort 3 list=atomic
discovery.v1.EndpointSliceList kind=discovery.k8s.io/v1/EndpointSliceList
 apiVersion string envelope
 items []discovery.v1.EndpointSlice 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
discovery.v1.ForNode
 name string 1 required default=""
discovery.v1.ForZone
 name string 1 required default=""
events.v1.Event kind=events.k8s.io/v1/Event
 action string 6 omitempty
 apiVersion string envelope
 deprecatedCount int32 15 omitempty
 deprecatedFirstTimestamp meta.v1.Time 13 omitempty
 deprecatedLastTimestamp meta.v1.Time 14 omitempty
 deprecatedSource core.v1.EventSource 12 omitempty default={}
 eventTime meta.v1.MicroTime 2 required
 kind string envelope
 metadata meta.v1.ObjectMeta 1 default={}
 note string 10 omitempty
 reason string 7 omitempty
 regarding core.v1.ObjectReference 8 omitempty default={}
 related core.v1.ObjectReference 9 pointer omitempty
 reportingController string 4 omitempty
 reportingInstance string 5 omitempty
 series events.v1.EventSeries 3 pointer omitempty
 type string 11 omitempty
events.v1.EventList kind=events.k8s.io/v1/EventList
 apiVersion string envelope
 items []events.v1.Event 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
events.v1.EventSeries
 count int32 1 required default=0
 lastObservedTime meta.v1.MicroTime 2 required
flowcontrol.v1.ExemptPriorityLevelConfiguration
 lendablePercent int32 2 pointer omitempty
 nominalConcurrencyShares int32 1 pointer omitempty
flowcontrol.v1.FlowDistinguisherMethod
 type string 1 required default=""
flowcontrol.v1.FlowSchema kind=flowcontrol.apiserver.k8s.io/v1/FlowSchema
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec flowcontrol.v1.FlowSchemaSpec 2 omitempty default={}
 status flowcontrol.v1.FlowSchemaStatus 3 omitempty default={}
flowcontrol.v1.FlowSchemaCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 omitempty
 type string 1 omitempty
flowcontrol.v1.FlowSchemaList kind=flowcontrol.apiserver.k8s.io/v1/FlowSchemaList
 apiVersion string envelope
 items []flowcontrol.v1.FlowSchema 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
flowcontrol.v1.FlowSchemaSpec
 distinguisherMethod flowcontrol.v1.FlowDistinguisherMethod 3 pointer omitempty
 matchingPrecedence int32 2 default=0
 priorityLevelConfiguration flowcontrol.v1.PriorityLevelConfigurationReference 1 required default={}
 rules []flowcontrol.v1.PolicyRulesWithSubjects 4 omitempty list=atomic
flowcontrol.v1.FlowSchemaStatus
 conditions []flowcontrol.v1.FlowSchemaCondition 1 omitempty list=map keys=type patch=merge mergekey=type
flowcontrol.v1.GroupSubject
 name string 1 required default=""
flowcontrol.v1.LimitResponse union=type:queuing>Queuing
 queuing flowcontrol.v1.QueuingConfiguration 2 pointer omitempty
 type string 1 required default=""
flowcontrol.v1.LimitedPriorityLevelConfiguration
 borrowingLimitPercent int32 4 pointer omitempty
 lendablePercent int32 3 pointer omitempty
 limitResponse flowcontrol.v1.LimitResponse 2 omitempty default={}
 nominalConcurrencyShares int32 1 pointer
flowcontrol.v1.NonResourcePolicyRule
 nonResourceURLs []string 6 required list=set
 verbs []string 1 required list=set
flowcontrol.v1.PolicyRulesWithSubjects
 nonResourceRules []flowcontrol.v1.NonResourcePolicyRule 3 omitempty list=atomic
 resourceRules []flowcontrol.v1.ResourcePolicyRule 2 omitempty list=atomic
 subjects []flowcontrol.v1.Subject 1 required list=atomic
flowcontrol.v1.PriorityLevelConfiguration kind=flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec flowcontrol.v1.PriorityLevelConfigurationSpec 2 omitempty default={}
 status flowcontrol.v1.PriorityLevelConfigurationStatus 3 omitempty default={}
flowcontrol.v1.PriorityLevelConfigurationCondition
 lastTransitionTime meta.v1.Time 3 omitempty
 message string 5 omitempty
 reason string 4 omitempty
 status string 2 omitempty
 type string 1 omitempty
flowcontrol.v1.PriorityLevelConfigurationList kind=flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfigurationList
 apiVersion string envelope
 items []flowcontrol.v1.PriorityLevelConfiguration 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
flowcontrol.v1.PriorityLevelConfigurationReference
 name string 1 required default=""
flowcontrol.v1.PriorityLevelConfigurationSpec union=type:exempt>Exempt,limited>Limited
 exempt flowcontrol.v1.ExemptPriorityLevelConfiguration 3 pointer omitempty
 limited flowcontrol.v1.LimitedPriorityLevelConfiguration 2 pointer omitempty
 type string 1 required default=""
flowcontrol.v1.PriorityLevelConfigurationStatus
 conditions []flowcontrol.v1.PriorityLevelConfigurationCondition 1 omitempty list=map keys=type patch=merge mergekey=type
flowcontrol.v1.QueuingConfiguration
 handSize int32 2 default=0
 queueLengthLimit int32 3 default=0
 queues int32 1 default=0
flowcontrol.v1.ResourcePolicyRule
 apiGroups []string 2 required list=set
 clusterScope boolean 4 omitempty
 namespaces []string 5 list=set
 resources []string 3 required list=set
 verbs []string 1 required list=set
flowcontrol.v1.ServiceAccountSubject
 name string 2 required default=""
 namespace string 1 required default=""
flowcontrol.v1.Subject union=kind:group>Group,serviceAccount>ServiceAccount,user>User
 group flowcontrol.v1.GroupSubject 3 pointer omitempty
 kind string 1 required default=""
 serviceAccount flowcontrol.v1.ServiceAccountSubject 4 pointer omitempty
 user flowcontrol.v1.UserSubject 2 pointer omitempty
flowcontrol.v1.UserSubject
 name string 1 required default=""
intstr.IntOrString form=intOrString
meta.v1.APIGroup kind=v1/APIGroup
 apiVersion string envelope
 kind string envelope
 name string 1 required default=""
 preferredVersion meta.v1.GroupVersionForDiscovery 3 omitempty default={}
 serverAddressByClientCIDRs []meta.v1.ServerAddressByClientCIDR 4 omitempty list=atomic
 versions []meta.v1.GroupVersionForDiscovery 2 required list=atomic
meta.v1.APIGroupList kind=v1/APIGroupList
 apiVersion string envelope
 groups []meta.v1.APIGroup 1 required list=atomic
 kind string envelope
meta.v1.APIResource
 categories []string 7 omitempty list=atomic
 group string 8 omitempty
 kind string 3 required default=""
 name string 1 required default=""
 namespaced boolean 2 required default=false
 shortNames []string 5 omitempty list=atomic
 singularName string 6 required default=""
 storageVersionHash string 10 omitempty
 verbs []string 4 required wire=meta.v1.Verbs
 version string 9 omitempty
meta.v1.APIResourceList kind=v1/APIResourceList
 apiVersion string envelope
 groupVersion string 1 required default=""
 kind string envelope
 resources []meta.v1.APIResource 2 required list=atomic
meta.v1.APIVersions kind=v1/APIVersions
 apiVersion string envelope
 kind string envelope
 serverAddressByClientCIDRs []meta.v1.ServerAddressByClientCIDR 2 required list=atomic
 versions []string 1 required list=atomic
meta.v1.ApplyOptions unpublished
 dryRun []string 1 omitempty
 fieldManager string 3 required
 force boolean 2 required
meta.v1.Condition
 lastTransitionTime meta.v1.Time 4 required
 message string 6 required default=""
 observedGeneration int64 3 omitempty
 reason string 5 required default=""
 status string 2 required default=""
 type string 1 required default=""
meta.v1.CreateOptions unpublished
 dryRun []string 1 omitempty
 fieldManager string 3 omitempty
 fieldValidation string 4 omitempty
meta.v1.DeleteOptions kind=*/DeleteOptions
 apiVersion string envelope
 dryRun []string 5 omitempty list=atomic
 gracePeriodSeconds int64 1 pointer omitempty
 ignoreStoreReadErrorWithClusterBreakingPotential boolean 6 pointer omitempty
 kind string envelope
 orphanDependents boolean 3 pointer omitempty
 preconditions meta.v1.Preconditions 2 pointer omitempty
 propagationPolicy string 4 pointer omitempty
meta.v1.Duration unpublished form=duration
meta.v1.FieldSelectorRequirement
 key string 1 required default=""
 operator string 2 required default=""
 values []string 3 omitempty list=atomic
meta.v1.FieldsV1 form=anyObject
meta.v1.GetOptions unpublished
 resourceVersion string 1 omitempty
meta.v1.GroupKind unpublished
 group string 1 required
 kind string 2 required
meta.v1.GroupResource unpublished
 group string 1 required
 resource string 2 required
meta.v1.GroupVersion unpublished
 group string 1 required
 version string 2 required
meta.v1.GroupVersionForDiscovery
 groupVersion string 1 required default=""
 version string 2 required default=""
meta.v1.GroupVersionKind unpublished
 group string 1 required
 kind string 3 required
 version string 2 required
meta.v1.GroupVersionResource unpublished
 group string 1 required
 resource string 3 required
 version string 2 required
meta.v1.LabelSelector atomic
 matchExpressions []meta.v1.LabelSelectorRequirement 2 omitempty list=atomic
 matchLabels map[]string 1 omitempty
meta.v1.LabelSelectorRequirement
 key string 1 required default=""
 operator string 2 required default=""
 values []string 3 omitempty list=atomic
meta.v1.List unpublished
 items []runtime.RawExtension 2 required
 metadata meta.v1.ListMeta 1 omitempty
meta.v1.ListMeta
 continue string 3 omitempty
 remainingItemCount int64 4 pointer omitempty
 resourceVersion string 2 omitempty
 selfLink string 1 omitempty
meta.v1.ListOptions unpublished
 allowWatchBookmarks boolean 9 omitempty
 continue string 8 omitempty
 fieldSelector string 2 omitempty
 labelSelector string 1 omitempty
 limit int64 7 omitempty
 resourceVersion string 4 omitempty
 resourceVersionMatch string 10 omitempty
 sendInitialEvents boolean 11 pointer omitempty
 timeoutSeconds int64 5 pointer omitempty
 watch boolean 3 omitempty
meta.v1.ManagedFieldsEntry
 apiVersion string 3 omitempty
 fieldsType string 6 omitempty
 fieldsV1 meta.v1.FieldsV1 7 pointer omitempty
 manager string 1 omitempty
 operation string 2 omitempty
 subresource string 8 omitempty
 time meta.v1.Time 4 pointer omitempty
meta.v1.MicroTime form=microTime
meta.v1.ObjectMeta
 annotations map[]string 12 omitempty
 creationTimestamp meta.v1.Time 8 omitempty
 deletionGracePeriodSeconds int64 10 pointer omitempty
 deletionTimestamp meta.v1.Time 9 pointer omitempty
 finalizers []string 14 omitempty list=set patch=merge
 generateName string 2 omitempty
 generation int64 7 omitempty
 labels map[]string 11 omitempty
 managedFields []meta.v1.ManagedFieldsEntry 17 omitempty list=atomic
 name string 1 omitempty
 namespace string 3 omitempty
 ownerReferences []meta.v1.OwnerReference 13 omitempty list=map keys=uid patch=merge mergekey=uid
 resourceVersion string 6 omitempty
 selfLink string 4 omitempty
 uid string 5 omitempty
meta.v1.OwnerReference atomic
 apiVersion string 5 required default=""
 blockOwnerDeletion boolean 7 pointer omitempty
 controller boolean 6 pointer omitempty
 kind string 1 required default=""
 name string 3 required default=""
 uid string 4 required default=""
meta.v1.PartialObjectMetadata kind=meta.k8s.io/v1/PartialObjectMetadata unpublished
 metadata meta.v1.ObjectMeta 1 omitempty
meta.v1.PartialObjectMetadataList kind=meta.k8s.io/v1/PartialObjectMetadataList unpublished
 items []meta.v1.PartialObjectMetadata 2 required
 metadata meta.v1.ListMeta 1 omitempty
meta.v1.Patch form=any
meta.v1.PatchOptions unpublished
 dryRun []string 1 omitempty
 fieldManager string 3 omitempty
 fieldValidation string 4 omitempty
 force boolean 2 pointer omitempty
meta.v1.Preconditions
 resourceVersion string 2 pointer omitempty
 uid string 1 pointer omitempty
meta.v1.RootPaths unpublished
 paths []string 1 required
meta.v1.ServerAddressByClientCIDR
 clientCIDR string 1 required default=""
 serverAddress string 2 required default=""
meta.v1.Status kind=v1/Status
 apiVersion string envelope
 code int32 6 omitempty
 details meta.v1.StatusDetails 5 pointer omitempty list=atomic
 kind string envelope
 message string 3 omitempty
 metadata meta.v1.ListMeta 1 omitempty default={}
 reason string 4 omitempty
 status string 2 omitempty
meta.v1.StatusCause
 field string 3 omitempty
 message string 2 omitempty
 reason string 1 omitempty
meta.v1.StatusDetails
 causes []meta.v1.StatusCause 4 omitempty list=atomic
 group string 2 omitempty
 kind string 3 omitempty
 name string 1 omitempty
 retryAfterSeconds int32 5 omitempty
 uid string 6 omitempty
meta.v1.Table kind=meta.k8s.io/v1/Table unpublished noproto
 columnDefinitions []meta.v1.TableColumnDefinition - required
 metadata meta.v1.ListMeta - omitempty
 rows []meta.v1.TableRow - required
meta.v1.TableColumnDefinition unpublished noproto
 description string - required
 format string - required
 name string - required
 priority int32 - required
 type string - required
meta.v1.TableOptions unpublished
 includeObject string 1 omitempty
meta.v1.TableRow unpublished noproto
 cells []any - required
 conditions []meta.v1.TableRowCondition - omitempty
 object runtime.RawExtension - omitempty
meta.v1.TableRowCondition unpublished noproto
 message string - omitempty
 reason string - omitempty
 status string - required
 type string - required
meta.v1.Time form=time
meta.v1.Timestamp unpublished
 nanos int32 2 required
 seconds int64 1 required
meta.v1.TypeMeta unpublished
 apiVersion string 2 omitempty
 kind string 1 omitempty
meta.v1.UpdateOptions unpublished
 dryRun []string 1 omitempty
 fieldManager string 2 omitempty
 fieldValidation string 3 omitempty
meta.v1.Verbs unpublished
 items []string 1
meta.v1.WatchEvent kind=*/WatchEvent
 object runtime.RawExtension 2 required
 type string 1 required default=""
metrics.v1beta1.ContainerMetrics unpublished
 name string 1 required
 usage map[]resource.Quantity 2 required
metrics.v1beta1.NodeMetrics kind=metrics.k8s.io/v1beta1/NodeMetrics unpublished
 metadata meta.v1.ObjectMeta 1 omitempty
 timestamp meta.v1.Time 2 required
 usage map[]resource.Quantity 4 required
 window meta.v1.Duration 3 required
metrics.v1beta1.NodeMetricsList kind=metrics.k8s.io/v1beta1/NodeMetricsList unpublished
 items []metrics.v1beta1.NodeMetrics 2 required
 metadata meta.v1.ListMeta 1 omitempty
metrics.v1beta1.PodMetrics kind=metrics.k8s.io/v1beta1/PodMetrics unpublished
 containers []metrics.v1beta1.ContainerMetrics 4 required
 metadata meta.v1.ObjectMeta 1 omitempty
 timestamp meta.v1.Time 2 required
 window meta.v1.Duration 3 required
metrics.v1beta1.PodMetricsList kind=metrics.k8s.io/v1beta1/PodMetricsList unpublished
 items []metrics.v1beta1.PodMetrics 2 required
 metadata meta.v1.ListMeta 1 omitempty
networking.v1.HTTPIngressPath
 backend networking.v1.IngressBackend 2 required default={}
 path string 1 omitempty
 pathType string 3 required pointer enum=Exact|ImplementationSpecific|Prefix
networking.v1.HTTPIngressRuleValue
 paths []networking.v1.HTTPIngressPath 1 required list=atomic
networking.v1.IPAddress kind=networking.k8s.io/v1/IPAddress
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec networking.v1.IPAddressSpec 2 omitempty default={}
networking.v1.IPAddressList kind=networking.k8s.io/v1/IPAddressList
 apiVersion string envelope
 items []networking.v1.IPAddress 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
networking.v1.IPAddressSpec
 parentRef networking.v1.ParentReference 1 required pointer omitempty
networking.v1.IPBlock
 cidr string 1 required default=""
 except []string 2 omitempty list=atomic
networking.v1.Ingress kind=networking.k8s.io/v1/Ingress
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec networking.v1.IngressSpec 2 omitempty default={}
 status networking.v1.IngressStatus 3 omitempty default={}
networking.v1.IngressBackend
 resource core.v1.TypedLocalObjectReference 3 pointer omitempty
 service networking.v1.IngressServiceBackend 4 pointer omitempty
networking.v1.IngressClass kind=networking.k8s.io/v1/IngressClass
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec networking.v1.IngressClassSpec 2 omitempty default={}
networking.v1.IngressClassList kind=networking.k8s.io/v1/IngressClassList
 apiVersion string envelope
 items []networking.v1.IngressClass 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
networking.v1.IngressClassParametersReference
 apiGroup string 1 pointer omitempty
 kind string 2 required default=""
 name string 3 required default=""
 namespace string 5 pointer omitempty
 scope string 4 pointer
networking.v1.IngressClassSpec
 controller string 1 omitempty
 parameters networking.v1.IngressClassParametersReference 2 pointer omitempty
networking.v1.IngressList kind=networking.k8s.io/v1/IngressList
 apiVersion string envelope
 items []networking.v1.Ingress 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
networking.v1.IngressLoadBalancerIngress
 hostname string 2 omitempty
 ip string 1 omitempty
 ports []networking.v1.IngressPortStatus 4 omitempty list=atomic
networking.v1.IngressLoadBalancerStatus
 ingress []networking.v1.IngressLoadBalancerIngress 1 omitempty list=atomic
networking.v1.IngressPortStatus
 error string 3 pointer omitempty
 port int32 1 required default=0
 protocol string 2 required default="" enum=SCTP|TCP|UDP
networking.v1.IngressRule embed=2:networking.v1.IngressRuleValue
 host string 1 omitempty
 http networking.v1.HTTPIngressRuleValue 2.1 pointer omitempty
networking.v1.IngressRuleValue unpublished
 http networking.v1.HTTPIngressRuleValue 1 pointer omitempty
networking.v1.IngressServiceBackend
 name string 1 required default=""
 port networking.v1.ServiceBackendPort 2 omitempty default={}
networking.v1.IngressSpec
 defaultBackend networking.v1.IngressBackend 1 pointer omitempty
 ingressClassName string 4 pointer omitempty
 rules []networking.v1.IngressRule 3 omitempty list=atomic
 tls []networking.v1.IngressTLS 2 omitempty list=atomic
networking.v1.IngressStatus
 loadBalancer networking.v1.IngressLoadBalancerStatus 1 omitempty default={}
networking.v1.IngressTLS
 hosts []string 1 omitempty list=atomic
 secretName string 2 omitempty
networking.v1.NetworkPolicy kind=networking.k8s.io/v1/NetworkPolicy
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec networking.v1.NetworkPolicySpec 2 omitempty default={}
networking.v1.NetworkPolicyEgressRule
 ports []networking.v1.NetworkPolicyPort 1 omitempty list=atomic
 to []networking.v1.NetworkPolicyPeer 2 omitempty list=atomic
networking.v1.NetworkPolicyIngressRule
 from []networking.v1.NetworkPolicyPeer 2 omitempty list=atomic
 ports []networking.v1.NetworkPolicyPort 1 omitempty list=atomic
networking.v1.NetworkPolicyList kind=networking.k8s.io/v1/NetworkPolicyList
 apiVersion string envelope
 items []networking.v1.NetworkPolicy 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
networking.v1.NetworkPolicyPeer
 ipBlock networking.v1.IPBlock 3 pointer omitempty
 namespaceSelector meta.v1.LabelSelector 2 pointer omitempty
 podSelector meta.v1.LabelSelector 1 pointer omitempty
networking.v1.NetworkPolicyPort
 endPort int32 3 pointer omitempty
 port intstr.IntOrString 2 pointer omitempty
 protocol string 1 pointer omitempty enum=SCTP|TCP|UDP
networking.v1.NetworkPolicySpec
 egress []networking.v1.NetworkPolicyEgressRule 3 omitempty list=atomic
 ingress []networking.v1.NetworkPolicyIngressRule 2 omitempty list=atomic
 podSelector meta.v1.LabelSelector 1 required default={}
 policyTypes []string 4 omitempty list=atomic enum=Egress|Ingress
networking.v1.ParentReference
 group string 1 omitempty
 name string 4 required omitempty
 namespace string 3 omitempty
 resource string 2 required omitempty
networking.v1.ServiceBackendPort atomic
 name string 1 omitempty
 number int32 2 omitempty
networking.v1.ServiceCIDR kind=networking.k8s.io/v1/ServiceCIDR
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec networking.v1.ServiceCIDRSpec 2 omitempty default={}
 status networking.v1.ServiceCIDRStatus 3 omitempty default={}
networking.v1.ServiceCIDRList kind=networking.k8s.io/v1/ServiceCIDRList
 apiVersion string envelope
 items []networking.v1.ServiceCIDR 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
networking.v1.ServiceCIDRSpec
 cidrs []string 1 omitempty list=atomic
networking.v1.ServiceCIDRStatus
 conditions []meta.v1.Condition 1 omitempty list=map keys=type patch=merge mergekey=type
node.v1.Overhead
 podFixed map[]resource.Quantity 1 omitempty
node.v1.RuntimeClass kind=node.k8s.io/v1/RuntimeClass
 apiVersion string envelope
 handler string 2 required default=""
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 overhead node.v1.Overhead 3 pointer omitempty
 scheduling node.v1.Scheduling 4 pointer omitempty
node.v1.RuntimeClassList kind=node.k8s.io/v1/RuntimeClassList
 apiVersion string envelope
 items []node.v1.RuntimeClass 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
node.v1.Scheduling
 nodeSelector map[]string 1 omitempty struct=atomic
 tolerations []core.v1.Toleration 2 omitempty list=atomic
policy.v1.Eviction kind=policy/v1/Eviction
 apiVersion string envelope
 deleteOptions meta.v1.DeleteOptions 2 pointer omitempty
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
policy.v1.PodDisruptionBudget kind=policy/v1/PodDisruptionBudget
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec policy.v1.PodDisruptionBudgetSpec 2 omitempty default={}
 status policy.v1.PodDisruptionBudgetStatus 3 omitempty default={}
policy.v1.PodDisruptionBudgetList kind=policy/v1/PodDisruptionBudgetList
 apiVersion string envelope
 items []policy.v1.PodDisruptionBudget 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
policy.v1.PodDisruptionBudgetSpec
 maxUnavailable intstr.IntOrString 3 pointer omitempty
 minAvailable intstr.IntOrString 1 pointer omitempty
 selector meta.v1.LabelSelector 2 pointer omitempty patch=replace
 unhealthyPodEvictionPolicy string 4 pointer omitempty enum=AlwaysAllow|IfHealthyBudget
policy.v1.PodDisruptionBudgetStatus
 conditions []meta.v1.Condition 7 omitempty list=map keys=type patch=merge mergekey=type
 currentHealthy int32 4 required default=0
 desiredHealthy int32 5 required default=0
 disruptedPods map[]meta.v1.Time 2 omitempty
 disruptionsAllowed int32 3 required default=0
 expectedPods int32 6 required default=0
 observedGeneration int64 1 omitempty
rbac.v1.AggregationRule
 clusterRoleSelectors []meta.v1.LabelSelector 1 omitempty list=atomic
rbac.v1.ClusterRole kind=rbac.authorization.k8s.io/v1/ClusterRole
 aggregationRule rbac.v1.AggregationRule 3 pointer omitempty
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 rules []rbac.v1.PolicyRule 2 list=atomic
rbac.v1.ClusterRoleBinding kind=rbac.authorization.k8s.io/v1/ClusterRoleBinding
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 roleRef rbac.v1.RoleRef 3 required default={}
 subjects []rbac.v1.Subject 2 omitempty list=atomic
rbac.v1.ClusterRoleBindingList kind=rbac.authorization.k8s.io/v1/ClusterRoleBindingList
 apiVersion string envelope
 items []rbac.v1.ClusterRoleBinding 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
rbac.v1.ClusterRoleList kind=rbac.authorization.k8s.io/v1/ClusterRoleList
 apiVersion string envelope
 items []rbac.v1.ClusterRole 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
rbac.v1.PolicyRule
 apiGroups []string 2 omitempty list=atomic
 nonResourceURLs []string 5 omitempty list=atomic
 resourceNames []string 4 omitempty list=atomic
 resources []string 3 omitempty list=atomic
 verbs []string 1 required list=atomic
rbac.v1.Role kind=rbac.authorization.k8s.io/v1/Role
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 rules []rbac.v1.PolicyRule 2 list=atomic
rbac.v1.RoleBinding kind=rbac.authorization.k8s.io/v1/RoleBinding
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 roleRef rbac.v1.RoleRef 3 required default={}
 subjects []rbac.v1.Subject 2 omitempty list=atomic
rbac.v1.RoleBindingList kind=rbac.authorization.k8s.io/v1/RoleBindingList
 apiVersion string envelope
 items []rbac.v1.RoleBinding 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
rbac.v1.RoleList kind=rbac.authorization.k8s.io/v1/RoleList
 apiVersion string envelope
 items []rbac.v1.Role 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
rbac.v1.RoleRef atomic
 apiGroup string 1 required default=""
 kind string 2 required default=""
 name string 3 required default=""
rbac.v1.Subject atomic
 apiGroup string 2 omitempty
 kind string 1 required default=""
 name string 3 required default=""
 namespace string 4 omitempty
resource.Quantity form=quantity
resource.QuantityValue unpublished
 string string 1
runtime.RawExtension form=anyObject
runtime.TypeMeta unpublished
 apiVersion string 1 omitempty
 kind string 2 omitempty
runtime.Unknown unpublished
 contentEncoding string 3
 contentType string 4
 raw bytes 2
 typeMeta runtime.TypeMeta 1
scheduling.v1.PriorityClass kind=scheduling.k8s.io/v1/PriorityClass
 apiVersion string envelope
 description string 4 omitempty
 globalDefault boolean 3 omitempty
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 preemptionPolicy string 5 pointer omitempty enum=Never|PreemptLowerPriority
 value int32 2 required default=0
scheduling.v1.PriorityClassList kind=scheduling.k8s.io/v1/PriorityClassList
 apiVersion string envelope
 items []scheduling.v1.PriorityClass 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
storage.v1.CSIDriver kind=storage.k8s.io/v1/CSIDriver
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec storage.v1.CSIDriverSpec 2 required default={}
storage.v1.CSIDriverList kind=storage.k8s.io/v1/CSIDriverList
 apiVersion string envelope
 items []storage.v1.CSIDriver 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
storage.v1.CSIDriverSpec
 attachRequired boolean 1 pointer omitempty
 fsGroupPolicy string 5 pointer omitempty
 nodeAllocatableUpdatePeriodSeconds int64 9 pointer omitempty
 podInfoOnMount boolean 2 pointer omitempty
 requiresRepublish boolean 7 pointer omitempty
 seLinuxMount boolean 8 pointer omitempty
 storageCapacity boolean 4 pointer omitempty
 tokenRequests []storage.v1.TokenRequest 6 omitempty list=atomic
 volumeLifecycleModes []string 3 omitempty list=set
storage.v1.CSINode kind=storage.k8s.io/v1/CSINode
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec storage.v1.CSINodeSpec 2 required default={}
storage.v1.CSINodeDriver
 allocatable storage.v1.VolumeNodeResources 4 pointer omitempty
 name string 1 required default=""
 nodeID string 2 required default=""
 topologyKeys []string 3 list=atomic
storage.v1.CSINodeList kind=storage.k8s.io/v1/CSINodeList
 apiVersion string envelope
 items []storage.v1.CSINode 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
storage.v1.CSINodeSpec
 drivers []storage.v1.CSINodeDriver 1 required list=map keys=name patch=merge mergekey=name
storage.v1.CSIStorageCapacity kind=storage.k8s.io/v1/CSIStorageCapacity
 apiVersion string envelope
 capacity resource.Quantity 4 pointer omitempty
 kind string envelope
 maximumVolumeSize resource.Quantity 5 pointer omitempty
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 nodeTopology meta.v1.LabelSelector 2 pointer omitempty
 storageClassName string 3 required default=""
storage.v1.CSIStorageCapacityList kind=storage.k8s.io/v1/CSIStorageCapacityList
 apiVersion string envelope
 items []storage.v1.CSIStorageCapacity 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
storage.v1.StorageClass kind=storage.k8s.io/v1/StorageClass
 allowVolumeExpansion boolean 6 pointer omitempty
 allowedTopologies []core.v1.TopologySelectorTerm 8 omitempty list=atomic
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 mountOptions []string 5 omitempty list=atomic
 parameters map[]string 3 omitempty
 provisioner string 2 required default=""
 reclaimPolicy string 4 pointer omitempty enum=Delete|Recycle|Retain
 volumeBindingMode string 7 pointer omitempty enum=Immediate|WaitForFirstConsumer
storage.v1.StorageClassList kind=storage.k8s.io/v1/StorageClassList
 apiVersion string envelope
 items []storage.v1.StorageClass 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
storage.v1.TokenRequest
 audience string 1 required default=""
 expirationSeconds int64 2 pointer omitempty
storage.v1.VolumeAttachment kind=storage.k8s.io/v1/VolumeAttachment
 apiVersion string envelope
 kind string envelope
 metadata meta.v1.ObjectMeta 1 omitempty default={}
 spec storage.v1.VolumeAttachmentSpec 2 required default={}
 status storage.v1.VolumeAttachmentStatus 3 omitempty default={}
storage.v1.VolumeAttachmentList kind=storage.k8s.io/v1/VolumeAttachmentList
 apiVersion string envelope
 items []storage.v1.VolumeAttachment 2 required
 kind string envelope
 metadata meta.v1.ListMeta 1 omitempty default={}
storage.v1.VolumeAttachmentSource
 inlineVolumeSpec core.v1.PersistentVolumeSpec 2 pointer omitempty
 persistentVolumeName string 1 pointer omitempty
storage.v1.VolumeAttachmentSpec
 attacher string 1 required default=""
 nodeName string 3 required default=""
 source storage.v1.VolumeAttachmentSource 2 required default={}
storage.v1.VolumeAttachmentStatus
 attachError storage.v1.VolumeError 3 pointer omitempty
 attached boolean 1 required default=false
 attachmentMetadata map[]string 2 omitempty
 detachError storage.v1.VolumeError 4 pointer omitempty
storage.v1.VolumeError
 errorCode int32 3 pointer omitempty
 message string 2 omitempty
 time meta.v1.Time 1 omitempty
storage.v1.VolumeNodeResources
 count int32 1 pointer omitempty
version.Info noproto
 buildDate string - required default=""
 compiler string - required default=""
 emulationMajor string -
 emulationMinor string -
 gitCommit string - required default=""
 gitTreeState string - required default=""
 gitVersion string - required default=""
 goVersion string - required default=""
 major string - required default=""
 minCompatibilityMajor string -
 minCompatibilityMinor string -
 minor string - required default=""
 platform string - required default=""
"""#
