"""Fake Pulumi engine that records the resources which a program registers, in an event loop of its own.

It returns the fewest outputs that Azure would add, and no value that a test could mistake for a rule of Azure.
"""

import asyncio
import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockEngine, MockMonitor, MockResourceArgs, Mocks, MockSettings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, configure
from pulumi.runtime.stack import run_in_stack

from access.azure.types import BY_TOKEN
from access.azure.types.kubernetes import OBJECTS

__all__ = [
    "API_PRINCIPAL",
    "DEPLOYER",
    "SCOPE_OF_API",
    "SHARED",
    "SUBSCRIPTION",
    "TENANT",
    "Recorded",
    "Registered",
    "identity_of",
    "principal_of",
    "record",
]

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"
SHARED = "44444444-4444-4444-8444-444444444444"
"""Principal id of the shared identity of every Foundry project, for the check of configured ids."""

DEPLOYER = "77777777-7777-4777-8777-777777777777"
"""Object id of the identity that runs the program."""
API_PRINCIPAL = "55555555-5555-4555-8555-555555555555"
"""Object id of the service principal of every API that an agent calls for a user."""
SCOPE_OF_API = "66666666-6666-4666-8666-666666666666"
"""Id of every scope of such an API."""

# Outputs that a program reads from created resources, by type token.
_ANSWERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "azure-native:cognitiveservices:Account": lambda name: {"properties": {"endpoint": f"https://{name}.models.test/"}},
    "azure-native:cognitiveservices:AgentApplication": lambda name: {
        "properties": {"defaultInstanceIdentity": {"principalId": principal_of(name), "clientId": f"client of {name}"}}
    },
    "pulumi-python:dynamic/deletion:DeletedResources": lambda _: {"found": []},
    "pulumi-python:dynamic/foundry:AgentIdentity": lambda name: {"principal_id": principal_of(name)},
    "azure-native:appconfiguration:ConfigurationStore": lambda name: {"endpoint": f"https://{name}.configuration.test"},
    "azure-native:app:ContainerApp": lambda name: {
        "identity": {"type": "SystemAssigned,UserAssigned", "principalId": principal_of(name)},
        "configuration": {"ingress": {"fqdn": f"{name}.apps.test"}},
    },
    "azure-native:app:ManagedEnvironment": lambda _: {"defaultDomain": "apps.test"},
    "azure-native:cosmosdb:DatabaseAccount": lambda name: {"documentEndpoint": f"https://{name}.documents.test/"},
    "azure-native:containerservice:ManagedCluster": lambda name: {
        "name": name,
        "identity": {"type": "SystemAssigned", "principalId": principal_of(name)},
        "oidcIssuerProfile": {"enabled": True, "issuerURL": f"https://{name}.issuer.test/"},
        "securityProfile": {"workloadIdentity": {"enabled": True}},
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "disableLocalAccounts": True,
        "networkProfile": {"networkPolicy": "cilium"},
        "apiServerAccessProfile": {"enablePrivateCluster": True},
        "identityProfile": {"kubeletidentity": {"objectId": principal_of(f"{name}-kubelet")}},
    },
    "azuread:index/application:Application": lambda name: {"clientId": principal_of(f"client of {name}")},
    "azuread:index/servicePrincipal:ServicePrincipal": lambda name: {"objectId": principal_of(name)},
    "azure-native:servicebus:Namespace": lambda name: {"serviceBusEndpoint": f"https://{name}.bus.test:443/"},
    "azure-native:cognitiveservices:Project": lambda name: {
        "identity": {"type": "SystemAssigned", "principalId": principal_of(name)},
        "properties": {"endpoints": {"AI Foundry API": f"https://{name}.foundry.test/api/projects/{name}"}},
    },
    "azure-native:containerregistry:Registry": lambda name: {"loginServer": f"{name}.registry.test"},
    "azure-native:search:Service": lambda name: {"endpoint": f"https://{name}.search.test"},
    "azure-native:storage:StorageAccount": lambda name: {
        "primaryEndpoints": {each: f"https://{name}.{each}.test/" for each in ("blob", "file", "queue", "table")}
    },
    "azure-native:managedidentity:UserAssignedIdentity": lambda name: {
        "principalId": principal_of(name),
        "clientId": f"client of {name}",
    },
    "azure-native:keyvault:Vault": lambda name: {"properties": {"vaultUri": f"https://{name}.vault.test/"}},
}


# Kubeconfig of AKS for a cluster that permits sign-in by Entra ID only: a command that gets a token, without a key.
_KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: a-cluster
clusters: [{name: a-cluster, cluster: {server: "https://a-cluster.test:443"}}]
contexts: [{name: a-cluster, context: {cluster: a-cluster, user: somebody}}]
users:
- name: somebody
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --environment, Azure, --server-id, a-server, --client-id, an-app, --login, devicecode]
"""
_INVOKED: dict[str, dict[str, Any]] = {
    "azure-native:authorization:getClientConfig": {
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "clientId": "",
        "objectId": "",
    },
    "azuread:index/getClientConfig:getClientConfig": {"objectId": DEPLOYER, "tenantId": TENANT, "clientId": DEPLOYER},
    "azuread:index/getServicePrincipal:getServicePrincipal": {
        "objectId": API_PRINCIPAL,
        "oauth2PermissionScopeIds": {"User.Read": SCOPE_OF_API, "vso.code": SCOPE_OF_API},
    },
    "azure-native:containerservice:listManagedClusterUserCredentials": {
        "kubeconfigs": [{"name": "clusterUser", "value": b64encode(_KUBECONFIG.encode()).decode()}]
    },
}


def principal_of(name: str) -> str:
    """Principal id that the fake engine gives the app or identity with this logical name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"principal of {name}"))


