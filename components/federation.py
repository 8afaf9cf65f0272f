"""Federated credentials: service accounts of clusters that get tokens of a user-assigned identity without a secret.

Owns the form of a federated credential, the order in which those of one identity are written, and their number.
Source: "Important considerations and restrictions for federated identity credentials", Microsoft Learn, 2025-02: twenty
of one identity, and writing two of them at the same time is a conflict.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pulumi
from pulumi_azure_native import managedidentity

__all__ = ["MOST", "POD_AUDIENCE", "ServiceAccount", "trust"]

MOST = 20
"""Maximum number of federated credentials of one identity."""

# "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05; both parts have up to 63 characters.
_LONGEST_NAME = 120

POD_AUDIENCE = "api://AzureADTokenExchange"
"""Audience of the token that a pod gets of its cluster.

"Deploy and configure workload identity on an AKS cluster", Microsoft Learn, 2025.
"""


class ServiceAccount(NamedTuple):
    """Kubernetes service account that a federated credential trusts."""

    issuer: pulumi.Input[str]
    """OIDC issuer URL of the service account's cluster."""
    namespace: str
    name: str


def trust(  # noqa: PLR0913 - one argument for each thing that a credential is about
    title: str,
    accounts: Sequence[ServiceAccount],
    *,
    identity: "managedidentity.UserAssignedIdentity",
    identity_name: str,
    resource_group_name: pulumi.Input[str],
    parent: pulumi.Resource,
) -> "list[managedidentity.FederatedIdentityCredential]":
    """Create federated credentials that let exactly these service accounts get tokens of a user-assigned identity.

    Args:
        title: logical name of the first credential, a sentence; further ones end with their namespace.
        accounts: the service accounts.
        identity: the identity.
        identity_name: its name.
        resource_group_name: its resource group.
        parent: Pulumi parent of the credentials.

    Raises:
        ValueError: there are more service accounts than Azure accepts.
    """
    if len(accounts) > MOST:
        raise ValueError(
            f"identity {identity_name!r} would trust {len(accounts)} service accounts; Azure accepts at most {MOST};"
            " use"
            " another identity for some of them"
        )
    made: list[managedidentity.FederatedIdentityCredential] = []
    for account in accounts:
        before: Sequence[pulumi.Resource] = made[-1:] or [identity]
        made.append(
            managedidentity.FederatedIdentityCredential(
                title if not made else f"{title}-in-{account.namespace}",
                federated_identity_credential_resource_name=f"{account.namespace}-{account.name}"[:_LONGEST_NAME],
                resource_name_=identity_name,
                resource_group_name=resource_group_name,
                issuer=account.issuer,
                subject=f"system:serviceaccount:{account.namespace}:{account.name}",
                audiences=[POD_AUDIENCE],
                opts=pulumi.ResourceOptions(parent=parent, depends_on=before),
            )
        )
    return made
