"""Reads the kubeconfig of an AKS cluster without a credential: sign-in is with the deployer's token of Entra ID.

Requests the cluster's address and certificate from Azure, and refuses a response that contains a credential. Sources:
"Access Kubernetes clusters using kubelogin", Microsoft Learn, 2025, and "Using kubelogin with AKS",
azure.github.io/kubelogin, 2025: the environment variable `AAD_LOGIN_METHOD` replaces the way to sign in that is
written here.
"""

import json
from base64 import b64decode
from typing import Any, cast

import pulumi
from pulumi_azure_native import containerservice

from safe_text.yaml_loading import load_yaml

__all__ = ["kubeconfig_of", "without_credentials"]

_KEYLESS = frozenset({"exec", "name", "user"})
# AKS writes a sign-in by device code, as the application that `--client-id` names: it needs a person and a browser, and
# a pipeline's identity would be searched under that application's id.
_DEVICE_CODE, _CLIENT_ID, _AZURE_CLI = "devicecode", "--client-id", "azurecli"


def kubeconfig_of(cluster: str, name: pulumi.Input[str], resource_group_name: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return the kubeconfig of a cluster as JSON, without a credential, as an output that waits for the cluster.

    Args:
        cluster: name of the cluster in messages.
        name: name of the cluster in Azure.
        resource_group_name: resource group of the cluster.
    """
    response = containerservice.list_managed_cluster_user_credentials_output(
        format="exec", resource_name=name, resource_group_name=resource_group_name
    )
    return response.apply(lambda known: without_credentials(cluster, [one.value for one in known.kubeconfigs or ()]))


def without_credentials(cluster: str, kubeconfigs: list[str]) -> str:
    """Return Azure's kubeconfig as JSON, changed to sign in with the Azure CLI; raise if it has a credential.

    Args:
        cluster: name of the cluster in messages.
        kubeconfigs: kubeconfigs in base64, as Azure returns them.

    Raises:
        RuntimeError: there is not exactly one kubeconfig, or it contains a credential.
    """
    if len(kubeconfigs) != 1:
        raise RuntimeError(f"Azure returned {len(kubeconfigs)} kubeconfigs for cluster {cluster!r}, not one")
    config = cast("dict[str, Any]", load_yaml(b64decode(kubeconfigs[0]).decode()))
    for entry in cast("list[dict[str, Any]]", config.get("users") or []):
        user = cast("dict[str, Any]", entry.get("user") or {})
        if set(user) - _KEYLESS:
            raise RuntimeError(
                f"cluster {cluster!r} accepts keys; run `az aks update --disable-local-accounts` on it,"
                " with Entra ID and Azure RBAC on"
            )
        command = cast("dict[str, Any]", user.get("exec") or {})
        command["args"] = _with_azure_cli_login(cast("list[str]", command.get("args") or []))
    return json.dumps(config, sort_keys=True)


def _with_azure_cli_login(arguments: list[str]) -> list[str]:
    if _DEVICE_CODE not in arguments:
        return arguments
    kept = list(arguments)
    if _CLIENT_ID in kept:
        at = kept.index(_CLIENT_ID)
        del kept[at : at + 2]
    return [_AZURE_CLI if one == _DEVICE_CODE else one for one in kept]
