"""PyPI's `lightkube` against a cluster: lightkube_client.py FOLDER NAMESPACE

FOLDER is of a cluster of `keelson up`. Checks what it reads back and ends with 0 only if all of it was
right. While watches run it kills the API servers with -9, one at a time; the cluster's supervisor
starts them again. Compacts the store.
"""

import sys

from lightkube import Client, KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.generic_resource import create_namespaced_resource
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Namespace, ServiceAccount
from lightkube.types import OnErrorAction, OnErrorResult, PatchType

from cluster import Cluster, Library, until

cluster = Cluster(sys.argv[1])
namespace = sys.argv[2]
kubeconfig = KubeConfig.from_file(f"{cluster.folder}/kubeconfig")
# One client for each API server; the first one's for what needs no other.
every = [
    Client(config=kubeconfig.get(name), namespace=namespace, field_manager="script")
    for name in kubeconfig.contexts
]
api = every[0]
library = Library(ApiError, lambda error: error.status.code)
status_of = library.status_of


def config_map(name, data=None, labels=None):
    return ConfigMap(
        apiVersion="v1", kind="ConfigMap", data=data or {},
        metadata=ObjectMeta(name=name, namespace=namespace, labels=labels),
    )


def creates_and_chunks():
    for number in range(25):
        api.create(config_map(f"chunk-{number:02}", {"n": str(number)}, {"set": "chunks"}))
    assert status_of(api.create, config_map("chunk-00")) == 409
    assert status_of(api.create, config_map("Not Valid")) == 422
    assert status_of(api.get, ConfigMap, "none") == 404
    found = [o.metadata.name for o in api.list(ConfigMap, chunk_size=4, labels={"set": "chunks"})]
    assert found == [f"chunk-{number:02}" for number in range(25)], found


def patches():
    api.create(config_map("patched", {"a": "1", "b": "1"}))
    one = api.patch(ConfigMap, "patched", {"data": {"a": None}}, patch_type=PatchType.MERGE)
    assert one.data == {"b": "1"}
    one = api.patch(ConfigMap, "patched", {"data": {"b": "2"}})
    assert one.data == {"b": "2"}
    one = api.patch(
        ConfigMap, "patched", [{"op": "add", "path": "/data/c", "value": "3"}],
        patch_type=PatchType.JSON,
    )
    assert one.data == {"b": "2", "c": "3"}
    applied = config_map("patched", {"b": "7"})
    assert status_of(api.apply, applied, field_manager="other") == 409
    one = api.apply(applied, field_manager="other", force=True)
    assert one.data == {"b": "7", "c": "3"}
    assert status_of(api.apply, config_map("fresh", {"a": "1"}), field_manager="other") == 200
    stale = api.get(ConfigMap, "patched")
    api.patch(ConfigMap, "patched", {"data": {"d": "1"}})
    stale.data["e"] = "1"
    assert status_of(api.replace, stale) == 409


def generic_resources():
    deployment = create_namespaced_resource("apps", "v1", "Deployment", "deployments")
    labels = {"app": "generic"}
    api.create(deployment(
        metadata={"name": "generic", "namespace": namespace},
        spec={
            "replicas": 1, "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{
                        "name": "main", "image": "none", "command": ["sleep", "100000"],
                    }],
                },
            },
        },
    ))
    for _, found in api.watch(deployment, fields={"metadata.name": "generic"}):
        if (found.status or {}).get("readyReplicas") == 1:
            break
    api.delete(deployment, "generic")


def watches_resume():
    listed = api.list(ConfigMap, labels={"set": "watched"})
    assert list(listed) == []

    def make(server, name):
        every[server].create(config_map(name, {}, {"set": "watched"}))

    def follow(server, revision):
        for kind, found in every[server].watch(
            ConfigMap, labels={"set": "watched"}, resource_version=revision, server_timeout=10,
        ):
            yield kind, found.metadata.name, found.metadata.resourceVersion

    library.watches_resume(cluster, listed.resourceVersion, make, follow)


def what_is_gone():
    """A watch from before a compaction ends with 410; lightkube's own recovery begins anew."""
    listed = api.list(ConfigMap, labels={"set": "chunks"})
    names = [found.metadata.name for found in listed]
    api.create(config_map("behind", {}, {"set": "chunks"}))
    cluster.compact()
    for server, there in enumerate(every):
        cluster.kill(server)
        cluster.await_ready(server)
        codes = []

        def recover(error, count):
            codes.append(error.status.code)
            assert error.status.reason == "Expired", error.status
            return OnErrorResult(OnErrorAction.RETRY)

        seen = []
        for kind, found in there.watch(
            ConfigMap, labels={"set": "chunks"}, resource_version=listed.resourceVersion,
            on_error=recover,
        ):
            assert kind == "ADDED", kind
            seen.append(found.metadata.name)
            if len(seen) == len(names) + 1:
                break
        assert codes == [410], codes
        assert sorted(seen) == sorted(names + ["behind"]), seen


api.create(Namespace(metadata=ObjectMeta(name=namespace)))
# Pods are refused before their namespace's account is made.
until(lambda: status_of(api.get, ServiceAccount, "default") == 200, "no service account")
for part in (creates_and_chunks, patches, generic_resources, watches_resume, what_is_gone):
    part()
    print(f"ok {part.__name__}", flush=True)
api.delete(Namespace, namespace)
