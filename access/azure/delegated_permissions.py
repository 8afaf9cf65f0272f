"""Well-known APIs that agents call for users, with their application ids and the ids of their delegated permissions.

An application lists the permissions that it requires by id, and consent lists them by name; the ids of Microsoft's own
APIs are the same in every tenant. An id that is not listed here is shown as it is. Sources: for Microsoft Graph see
`data/README.md`; the delegated permissions of Azure DevOps in the manifests of its service principal, such as
`az ad sp show --id 499b84ac-1321-427f-aa17-267ca6975798`, 2025; "OAuth 2.0 permissions of first-party applications"
likewise for Azure Resource Manager and Azure Storage, 2025.
"""

from collections.abc import Mapping
from functools import cache

from access.azure.graph_permission_ids import graph_permission_ids

__all__ = ["API_NAMES", "APPLICATION_IDS", "scope_ids", "scope_name", "shown_api"]

APPLICATION_IDS: Mapping[str, str] = {
    "azure-devops": "499b84ac-1321-427f-aa17-267ca6975798",
    "azure-resource-manager": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "azure-storage": "e406a681-f3d4-42a8-90b6-c2b029497af1",
    "microsoft-graph": "00000003-0000-0000-c000-000000000000",
}
"""Name of an API in network.yaml → application id of the API, the same in every tenant."""
API_NAMES: Mapping[str, str] = {app_id: name for name, app_id in APPLICATION_IDS.items()}
"""Application id of an API → its name in network.yaml."""

