"""Conditions of role assignments that Azure accepts: their version, their syntax, and the attributes of each service.

Part of the service `authorization.py`. Azure answers one sentence for all that is wrong with a condition, "The given
role assignment condition is invalid." ("Troubleshoot Azure role assignment conditions", Microsoft Learn, 2024-02;
MicrosoftDocs/azure-docs#119449, 2024-02, for the version; Azure/azure-cli#15683, 2020-10, for an attribute of a
service without conditions); the reason after it is local Azure's. Attributes: "Actions and attributes for Azure role
assignment conditions for Azure Blob Storage", Microsoft Learn, 2023-08-10, and the pages of the same name for queues
and for authorization; "Azure ABAC repository permissions in Azure Container Registry", Microsoft Learn, 2026; tables
of logs as in the built-in roles of 2026-08-22.

Differences from Azure: the error code is not documented, and InvalidCondition is local Azure's own.
"""

import re
from collections.abc import Iterator

from access.evaluate.conditions.attributes import SUB_OPERATION
from access.evaluate.conditions.parser import parse
from access.model.errors import ConditionError
from localazure.arm.resource_type import Request
from localazure.errors import AzureError

_ACCOUNT = "microsoft.storage/storageaccounts"
_BLOBS = f"{_ACCOUNT}/blobservices/containers"
_PATTERNS = {
    "resource": (
        rf"{_ACCOUNT}:(name|ishnsenabled)",
        rf"{_ACCOUNT}/encryptionscopes:name",
        r"microsoft\.(insights/logs|operationalinsights/workspaces)/tables:\w+",
        rf"{_BLOBS}:name",
        rf"{_BLOBS}/metadata:.+",
        rf"{_BLOBS}/blobs:(path|iscurrentversion)",
        rf"{_BLOBS}/blobs/tags(:.+|&\$keys\$&)",
        rf"{_ACCOUNT}/queueservices/queues:name",
        r"microsoft\.authorization/\w+:(roledefinitionid|principalid|principaltype)",
        r"microsoft\.containerregistry/registries/repositories:name",
    ),
    "request": (
        rf"{_ACCOUNT}/encryptionscopes:name",
        rf"{_BLOBS}/blobs:(prefix|snapshot|versionid|include)",
        rf"{_BLOBS}/blobs/tags(:.+|&\$keys\$&)",
        r"microsoft\.authorization/\w+:(roledefinitionid|principalid|principaltype)",
        r"microsoft\.containerregistry/registries/repositories:name",
    ),
    "principal": (r"microsoft\.directory/customsecurityattributes/id:.+",),
    "environment": (
        r"isprivatelink",
        r"microsoft\.network/privateendpoints",
        r"microsoft\.network/virtualnetworks/subnets",
        r"utcnow",
    ),
}
"""Attributes by their source, as patterns of the name in lower case."""

_KNOWN = {source: re.compile("|".join(patterns), re.IGNORECASE) for source, patterns in _PATTERNS.items()}
_SERVICES = "blobs and queues of storage accounts, role assignments, repositories of registries, and tables of logs"


def condition_refusals(request: Request) -> Iterator[AzureError]:
    """Yield an error for each mistake in the condition of a role assignment."""
    condition, version = request.input("condition"), request.input("conditionVersion")
    if condition is None and version is not None:
        yield _invalid(f"conditionVersion is {version!r}, but condition is missing; give both or neither")
    if condition is None:
        return
    if version != "2.0":
        yield _invalid(f"conditionVersion is {version!r}; a role assignment's condition needs version '2.0'")
    try:
        attributes = parse(str(condition)).attributes
    except ConditionError as error:
        yield _invalid(str(error))
        return
    for key in sorted(attributes - {SUB_OPERATION}):
        if not _is_known(key):
            yield _invalid(
                f"no condition can test the attribute @{key[0].upper()}{key[1:]}; conditions are for {_SERVICES}"
            )


def _is_known(key: str) -> bool:
    source, _, rest = key.partition("[")
    known = _KNOWN.get(source)
    return known is not None and known.fullmatch(rest.removesuffix("]")) is not None


def _invalid(why: str) -> AzureError:
    return AzureError("InvalidCondition", f"The given role assignment condition is invalid. {why[0].upper()}{why[1:]}")
