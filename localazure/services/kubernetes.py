"""Kubernetes objects of an agent on an AKS cluster, as pulumi-kubernetes registers them.

Their ids are `<namespace>/<name>`; in the world they stand under `/kubernetes`, each kind by itself, for objects of
different kinds may have the same name. Facts: "Object Names and IDs", "Namespaces", "Deployments" and "Configure
Service Accounts for Pods", kubernetes.io, 2026; types, inputs and what only a replacement changes from
pulumi-kubernetes 4.34.2 (`provider/pkg/provider/diff.go`).

Differences from Kubernetes: nothing runs and nothing is filled in but what is listed here; `spec` is taken as it is,
where no rule below looks at it. All providers speak to the same cluster, whichever they name, and it exists without
one. A name has to be given: none is made up. Objects that this world did not make are not there, but for the namespaces
of every cluster. A deployment whose service account is missing is refused at once, where pulumi-kubernetes would wait
for its pods in vain. Kinds that are not listed at the end are refused by name. The real engine is not served: its
plugin for Kubernetes speaks to real clusters.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from localazure.arm.common_rules import all_of, constant, kept_from_creation
from localazure.arm.permissions import Purpose, RequestedOperation
from localazure.arm.resource_type import ComputedOutput, PlaceholderFunction, Request, ResourceType, Rules
from localazure.arm.world import Values, World
from localazure.errors import AzureError

PROVIDER = "pulumi:providers:kubernetes"
_NAMESPACE = "kubernetes/namespaces"
_CLUSTER = "azure-native:containerservice:ManagedCluster"

# Types and names: RFC 1123 labels, RFC 1123 subdomains, and RFC 1035 labels for services.
_LABEL = (
    r"(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?",
    "1 to 63 lower-case letters, digits and '-', and no '-' at the start or end",
)
_SUBDOMAIN = (
    r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
    "1 to 253 lower-case letters, digits, '-' and '.', with a letter or digit at the start and end of each part",
)
_SERVICE_NAME = (
    r"(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?",
    "1 to 63 lower-case letters, digits and '-', starting with a letter and not ending with '-'",
)
_BUILT_IN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_DEFAULT_NAMESPACE = "default"


def _name(_world: World, inputs: Values) -> str:
    return str(_metadata(inputs).get("name") or "")


def _namespace(_world: World, inputs: Values) -> str:
    return str(_metadata(inputs).get("namespace") or _DEFAULT_NAMESPACE)


def _metadata(inputs: Values) -> Values:
    found = inputs.get("metadata")
    return cast("Values", found) if isinstance(found, dict) else {}


# What must exist, and other reasons to refuse
def _named(kind: str, pattern: str, words: str) -> Rules:
    def rule(request: Request) -> Iterator[AzureError]:
        name = _name(request.world, request.inputs)
        if not name:
            yield AzureError(
                "Invalid", f"{kind}: metadata.name is missing; local Azure generates no names, give a name", 422
            )
        elif not re.fullmatch(pattern, name):
            yield AzureError("Invalid", f"{kind} name {name!r} is invalid; allowed are {words}", 422)

    return rule


def _namespace_exists(request: Request) -> Iterator[AzureError]:
    name = _namespace(request.world, request.inputs)
    if name not in _BUILT_IN_NAMESPACES and request.parent is None:
        yield AzureError("NotFound", f'namespaces "{name}" not found', 404)


def _namespace_is_new(request: Request) -> Iterator[AzureError]:
    if request.name in _BUILT_IN_NAMESPACES:
        yield AzureError("AlreadyExists", f'namespaces "{request.name}" already exists', 409)


def _selector_matches_pod_labels(request: Request) -> Iterator[AzureError]:
    selected = cast("Values", request.input("spec.selector.matchLabels") or {})
    labels = cast("Values", request.input("spec.template.metadata.labels") or {})
    if not selected and not request.input("spec.selector.matchExpressions"):
        yield AzureError(
            "Invalid", f"Deployment '{request.name}': spec.selector is missing or empty; select the pods' labels", 422
        )
    if not selected.items() <= labels.items():
        yield AzureError(
            "Invalid",
            f"Deployment '{request.name}': spec.selector does not match the labels of spec.template:"
            f" {json.dumps(selected)} are not all in {json.dumps(labels)}",
            422,
        )


def _has_containers(request: Request) -> Iterator[AzureError]:
    if not request.input("spec.template.spec.containers"):
        yield AzureError(
            "Invalid", f"Deployment '{request.name}': spec.template.spec.containers is missing; add a container", 422
        )


def _service_account_exists(request: Request) -> Iterator[AzureError]:
    account = request.input("spec.template.spec.serviceAccountName")
    namespace = _namespace(request.world, request.inputs)
    # every namespace has an account of this name
    if account in (None, "", "default"):
        return
    if request.world.get(f"/{_NAMESPACE}/{namespace}/serviceaccounts/{account}") is None:
        yield AzureError(
            "NotFound",
            f"Deployment '{request.name}': the service account '{account}' is not in the namespace '{namespace}'",
            404,
        )


# What the API server of a cluster with Azure RBAC requires
_EVENTS = "events"
_WATCHED: Mapping[str, tuple[str, ...]] = {
    "apps/deployments": ("apps/replicasets", "persistentvolumeclaims", "pods"),
    "services": ("endpoints",),
}
"""Objects that pulumi-kubernetes reads until another one is ready: "provider/pkg/await" of its sources, 2026-07."""


def _data_plane(objects: str) -> Callable[[Purpose, Request], Iterator[RequestedOperation]]:
    """Return the function that gives the operations of a request about one kind of object, in every cluster here.

    "Use Azure RBAC for Kubernetes authorization", Microsoft Learn, 2025: the verbs are `read`, `write` and `delete`.
    """
    watched = (_EVENTS, *_WATCHED.get(objects, ()))

    def required(purpose: Purpose, request: Request) -> Iterator[RequestedOperation]:
        names = {f"{objects}/{purpose}", f"{objects}/read"}
        names |= {f"{each}/read" for each in (watched if purpose is Purpose.WRITE else ())}
        inputs = request.inputs if request.old is None else {**request.old.inputs, **request.inputs}
        for cluster in [one.id for one in request.world.resources.values() if one.token == _CLUSTER]:
            for name in sorted(names):
                yield RequestedOperation(
                    operation=f"Microsoft.ContainerService/managedClusters/{name}",
                    data=True,
                    place=f"{cluster}/namespaces/{_namespace(request.world, inputs)}",
                    purpose=purpose,
                )

    return required


# Outputs
def _created(request: Request) -> str:
    return f"{request.now[:19]}Z"


def _uid(request: Request) -> str:
    return request.guid(f"uid {request.now}")


def _version(request: Request) -> str:
    """Return the resource version of a Kubernetes object, new after every change."""
    return str(int(request.guid(json.dumps(request.inputs, sort_keys=True))[:8], 16))


def _outputs(kind: str, api_version: str, more: Mapping[str, ComputedOutput]) -> dict[str, ComputedOutput]:
    return {
        "apiVersion": constant(api_version),
        "kind": constant(kind),
        "metadata.uid": kept_from_creation("metadata.uid", _uid),
        "metadata.creationTimestamp": kept_from_creation("metadata.creationTimestamp", _created),
        "metadata.resourceVersion": _version,
        **more,
    }


def _object(  # noqa: PLR0913 (one argument for each column of the table)
    api_version: str,
    kind: str,
    plural: str,
    *,
    name: tuple[str, str] = _SUBDOMAIN,
    inputs: tuple[str, ...] = ("spec",),
    rules: tuple[Rules, ...] = (),
    immutable: tuple[str, ...] = (),
    outputs: Mapping[str, ComputedOutput] | None = None,
) -> ResourceType:
    """Create the resource type of a Kubernetes object in a namespace; `plural` is the kind's name in the API."""
    choices: dict[str, PlaceholderFunction] = {"namespace": _namespace, "name": _name}
    return ResourceType(
        f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}",
        f"{_NAMESPACE}/{{namespace}}/{plural}/{{name}}",
        computed_placeholders=choices,
        provider_id="{namespace}/{name}",
        data_plane=_data_plane("/".join(reversed(plural.split(".", 1)))),
        rules=all_of(_named(kind, *name), _namespace_exists, *rules),
        immutable=("metadata.name", "metadata.namespace", *immutable),
        outputs=_outputs(kind, api_version, {"metadata.namespace": constant(_DEFAULT_NAMESPACE), **(outputs or {})}),
        volatile=("metadata.resourceVersion",),
        adoptable=False,
        known_inputs=("apiVersion", "kind", "metadata", *inputs),
    )


