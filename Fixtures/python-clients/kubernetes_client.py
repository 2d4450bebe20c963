"""PyPI's `kubernetes` against a cluster: kubernetes_client.py FOLDER NAMESPACE

FOLDER is of a cluster of `keelson up`. Checks what it reads back and ends with 0 only if all of it was
right. While watches run it kills the API servers with -9, one at a time; the cluster's supervisor
starts them again. Compacts the store.
"""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException

from cluster import Cluster, Library, until

cluster = Cluster(sys.argv[1])
namespace = sys.argv[2]
kubeconfig = f"{cluster.folder}/kubeconfig"
config.load_kube_config(kubeconfig)
contexts = [context["name"] for context in config.list_kube_config_contexts(kubeconfig)[0]]
# One client for each API server; the first one's for what needs no other.
every = [client.CoreV1Api(config.new_client_from_config(kubeconfig, name)) for name in contexts]
core = every[0]
library = Library(ApiException, lambda error: error.status)
status_of = library.status_of


def config_map(name, data=None, labels=None):
    return client.V1ConfigMap(
        metadata=client.V1ObjectMeta(name=name, labels=labels), data=data or {}
    )


def creates_and_chunks():
    for number in range(25):
        core.create_namespaced_config_map(
            namespace, config_map(f"chunk-{number:02}", {"n": str(number)}, {"set": "chunks"})
        )
    assert status_of(core.create_namespaced_config_map, namespace, config_map("chunk-00")) == 409
    assert status_of(core.create_namespaced_config_map, namespace, config_map("Not Valid")) == 422
    assert status_of(core.read_namespaced_config_map, "none", namespace) == 404
    names, token, revisions = [], None, set()
    while True:
        page = core.list_namespaced_config_map(
            namespace, label_selector="set=chunks", limit=7, _continue=token
        )
        names += [item.metadata.name for item in page.items]
        revisions.add(page.metadata.resource_version)
        if token is None:
            # What comes between the pages is not in the list: it is of one revision.
            core.create_namespaced_config_map(
                namespace, config_map("chunk-99", {}, {"set": "chunks"})
            )
        token = page.metadata._continue
        if not token:
            break
    assert names == [f"chunk-{number:02}" for number in range(25)], names
    assert len(revisions) == 1, revisions
    one = core.list_namespaced_config_map(namespace, field_selector="metadata.name=chunk-03")
    assert [item.metadata.name for item in one.items] == ["chunk-03"]


def patches():
    core.create_namespaced_config_map(namespace, config_map("patched", {"a": "1", "b": "1"}))

    def patch(content_type, body, **query):
        return core.patch_namespaced_config_map(
            "patched", namespace, body, _content_type=content_type, **query
        )

    assert patch("application/merge-patch+json", {"data": {"a": None}}).data == {"b": "1"}
    changed = patch(
        "application/json-patch+json", [{"op": "add", "path": "/data/c", "value": "3"}]
    )
    assert changed.data == {"b": "1", "c": "3"}
    changed = patch("application/strategic-merge-patch+json", {"data": {"b": "2"}})
    assert changed.data == {"b": "2", "c": "3"}
    applied = {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "patched"},
        "data": {"b": "7"},
    }
    try:
        patch("application/apply-patch+yaml", applied, field_manager="script")
        raise AssertionError("a conflict was not found")
    except ApiException as error:
        assert error.status == 409, error.status
        assert "FieldManagerConflict" in error.body, error.body
        assert ".data.b" in error.body, error.body
    changed = patch("application/apply-patch+yaml", applied, field_manager="script", force=True)
    assert changed.data == {"b": "7", "c": "3"}
    managers = {entry.manager: entry.operation for entry in changed.metadata.managed_fields}
    assert managers["script"] == "Apply", managers
    stale = core.read_namespaced_config_map("patched", namespace)
    core.patch_namespaced_config_map("patched", namespace, {"data": {"d": "1"}})
    stale.data["e"] = "1"
    assert status_of(core.replace_namespaced_config_map, "patched", namespace, stale) == 409
    try:
        patch("application/json", {"data": {"a": "1"}})
        raise AssertionError("a patch of no kind was taken")
    except ApiException as error:
        assert error.status == 415, error.status
        answer = json.loads(error.body)
        assert answer["reason"] == "UnsupportedMediaType", answer
        assert answer["message"] == "415: Unsupported Media Type", answer


