"""Pods of agents in a cluster: the token of their service account, and the variables that name it.

Owns what the cluster and its webhook for workload identity do: a pod with the label `azure.workload.identity/use` whose
service account has the annotation `azure.workload.identity/client-id` gets a file with a token of that service account,
and four variables ("Use Microsoft Entra Workload ID with AKS", Microsoft Learn, 2025). The token is the cluster's: its
issuer is the URL of the cluster, its subject `system:serviceaccount:NAMESPACE:NAME` ("Configure Service Accounts for
Pods", kubernetes.io, 2026). The audience is the public cloud's in every cloud (Azure/azure-workload-identity#1675,
2025-10).

Difference from AKS: a token lives one hour and is renewed when the test requests it.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from access.azure.clouds import CLOUDS, PUBLIC
from localazure.arm.world import Resource, Values, World
from localazure.endpoints.entra.client_proof import Issuers
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.entra.workloads import DEPLOYMENT, nested, workload
from localazure.endpoints.signed_tokens import SigningKey, signing_key

__all__ = ["Pod", "Pods"]

_CLUSTER = "azure-native:containerservice:ManagedCluster"
_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
_USE, _CLIENT_ID = "azure.workload.identity/use", "azure.workload.identity/client-id"
_LIFE = 3600
_AUDIENCE = CLOUDS[PUBLIC].exchange_audience


@dataclass(frozen=True, kw_only=True)
class Pod:
    """Running pod of an agent, with the variables that the webhook of the cluster set in it."""

    environment: dict[str, str]
    """Variables of workload identity; empty if the pod does not use it."""
    issuer: str
    subject: str
    token_file: Path


class Pods:
    """Pods of the clusters of local Azure that a test has started."""

    def __init__(self, tenant: Tenant, issuers: Issuers, folder: Path) -> None:
        self._tenant = tenant
        self._issuers = issuers
        self._folder = folder

    def start(self, agent: str) -> Pod:
        """Start a pod of an agent's deployment, and return the running pod.

        Raises:
            LookupError: local Azure has no such deployment, or no cluster that issues tokens.
        """
        world = self._tenant.directory.world
        deployment = workload(world, DEPLOYMENT, agent)
        spec = nested(deployment.inputs, "spec", "template", "spec")
        namespace = str(nested(deployment.inputs, "metadata").get("namespace") or "default")
        name = str(spec.get("serviceAccountName") or "default")
        issuer, key = self._issuer(world)
        pod = Pod(
            environment={},
            issuer=issuer,
            subject=f"system:serviceaccount:{namespace}:{name}",
            token_file=self._folder / f"token-{secrets.token_hex(8)}",
        )
        self.renew(pod, key)
        labels, annotations = nested(deployment.inputs, "spec", "template", "metadata", "labels"), Values()
        account = next((each for each in _of(world, _ACCOUNT) if _is_named(each, namespace, name)), None)
        if account is not None:
            annotations = nested(account.inputs, "metadata", "annotations")
        if labels.get(_USE) == "true" and annotations.get(_CLIENT_ID):
            pod.environment.update(
                AZURE_CLIENT_ID=str(annotations[_CLIENT_ID]),
                AZURE_TENANT_ID=self._tenant.id,
                AZURE_AUTHORITY_HOST=f"{self._tenant.authority_host}/",
                AZURE_FEDERATED_TOKEN_FILE=str(pod.token_file),
            )
        return pod

    def renew(self, pod: Pod, key: SigningKey | None = None) -> None:
        """Write a new token of its service account into a pod's file, as the kubelet does before the old one ends."""
        now = int(self._tenant.clock.now())
        claims = {
            "aud": [_AUDIENCE],
            "iss": pod.issuer,
            "sub": pod.subject,
            "iat": now,
            "nbf": now,
            "exp": now + _LIFE,
        }
        pod.token_file.touch(mode=0o600)
        pod.token_file.write_text((key or self._issuers[pod.issuer][0]).sign(claims), "ascii")

    def _issuer(self, world: World) -> tuple[str, SigningKey]:
        urls = {str(nested(each.outputs, "oidcIssuerProfile").get("issuerURL") or "") for each in _of(world, _CLUSTER)}
        if len(urls - {""}) != 1:
            raise LookupError(f"local Azure has {len(urls - {''})} clusters that issue tokens; a pod runs in one")
        (issuer,) = urls - {""}
        self._issuers.setdefault(issuer, (signing_key("cluster"),))
        return issuer, self._issuers[issuer][0]


def _of(world: World, token: str) -> list[Resource]:
    return [each for each in world.resources.values() if each.token == token]


def _is_named(one: Resource, namespace: str, name: str) -> bool:
    metadata = nested(one.inputs, "metadata")
    return (str(metadata.get("namespace") or "default"), metadata.get("name")) == (namespace, name)