_SCOPE_IDS: Mapping[str, Mapping[str, str]] = {
    "azure-devops": {
        "user_impersonation": "ee69721e-6c3a-468f-a9ec-302d16a4c599",
        "vso.agentpools": "ff83db68-cb4a-4cff-9bfe-285ed2bb9e45",
        "vso.agentpools_manage": "09370e63-5e5c-4c44-b89a-6368427605d4",
        "vso.analytics": "fcd8f1a4-ac62-487a-b198-13632f189646",
        "vso.auditlog": "47446fe8-9e9f-4bb2-bc8b-81a861caeddb",
        "vso.auditstreams_manage": "ba2781d8-d6df-4b58-ac73-d80e7cdd25cd",
        "vso.build": "0d85fdcb-8267-4af0-857e-7f76b110fbdc",
        "vso.build_execute": "b64406bf-2a08-4182-b51e-f51dd0f6d5a3",
        "vso.code": "b325850d-aa53-41ed-b77a-c5036b2f39fa",
        "vso.code_full": "9aae797f-f2fc-47b9-bae7-1db49fdd874b",
        "vso.code_manage": "5f1d8cdf-acb3-47db-b79d-e0c6f18e262d",
        "vso.code_status": "7082e756-8e76-4ebc-a2b0-353809a642c2",
        "vso.code_write": "028ffaf1-6f06-490a-979e-38011f92fb7c",
        "vso.connected_server": "c994c1ad-fd6d-42ae-9af7-20d4820fe36c",
        "vso.dashboards": "e9e366b1-b116-44b7-bd65-575d6bc13fc8",
        "vso.dashboards_manage": "885358bd-5763-4432-a781-5f2c78eb29e2",
        "vso.entitlements": "c3cbdc26-4b85-4be1-bfb4-af3a552fb28c",
        "vso.environment_manage": "8f4f9d85-c065-4d6c-8535-99d2998c84bd",
        "vso.extension": "8fd343dd-9d94-4128-b3a3-f0ba1b869463",
        "vso.extension_manage": "657d7b2a-c30e-48d1-8041-f563ec1c94fa",
        "vso.gallery": "c2353c51-3f94-413b-b7b1-083b387258c0",
        "vso.gallery_acquire": "87cbee9a-42a4-4213-963a-189cb029f8fa",
        "vso.gallery_manage": "05ac28f3-1561-4528-8579-c379a0f02805",
        "vso.gallery_publish": "ac7ed1fb-75be-4f8c-adf3-4d19a5cead08",
        "vso.graph": "75a97209-eb46-4571-9d6b-777ae5fcb245",
        "vso.graph_manage": "e5125ad5-f716-4bc5-8688-14499b80567e",
        "vso.identity": "e1bca0e2-994e-4688-b5f6-665b49ee1787",
        "vso.identity_manage": "8b01a8c5-f24c-4740-8104-d74337d52c0f",
        "vso.machinegroup_manage": "98b7775c-bc8f-4a14-8ca3-d83bfff24d81",
        "vso.memberentitlementmanagement": "eafb48a2-84ed-4179-802a-5d6f1fe452f6",
        "vso.memberentitlementmanagement_write": "7f232b5a-2cf4-410c-833e-7fcb6175eb94",
        "vso.notification": "e7fce5bb-fd6c-4f04-9a7d-bc4d67ea64fc",
        "vso.notification_diagnostics": "0284cfbf-b7a6-4576-b9f4-cade73cfc16f",
        "vso.notification_manage": "90f74b44-f4ec-4f41-9003-cb9cb64cdd32",
        "vso.notification_write": "10e32108-6193-4cd9-b405-ab95c87509b0",
        "vso.packaging": "fcc79b02-ad6b-4ac7-af05-70cb9e349708",
        "vso.packaging_manage": "1c2a30a3-4b4c-42b1-bb10-6f24faf344d7",
        "vso.packaging_write": "fb6a8425-8933-4b7f-9c4a-154568e06e5c",
        "vso.pipelineresources_manage": "8deb8858-ff9b-4c4e-b702-5a6abbb28db0",
        "vso.pipelineresources_use": "7c6f675c-fff5-4f8a-adf1-1a3d6f3fafdc",
        "vso.profile": "4ee63f9b-9e65-476c-a487-9fea1e00c7ef",
        "vso.profile_write": "cf053792-b7ad-46ba-aecb-a8e9b706587e",
        "vso.project": "7b1a2725-1134-40f5-a891-d20bbb122919",
        "vso.project_manage": "0bf9fd64-9272-43aa-8459-00e29f78e146",
        "vso.project_write": "e8a8f033-da2f-4059-ba3e-63a8f69b8842",
        "vso.release": "a6abae6c-fe64-4795-aea0-ccf174ec25cf",
        "vso.release_execute": "1decc0a5-a110-4bb7-86e5-0b0ecf40c010",
        "vso.release_manage": "36d3e2c4-2a6b-4dd0-aa72-058aaedf09d4",
        "vso.securefiles_manage": "2b7fbe3e-6b64-4f44-a125-fb407930daaf",
        "vso.securefiles_read": "a07b91f9-72ea-4d16-a874-018f0350e3c1",
        "vso.securefiles_write": "6c67f103-736c-44a0-9c09-6e72547c7d99",
        "vso.security_manage": "59ead6af-1488-485a-bd24-059f30ad33f2",
        "vso.serviceendpoint": "503568bd-aea0-4478-a536-a8325f5f0830",
        "vso.serviceendpoint_manage": "6f9f984c-a956-40b7-a6ac-4f7e3f091f96",
        "vso.serviceendpoint_query": "81928d24-d278-4dc9-baf9-6756e5ea62e2",
        "vso.symbols": "c424c3d9-15df-4837-9fa3-b9ed83b3687a",
        "vso.symbols_manage": "6314624e-fd22-4945-a279-2bab145fe26e",
        "vso.symbols_write": "61b345ff-217b-4c81-9648-88991cf1c1ee",
        "vso.taskgroups_manage": "7a350bc8-d2d9-4842-9c59-a815a1923097",
        "vso.taskgroups_read": "8f5046df-6ee0-497b-b5b2-5e125f882eae",
        "vso.taskgroups_write": "8be3739c-dabb-4cf4-a05d-207a5220e4f0",
        "vso.test": "c0efe20b-0db1-4aec-9cb5-cdc097b2e773",
        "vso.test_write": "0a731f7b-93ec-4267-aa35-47b4b9fcdf08",
        "vso.threads_full": "58e8028a-07da-44f8-9dce-69f2052e9a0f",
        "vso.tokenadministration": "859fb1f9-e5ab-4e67-88f8-a971d3e4707a",
        "vso.tokens": "ea83b09f-09d2-4ee5-bb93-d346c57debdb",
        "vso.variablegroups_manage": "e20dcb7e-deff-4025-805a-853e74ff44c1",
        "vso.variablegroups_read": "469808c3-0aad-4ce3-854e-0080dfc973d9",
        "vso.variablegroups_write": "c4679fff-04f1-4e29-88b4-4ae78bf4ee27",
        "vso.wiki": "7ad94a7f-9169-422b-a66b-1c74dea4c016",
        "vso.wiki_write": "b5ffdb18-5c2f-420d-a35a-8ffe20092235",
        "vso.work": "3214d9aa-5551-4ef3-a866-22914177e2a4",
        "vso.work_full": "3e49c96c-b24e-493b-a225-497a7b3805ab",
        "vso.work_write": "dfc8977a-1f87-4e99-95cb-4bd25e4f546d",
    },
    "azure-resource-manager": {"user_impersonation": "41094075-9dad-400e-a0bd-54e686782033"},
    "azure-storage": {"user_impersonation": "03e0da56-190b-40ad-a80c-ea378c433f7f"},
}


def scope_ids(api: str) -> Mapping[str, str]:
    """Return the known delegated permissions of an API by name, with their ids; empty for an API of one's own."""
    return graph_permission_ids("delegated") if api == "microsoft-graph" else _SCOPE_IDS.get(api, {})


@cache
def _names() -> dict[tuple[str, str], str]:
    """Return the name of each known permission by the application id of its API and its own id."""
    return {
        (app_id, scope_id): name for api, app_id in APPLICATION_IDS.items() for name, scope_id in scope_ids(api).items()
    }


def scope_name(app_id: str, scope: str) -> str:
    """Return the name of a delegated permission of an API for its id; the id itself if it is not listed here."""
    return _names().get((app_id.lower(), scope.lower()), scope)


def shown_api(app_id: str) -> str:
    """Return the name of an API for its application id; the id itself for an API that is not listed here."""
    return API_NAMES.get(app_id.lower(), app_id)