def _cluster_address(request: Request) -> str:
    """Return a service's cluster IP address, from the default range of AKS."""
    return f"10.0.{int(request.guid('address')[:2], 16)}.{int(request.guid('address')[2:4], 16)}"


_NO_NAMESPACE: Callable[[Request], Iterator[AzureError]] = all_of(_named("Namespace", *_LABEL), _namespace_is_new)

TYPES = (
    ResourceType(
        PROVIDER,
        "kubernetes/providers/{providerName}",
        provider_id="{providerName}",
        adoptable=False,
        known_inputs=(
            *("alwaysRender", "cluster", "clusterIdentifier", "context", "deleteUnreachable"),
            *("enableConfigMapMutable", "enablePatchForce", "enableSecretMutable", "enableServerSideApply"),
            *("helmReleaseSettings", "kubeClientSettings", "kubeconfig", "namespace", "renderYamlToDirectory"),
            *(
                "skipUpdateUnreachable",
                "suppressDeprecationWarnings",
                "suppressHelmHookWarnings",
                "upsertExistingObjects",
            ),
            "version",
        ),
    ),
    ResourceType(
        "kubernetes:core/v1:Namespace",
        f"{_NAMESPACE}/{{name}}",
        computed_placeholders={"name": _name},
        provider_id="{name}",
        data_plane=_data_plane("namespaces"),
        rules=_NO_NAMESPACE,
        immutable=("metadata.name",),
        outputs=_outputs("Namespace", "v1", {"spec": constant({"finalizers": ["kubernetes"]})}),
        volatile=("metadata.resourceVersion",),
        adoptable=False,
        known_inputs=("apiVersion", "kind", "metadata", "spec"),
    ),
    _object(
        "v1",
        "ServiceAccount",
        "serviceaccounts",
        inputs=("automountServiceAccountToken", "imagePullSecrets", "secrets"),
    ),
    _object(
        "v1",
        "Service",
        "services",
        name=_SERVICE_NAME,
        immutable=("spec.clusterIP", "spec.type"),
        outputs={"spec.type": constant("ClusterIP"), "spec.clusterIP": _cluster_address},
    ),
    _object(
        "apps/v1",
        "Deployment",
        "deployments.apps",
        rules=(_selector_matches_pod_labels, _has_containers, _service_account_exists),
        immutable=("spec.selector",),
        outputs={"spec.replicas": constant(1)},
    ),
    _object("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies.networking.k8s.io"),
)
