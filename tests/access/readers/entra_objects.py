"""Entra applications of a stack of local Azure, as Microsoft Graph returns them."""

from typing import Any

Row = dict[str, Any]


def directory_of_stack(rows: list[Row]) -> tuple[dict[str, Row], dict[str, list[Row]]]:
    """Return the objects and the lists of Microsoft Graph that a stack's applications have, by path in lower case."""
    objects: dict[str, Row] = {}
    lists: dict[str, list[Row]] = {"/v1.0/applications": []}
    for row in _of(rows, "Application"):
        client, where = row["outputs"]["clientId"], row["id"]
        lists["/v1.0/applications"].append(_application(row, rows))
        lists[f"/v1.0{where}/owners".lower()] = _ids(row["inputs"].get("owners", []))
        for principal in _of(rows, "ServicePrincipal", clientId=client):
            inputs, found = principal["inputs"], principal["outputs"]["objectId"]
            at = f"/v1.0/serviceprincipals/{found}".lower()
            objects[f"/v1.0/serviceprincipals(appid='{client}')".lower()] = {
                "id": found,
                "displayName": row["inputs"]["displayName"],
                "appRoleAssignmentRequired": inputs.get("appRoleAssignmentRequired", False),
            }
            lists[f"{at}/owners"] = _ids(inputs.get("owners", []))
            lists[f"{at}/approleassignedto"] = [
                {
                    "id": each["id"].rpartition("/")[2],
                    "appRoleId": each["inputs"]["appRoleId"],
                    "principalId": each["inputs"]["principalObjectId"],
                    "resourceId": found,
                }
                for each in _of(rows, "AppRoleAssignment", resourceObjectId=found)
            ]
    return objects, lists


def _application(row: Row, rows: list[Row]) -> Row:
    inputs, belongs = row["inputs"], {"applicationId": row["id"]}
    clients = [each["inputs"]["authorizedClientId"] for each in _of(rows, "ApplicationPreAuthorized", **belongs)]
    trusts = _of(rows, "ApplicationFederatedIdentityCredential", **belongs)
    return {
        "id": row["outputs"]["objectId"],
        "appId": row["outputs"]["clientId"],
        "displayName": inputs["displayName"],
        "signInAudience": inputs["signInAudience"],
        "api": {
            **inputs["api"],
            "preAuthorizedApplications": [{"appId": each, "delegatedPermissionIds": []} for each in clients],
        },
        "isFallbackPublicClient": inputs.get("fallbackPublicClientEnabled"),
        "requiredResourceAccess": [
            {**each, "resourceAccess": each["resourceAccesses"]} for each in inputs.get("requiredResourceAccesses", [])
        ],
        "appRoles": inputs.get("appRoles", []),
        "federatedIdentityCredentials": [
            {"id": each["outputs"]["credentialId"], "name": each["inputs"]["displayName"], **each["inputs"]}
            for each in trusts
        ],
    }


def _of(rows: list[Row], kind: str, **inputs: str) -> list[Row]:
    """Return the rows of one type of the provider `azuread` that have these inputs."""
    found = [row for row in rows if row["type"].startswith("azuread:") and row["type"].endswith(f":{kind}")]
    return [row for row in found if inputs.items() <= row["inputs"].items()]


def _ids(ids: list[str]) -> list[Row]:
    return [{"id": each} for each in ids]
