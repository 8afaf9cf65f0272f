"""Well-known APIs that agents call for users, with their application ids and the ids of their delegated permissions.

An application lists the permissions that it requires by id, and consent lists them by name; the ids of Microsoft's own
APIs are the same in every tenant. An id that is not listed here is shown as it is. Sources: "Microsoft
Graph permissions reference", Microsoft Learn, 2026; the delegated permissions of Azure DevOps in the manifests of its
service principal, such as `az ad sp show --id 499b84ac-1321-427f-aa17-267ca6975798`, 2025; "OAuth 2.0 permissions of
first-party applications" likewise for Azure Resource Manager and Azure Storage, 2025.
"""

from collections.abc import Mapping

__all__ = ["API_NAMES", "APPLICATION_IDS", "SCOPE_IDS", "scope_name", "shown_api"]

APPLICATION_IDS: Mapping[str, str] = {
    "azure-devops": "499b84ac-1321-427f-aa17-267ca6975798",
    "azure-resource-manager": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "azure-storage": "e406a681-f3d4-42a8-90b6-c2b029497af1",
    "microsoft-graph": "00000003-0000-0000-c000-000000000000",
}
"""Name of an API in network.yaml → application id of the API, the same in every tenant."""
API_NAMES: Mapping[str, str] = {app_id: name for name, app_id in APPLICATION_IDS.items()}
"""Application id of an API → its name in network.yaml."""

SCOPE_IDS: Mapping[str, Mapping[str, str]] = {
    "azure-devops": {
        "user_impersonation": "ee69721e-6c3a-468f-a9ec-302d16a4c599",
        "vso.build": "0d85fdcb-8267-4af0-857e-7f76b110fbdc",
        "vso.build_execute": "b64406bf-2a08-4182-b51e-f51dd0f6d5a3",
        "vso.code": "b325850d-aa53-41ed-b77a-c5036b2f39fa",
        "vso.code_full": "9aae797f-f2fc-47b9-bae7-1db49fdd874b",
        "vso.code_manage": "5f1d8cdf-acb3-47db-b79d-e0c6f18e262d",
        "vso.code_status": "7082e756-8e76-4ebc-a2b0-353809a642c2",
        "vso.code_write": "028ffaf1-6f06-490a-979e-38011f92fb7c",
        "vso.graph": "75a97209-eb46-4571-9d6b-777ae5fcb245",
        "vso.identity": "e1bca0e2-994e-4688-b5f6-665b49ee1787",
        "vso.packaging": "fcc79b02-ad6b-4ac7-af05-70cb9e349708",
        "vso.profile": "4ee63f9b-9e65-476c-a487-9fea1e00c7ef",
        "vso.project": "7b1a2725-1134-40f5-a891-d20bbb122919",
        "vso.threads_full": "58e8028a-07da-44f8-9dce-69f2052e9a0f",
        "vso.work": "3214d9aa-5551-4ef3-a866-22914177e2a4",
        "vso.work_full": "3e49c96c-b24e-493b-a225-497a7b3805ab",
        "vso.work_write": "dfc8977a-1f87-4e99-95cb-4bd25e4f546d",
    },
    "azure-resource-manager": {"user_impersonation": "41094075-9dad-400e-a0bd-54e686782033"},
    "azure-storage": {"user_impersonation": "03e0da56-190b-40ad-a80c-ea378c433f7f"},
    "microsoft-graph": {
        "Calendars.Read": "465a38f9-76ea-45b9-9f34-9e8b0d4b0b42",
        "Directory.AccessAsUser.All": "0e263e50-5827-48a4-b97c-d940288653c7",
        "Directory.Read.All": "06da0dbc-49e2-44d2-8312-53f166ab848a",
        "Files.Read": "10465720-29dd-4523-a11a-6a75c743c9d9",
        "Files.Read.All": "df85f4d6-205c-4ac5-a5ea-6bf408dba283",
        "Files.ReadWrite": "5c28f0bf-8a70-41f1-8ab2-9032436ddb65",
        "Files.ReadWrite.All": "863451e7-0667-486c-a5d6-d135439485f0",
        "Mail.Read": "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
        "Mail.ReadWrite": "024d486e-b451-40bb-833d-3e66d98c5c73",
        "Mail.Send": "e383f46e-2787-4529-855e-0e479a3ffac0",
        "Sites.Read.All": "205e70e5-aba6-4c52-a976-6d2d46c48043",
        "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
        "User.Read.All": "a154be20-db9c-4678-8ab7-66f6cc099a59",
        "User.ReadBasic.All": "b340eb25-3456-403f-be2f-af7a0d370277",
        "User.ReadWrite": "b4e74841-8e56-480b-be8b-910348b18b4c",
        "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
        "offline_access": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
        "openid": "37f7f235-527c-4136-accd-4a02d197296e",
        "profile": "14dad69e-099b-42c9-810b-d002981feec1",
    },
}
"""Name of an API → delegated permissions by name, with the id of each."""

_NAMES = {
    (APPLICATION_IDS[api], scope_id): name for api, scopes in SCOPE_IDS.items() for name, scope_id in scopes.items()
}


def scope_name(app_id: str, scope: str) -> str:
    """Return the name of a delegated permission of an API for its id; the id itself if it is not listed here."""
    return _NAMES.get((app_id.lower(), scope.lower()), scope)


def shown_api(app_id: str) -> str:
    """Return the name of an API for its application id; the id itself for an API that is not listed here."""
    return API_NAMES.get(app_id.lower(), app_id)
