"""How a program gets into a cluster: as whoever deploys, with a token of Entra ID, and with nothing that is stored.

Owns asking Azure for the cluster's address and certificate, and refusing what would be a credential. Sources:
"Access Kubernetes clusters using kubelogin", Microsoft Learn, 2025, and "Using kubelogin with AKS",
azure.github.io/kubelogin, 2025: how to sign in is taken from the environment (`AAD_LOGIN_METHOD`) before what is
written here.
"""

import json
from base64 import b64decode
from typing import Any, cast

import pulumi
import yaml
from pulumi_azure_native import containerservice

__all__ = ["kubeconfig_of", "without_credentials"]

_KEYLESS = frozenset({"exec", "name", "user"})
# What AKS writes would ask a person to type a code into a browser, as the application that is named for that; a
# pipeline's identity would be looked for under that application's id.
_ASKS_A_PERSON, _ITS_APPLICATION, _SIGNED_IN = "devicecode", "--client-id", "azurecli"


def kubeconfig_of(cluster: str, name: pulumi.Input[str], resource_group_name: pulumi.Input[str]) -> pulumi.Output[str]:
    """The configuration by which the cluster's API is reached, once the cluster is there.

    Args:
        cluster: what messages call it.
        name: name of the cluster.
        resource_group_name: its resource group.
    """
    asked = containerservice.list_managed_cluster_user_credentials_output(
        format="exec", resource_name=name, resource_group_name=resource_group_name
    )
    return asked.apply(lambda told: without_credentials(cluster, [one.value for one in told.kubeconfigs or ()]))


def without_credentials(cluster: str, answers: list[str]) -> str:
    """The one configuration that Azure answered, as JSON, signing in as whoever is signed in.

    Args:
        cluster: what messages call it.
        answers: in base64, as Azure gives them.

    Raises:
        RuntimeError: there is not one, or it holds a credential.
    """
    if len(answers) != 1:
        raise RuntimeError(f"Azure told {len(answers)} ways into cluster {cluster!r}, where one is expected")
    config = cast("dict[str, Any]", yaml.safe_load(b64decode(answers[0])))
    for entry in cast("list[dict[str, Any]]", config.get("users") or []):
        user = cast("dict[str, Any]", entry.get("user") or {})
        if set(user) - _KEYLESS:
            raise RuntimeError(
                f"cluster {cluster!r} lets in whoever has a key; run `az aks update --disable-local-accounts` on it,"
                " with Entra ID and Azure RBAC on"
            )
        command = cast("dict[str, Any]", user.get("exec") or {})
        command["args"] = _as_signed_in(cast("list[str]", command.get("args") or []))
    return json.dumps(config, sort_keys=True)


def _as_signed_in(said: list[str]) -> list[str]:
    if _ASKS_A_PERSON not in said:
        return said
    kept = list(said)
    if _ITS_APPLICATION in kept:
        at = kept.index(_ITS_APPLICATION)
        del kept[at : at + 2]
    return [_SIGNED_IN if one == _ASKS_A_PERSON else one for one in kept]