def dynamic_client():
    api = dynamic.DynamicClient(client.ApiClient())
    deployments = api.resources.get(api_version="apps/v1", kind="Deployment")
    body = {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "dynamic"},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "dynamic"}},
            "template": {
                "metadata": {"labels": {"app": "dynamic"}},
                "spec": {
                    "terminationGracePeriodSeconds": 1,
                    "containers": [{
                        "name": "main", "image": "none", "command": ["sleep", "100000"],
                    }],
                },
            },
        },
    }
    deployments.create(body=body, namespace=namespace)
    for event in deployments.watch(namespace=namespace, timeout=60):
        state = event["object"].status
        if event["object"].metadata.name == "dynamic" and state.readyReplicas == 1:
            break
    else:
        raise AssertionError("the deployment did not get ready")
    found = deployments.get(name="dynamic", namespace=namespace)
    assert found.spec.strategy.type == "RollingUpdate"
    deployments.delete(name="dynamic", namespace=namespace)


def watches_resume():
    labels = {"set": "watched"}
    listed = core.list_namespaced_config_map(namespace, label_selector="set=watched")

    def make(server, name):
        every[server].create_namespaced_config_map(namespace, config_map(name, {}, labels))

    def follow(server, revision):
        for event in watch.Watch().stream(
            every[server].list_namespaced_config_map, namespace,
            label_selector="set=watched", resource_version=revision, timeout_seconds=10,
            allow_watch_bookmarks=True,
        ):
            meta = event["object"].metadata
            yield event["type"], meta.name, meta.resource_version

    library.watches_resume(cluster, listed.metadata.resource_version, make, follow)


def gone_of(call, *args, **kwargs):
    """The Status of a call that must be answered with 410."""
    try:
        call(*args, **kwargs)
    except ApiException as error:
        assert error.status == 410, (error.status, error.body)
        answer = json.loads(error.body)
        assert answer["reason"] == "Expired", answer
        return answer
    raise AssertionError("410 was expected")


def what_is_gone():
    """Revisions before a compaction: lists, chunks and watches of them end with 410, and go on anew."""
    page = core.list_namespaced_config_map(namespace, label_selector="set=watched", limit=3)
    old = page.metadata.resource_version
    core.create_namespaced_config_map(namespace, config_map("behind", {}, {"set": "watched"}))
    cluster.compact()
    gone_of(core.list_namespaced_config_map, namespace, resource_version=old,
            resource_version_match="Exact")
    answer = gone_of(
        core.list_namespaced_config_map, namespace, label_selector="set=watched", limit=3,
        _continue=page.metadata._continue)
    rest = core.list_namespaced_config_map(
        namespace, label_selector="set=watched", _continue=answer["metadata"]["continue"])
    # Of 201: three were on the first page, and the newest one comes before them.
    assert len(rest.items) == 197, len(rest.items)
    # What a server has seen it still tells; one that starts now cannot have seen it.
    for server, api in enumerate(every):
        cluster.kill(server)
        cluster.await_ready(server)
        try:
            for event in watch.Watch().stream(
                api.list_namespaced_config_map, namespace, resource_version=old,
            ):
                raise AssertionError(f"what is gone was told: {event}")
            raise AssertionError("the watch ended without a word")
        except ApiException as error:
            assert error.status == 410, error
            assert error.reason.startswith("Expired: too old resource version: " + old), error
        # As every client recovers: it lists, and watches from there.
        listed = api.list_namespaced_config_map(namespace, label_selector="set=watched")
        assert len(listed.items) == 201 + server, len(listed.items)
        core.create_namespaced_config_map(
            namespace, config_map(f"since-{server}", {}, {"set": "watched"}))
        for event in watch.Watch().stream(
            api.list_namespaced_config_map, namespace, timeout_seconds=30,
            resource_version=listed.metadata.resource_version,
        ):
            assert event["type"] == "ADDED" and event["object"].metadata.name == f"since-{server}"
            break
        else:
            raise AssertionError("nothing came")


def deletions():
    core.delete_collection_namespaced_config_map(namespace, label_selector="set=chunks")
    left = core.list_namespaced_config_map(namespace, label_selector="set=chunks")
    assert left.items == []


core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))
# Pods are refused before their namespace's account is made.
until(lambda: status_of(core.read_namespaced_service_account, "default", namespace) == 200,
      "no service account")
for part in (
    creates_and_chunks, patches, dynamic_client, watches_resume, what_is_gone, deletions
):
    part()
    print(f"ok {part.__name__}", flush=True)
core.delete_namespace(namespace)