def full_token(kind: str) -> str:
    """Full type token for the last part of one; an error if several types have this last part."""
    if ":" in kind:
        return kind
    found = [token for token in (*BY_TOKEN, *(each.token for each in OBJECTS)) if token.endswith(f":{kind}")]
    assert len(found) == 1, f"{kind!r} is the last part of {found or 'no type'}; write the full type token"
    return found[0]


def identity_of(kind: str, name: str) -> str:
    """Id that the fake engine gives a created resource of this type and logical name."""
    return f"/created/{full_token(kind)}/{name}"


@dataclass
class Registered:
    """Resource registration that the fake engine recorded."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: dict[str, Any]
    dependencies: set[str]
    ignored: tuple[str, ...] = ()
    """Inputs whose changes are ignored."""
    delete_before_replace: bool | None = None
    """The resource option of this name; None if the program does not set it."""
    read: str | None = None
    """Id of an existing resource that the program reads; None for a resource to create."""
    outputs: dict[str, Any] | None = None
    """Registered outputs of a component; None if it registered none."""

    @property
    def kind(self) -> str:
        """The last part of the resource's type token."""
        return self.type.rpartition(":")[2]


@dataclass
class Recorded:
    """All resource registrations of a program, in order."""

    resources: list[Registered] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    def all(self, kind: str) -> list[Registered]:
        """Recorded resources of one type, by its type token or the last part of it."""
        if ":" in kind:
            return [one for one in self.resources if one.type == kind]
        found = [one for one in self.resources if one.kind == kind]
        assert len({one.type for one in found}) <= 1, (
            f"{kind!r} is the last part of several types; write the full type token"
        )
        return found

    def one(self, kind: str, name: str | None = None) -> Registered:
        """The only recorded resource of a type, or of a type and logical name."""
        found = [one for one in self.all(kind) if name in {None, one.name}]
        assert len(found) == 1, [(one.kind, one.name) for one in self.resources]
        return found[0]

    def by_urn(self, urn: str) -> Registered:
        """Recorded resource with this URN."""
        return next(one for one in self.resources if one.urn == urn)


class _Monitor(MockMonitor):
    def __init__(self, recorded: Recorded, *, preview: bool) -> None:
        super().__init__(_NoMocks())
        self._recorded = recorded
        self._preview = preview

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:  # noqa: N802 - gRPC's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        done = Registered(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=request.custom,
            inputs=rpc.deserialize_properties(request.object, keep_unknowns=True),
            dependencies=set(request.dependencies),
            ignored=tuple(request.ignoreChanges),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        )
        self._add(done)
        if not done.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        answer = {**_attached(done.inputs), **_ANSWERS.get(done.type, lambda _: {})(done.name)}
        if done.type == "pulumi-python:dynamic/foundry:AgentIdentity" and "given" in done.inputs:
            answer = {"principal_id": done.inputs["given"], "shared": [SHARED]}
        known = dict.fromkeys(answer, rpc.UNKNOWN) if self._preview else answer
        known_id = "" if self._preview else identity_of(done.type, done.name)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=known_id, object=_struct(known))

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:  # noqa: N802 - gRPC's name
        urn = self.make_urn(request.parent, request.type, request.name)
        done = Registered(urn, request.type, request.name, request.parent, True, {}, set(), read=request.id)  # noqa: FBT003
        self._add(done)
        answer = _ANSWERS.get(done.type, lambda _: {})(done.name)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=_struct(answer))

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802 - gRPC's name
        # Overrides the SDK's method, which runs in another thread with an event loop that it leaves open.
        answer: dict[str, Any] = {"return": _struct(_INVOKED[request.tok])}
        return resource_pb2.ResourceInvokeResponse(**answer)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Empty:  # noqa: N802 - gRPC's name
        outputs = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        if request.urn.split("::")[2] == "pulumi:pulumi:Stack":
            self._recorded.exports = outputs
        else:
            self._recorded.by_urn(request.urn).outputs = outputs
        return Empty()

    def _add(self, done: Registered) -> None:
        if any(one.urn == done.urn for one in self._recorded.resources):
            raise AssertionError(f"registered twice: {done.urn}")
        self._recorded.resources.append(done)


def _attached(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the identity block with attached identities by id: azure-native takes a list, and returns a mapping."""
    # The dynamic resource for an agent's identity has an input of that name that is a text.
    found = inputs.get("identity")
    identity = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    ids = identity.get("userAssignedIdentities")
    return {"identity": {**identity, "userAssignedIdentities": {one: {} for one in ids}}} if ids else {}


class _NoMocks(Mocks):
    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        raise AssertionError(args.token)

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        raise AssertionError(args.typ)


def record(program: Callable[[], object], *, stack: str = "dev", preview: bool = False) -> Recorded:
    """Run a Pulumi program and return its registrations; in a preview, outputs of Azure are unknown."""
    recorded = Recorded()

    async def main() -> None:
        monitor = _Monitor(recorded, preview=preview)
        features = set(monitor.GetDeploymentInfo(Empty()).supportedFeatures)
        settings = MockSettings(
            monitor=monitor,
            monitor_features=features,
            engine=MockEngine(None),
            project="agent-network",
            stack=stack,
            dry_run=preview,
            organization=None,
            callbacks=None,
        )
        configure(settings)

        def without_a_result() -> None:
            program()

        await run_in_stack(without_a_result)

    try:
        with asyncio.Runner() as runner:
            runner.run(main())
    finally:
        # Tasks that a failed program left belong to an event loop that is closed now.
        cast("Any", SETTINGS).outputs.clear()
    return recorded


def _struct(values: dict[str, Any]) -> Struct:
    return json_format.ParseDict(values, Struct())
