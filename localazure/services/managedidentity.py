"""User-assigned managed identities, and their federated identity credentials.

An identity's principal exists from its creation to its deletion; created again, it is another principal. Facts: "Manage
user-assigned managed identities", Microsoft Learn, 2025-05; "Important considerations and restrictions for federated
identity credentials", Microsoft Learn, 2025-02; the code of a conflict as reported in
pulumi/pulumi-azure-native#4343.

Differences from Azure: what is created can be used at once, with no replication in Entra ID (but for the fault
`principalReplication`) and no throttling; whether an issuer exists is not looked at, as in Azure before the first
exchange of a token. azure-native tries again where two credentials of one identity were written at the same time
(pulumi/pulumi-azure-native#4421); here it is an error at once. The codes TooManyFederatedIdentityCredentials,
FederatedIdentityCredentialAlreadyExists and InvalidAudiences are ours: Microsoft names none.
"""

from collections.abc import Iterator
from typing import cast

from localazure.arm import ids
from localazure.arm.common_rules import all_of, system_data
from localazure.arm.resource_type import ExclusiveWrites, NameCheck, Request, ResourceType
from localazure.errors import AzureError
from manifest import azure_naming_rules

_CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
_PATH = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
)

# Types and names. "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05.
_IDENTITY_NAME = NameCheck(azure_naming_rules.IDENTITY)
_CREDENTIAL_NAME = NameCheck(azure_naming_rules.FEDERATED_CREDENTIAL)

# What must exist, and other reasons to refuse
_MOST_CREDENTIALS = 20


def _credential_limit_and_uniqueness(request: Request) -> Iterator[AzureError]:
    identity = request.type.parent_of(request.id)
    others = [each for each in request.world.children(identity) if each.token == _CREDENTIAL and each.id != request.id]
    if len(others) >= _MOST_CREDENTIALS:
        yield AzureError(
            "TooManyFederatedIdentityCredentials",
            f"an identity can have at most {_MOST_CREDENTIALS} federated identity credentials; '{request.name}'"
            " exceeds the limit",
        )
    trusted = (request.input("issuer"), request.input("subject"))
    for other in others:
        if (other.inputs.get("issuer"), other.inputs.get("subject")) == trusted:
            yield AzureError(
                "FederatedIdentityCredentialAlreadyExists",
                f"issuer '{trusted[0]}' and subject '{trusted[1]}' already belong to the federated credential"
                f" '{ids.name_of(other.id)}'; remove one of the two",
                409,
            )


def _has_one_audience(request: Request) -> Iterator[AzureError]:
    audiences = cast("list[str]", request.input("audiences") or [])
    if len(audiences) != 1:
        yield AzureError("InvalidAudiences", f"audiences has {len(audiences)} entries; give exactly one audience")


TYPES = (
    ResourceType(
        "azure-native:managedidentity:UserAssignedIdentity",
        _PATH,
        name_check=_IDENTITY_NAME,
        outputs={
            "clientId": lambda request: request.principal.client_id,
            "principalId": lambda request: request.principal.id,
            "tenantId": lambda request: request.world.tenant_id,
            "systemData": system_data,
        },
        volatile=("systemData",),
    ),
    ResourceType(
        _CREDENTIAL,
        _PATH + "/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
        name_check=_CREDENTIAL_NAME,
        rules=all_of(_credential_limit_and_uniqueness, _has_one_audience),
        outputs={"systemData": system_data},
        volatile=("systemData",),
        exclusive_writes=ExclusiveWrites(
            arm_type="microsoft.managedidentity/userassignedidentities",
            code="ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
        ),
    ),
)
