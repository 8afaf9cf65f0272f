"""Component for the credential of an agent's Entra application: an identity that the application trusts, and no secret.

Owns the user-assigned identity that serves this alone, and the federated credential. Entra ID stores a wrong issuer,
subject or audience without an error, and the first token request fails, so that all three are checked before they are
sent: "Configure an application to trust a managed identity", Microsoft Learn, 2024-12. The identity is never granted
anything. In a cluster, the token of the agent's pod is the credential, and there is no such identity.
"""

import re
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_azuread as azuread
from pulumi_azure_native import managedidentity

from access.azure.clouds import CLOUDS, PUBLIC
from components.federation import POD_AUDIENCE, ServiceAccount
from components.user_context.application import AgentApplication

__all__ = ["IdentityCredential", "IdentityCredentialArgs", "trust_pod"]

_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HTTPS_URL = re.compile(r"https://[^\s/?#]+(?:/[^\s?#]*)?")
_SERVICE_ACCOUNT = re.compile("system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+")


class IdentityCredentialArgs(TypedDict):
    """Arguments of an `IdentityCredential`."""

    application: AgentApplication
    """Application that trusts the identity."""
    azure_name: str
    """Name of the identity in Azure."""
    subscription_id: pulumi.Input[str]
    """Id of the subscription of the identity."""
    resource_group_name: pulumi.Input[str]
    """Resource group of the identity."""
    location: pulumi.Input[str]
    """Azure region of the identity."""
    tenant_id: pulumi.Input[str]
    """Id of the tenant of both the identity and the application."""
    cloud: NotRequired[str]
    """Name of the Azure cloud, one of `access.azure.clouds.CLOUDS`; by default, public Azure."""
    federated: NotRequired[bool]
    """False if an administrator makes the federated credential; by default, it is created."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class IdentityCredential(pulumi.ComponentResource):
    """User-assigned identity of one agent without any role, which can sign in as the agent's application."""

    TOKEN = "agent-network:index:IdentityCredential"  # noqa: S105 - a type token

    identity_id: pulumi.Output[str]
    """Resource id of the identity, for the agent's app."""
    client_id: pulumi.Output[str]
    """Client id of the identity, with which the agent requests its token."""
    principal_id: pulumi.Output[str]
    """Principal id of the identity, which is the subject of the federated credential."""

    def __init__(self, name: str, args: IdentityCredentialArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TOKEN, name, {"azure_name": args["azure_name"]}, opts)
        identity = managedidentity.UserAssignedIdentity(
            f"{name}-credential",
            resource_name_=args["azure_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        group = pulumi.Output.concat(
            "/subscriptions/", args["subscription_id"], "/resourceGroups/", args["resource_group_name"]
        )
        path = pulumi.Output.concat(group, f"/providers/{_TYPE}/{args['azure_name']}")
        # Made of names and not the id that Azure returns, so that a preview shows which identity of the app this is.
        self.identity_id = pulumi.Output.all(path, identity.urn).apply(lambda known: str(known[0]))
        self.client_id, self.principal_id = identity.client_id, identity.principal_id
        # The agent starts after all of these: its first token request fails without them.
        self.ready: list[pulumi.Resource] = [identity]
        if args.get("federated", True):
            cloud = CLOUDS[args.get("cloud", PUBLIC)]
            issuer = pulumi.Output.from_input(args["tenant_id"]).apply(lambda tenant: cloud.issuer(tenant.lower()))
            subject = identity.principal_id.apply(_principal)
            title = f"{name}-application-trusts-its-credential"
            self.ready.append(_federated(title, args["application"], issuer, subject, cloud.exchange_audience, self))
        shown = {"identity_id": self.identity_id, "client_id": self.client_id, "principal_id": self.principal_id}
        self.register_outputs(shown)


def trust_pod(
    name: str, application: AgentApplication, account: ServiceAccount
) -> "azuread.ApplicationFederatedIdentityCredential":
    """Let the pods of a service account sign in as an agent's application; return the federated credential."""
    issuer = pulumi.Output.from_input(account.issuer)
    subject = pulumi.Output.from_input(_service_account(account))
    # The webhook of a cluster requests this audience in every cloud: Azure/azure-workload-identity#1675, 2025-10.
    return _federated(f"{name}-application-trusts-its-pod", application, issuer, subject, POD_AUDIENCE, application)


def _federated(  # noqa: PLR0913, PLR0917 - a parameter for each value that Entra ID does not check
    title: str,
    application: AgentApplication,
    issuer: pulumi.Output[str],
    subject: pulumi.Output[str],
    audience: str,
    parent: pulumi.Resource,
) -> "azuread.ApplicationFederatedIdentityCredential":
    """Create the one federated credential of an application, with checked values."""
    return azuread.ApplicationFederatedIdentityCredential(
        title,
        application_id=application.application_id,
        # 3 to 120 characters: "Important considerations and restrictions for federated identity credentials",
        # Microsoft Learn, 2025-02.
        display_name=title[:120],
        description=f"Lets the agent {application.agent_name} act for users; there is no other credential.",
        issuer=issuer.apply(_issuer),
        subject=subject,
        audiences=[audience],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _issuer(value: str) -> str:
    if _HTTPS_URL.fullmatch(value) is None:
        raise ValueError(f"{value!r} is not an issuer of tokens: Entra ID compares it exactly with an https URL")
    tenant = value.rpartition("/v2.0")[0].rpartition("/")
    if tenant[0] in {cloud.authority_host for cloud in CLOUDS.values()} and _GUID.fullmatch(tenant[2]) is None:
        raise ValueError(f"{value!r} is not the issuer of a tenant: {tenant[2]!r} is not the id of a tenant")
    return value


def _principal(value: str) -> str:
    """Return the subject of a managed identity: its principal id, in lower case, since Entra ID compares the case."""
    if _GUID.fullmatch(value.lower()) is None:
        raise ValueError(f"{value!r} is not the principal id of an identity, which a federated credential names")
    return value.lower()


def _service_account(account: ServiceAccount) -> str:
    subject = f"system:serviceaccount:{account.namespace}:{account.name}"
    if _SERVICE_ACCOUNT.fullmatch(subject) is None:
        raise ValueError(f"{subject!r} is not the subject of a service account of a cluster")
    return subject
