"""Reads the access policies of key vaults, which give access by object id and without a role.

Owns policies in a vault's own settings and stand-alone ones. A permission without a known operation counts as every
operation of its kind. A vault that decides by roles ignores its policies. Source: "Vaults - Create Or Update"
(AccessPolicyEntry) in the REST reference of Key Vault, Microsoft Learn, 2026.
"""

from collections.abc import Iterator, Mapping

from access.azure.authorization_modes import ignored_roles
from access.azure.catalogue import Permission, Role
from access.azure.flat_properties import flattened
from access.azure.scopes import key
from access.model.graph import Assignment, Unread
from access.model.json_values import Values, is_known, listed, mapping, text
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["POLICY_TYPE", "access_policies"]

POLICY_TYPE = "azure-native:keyvault:AccessPolicy"
_VAULT_TYPE, _VAULT = "azure-native:keyvault:Vault", "microsoft.keyvault/vaults"
_AREAS = {"certificates": "certificates", "keys": "keys", "secrets": "secrets", "storage": "storageaccounts"}
_BY_PERMISSION: Mapping[str, Mapping[str, str]] = {
    "certificates": {
        "deleteissuers": "certificatecas/delete",
        "get": "certificates/read",
        "getissuers": "certificatecas/read",
        "list": "certificates/read",
        "listissuers": "certificatecas/read",
        "managecontacts": "certificatecontacts/write",
        "manageissuers": "certificatecas/*",
        "setissuers": "certificatecas/write",
    },
    "keys": {
        "get": "keys/read",
        "getrotationpolicy": "keyrotationpolicies/read",
        "list": "keys/read",
        "setrotationpolicy": "keyrotationpolicies/write",
        "unwrapkey": "keys/unwrap/action",
        "wrapkey": "keys/wrap/action",
    },
    "secrets": {
        "get": "secrets/getSecret/action",
        "list": "secrets/readMetadata/action",
        "set": "secrets/setSecret/action",
    },
    "storage": {
        "deletesas": "storageaccounts/sas/delete",
        "get": "storageaccounts/read",
        "getsas": "storageaccounts/sas/read",
        "list": "storageaccounts/read",
        "listsas": "storageaccounts/sas/read",
        "setsas": "storageaccounts/sas/set/action",
    },
}
"""Kind of object and permission in lower case → operation below `Microsoft.KeyVault/vaults`."""
_OF_SAME_NAME = frozenset(
    {
        *("backup", "create", "decrypt", "encrypt", "import", "purge", "recover", "regeneratekey", "release"),
        *("restore", "rotate", "set", "sign", "update", "verify"),
    }
)
"""Permissions whose operation is their own name with `/action`."""


def access_policies(resource_ids: ResourceIds, principals: Principals) -> Iterator[Assignment | Unread]:
    """Yield each access policy as an assignment at its vault, and a note for each that cannot be read."""
    vaults = {resource_ids.id_of(each): each for each in resource_ids.states if each.token == _VAULT_TYPE}
    for where, vault in vaults.items():
        if not _decides_by_policies(vault):
            continue
        if not is_known(_properties(vault).get("accessPolicies", ())):
            yield Unread(
                vault.location, "the principals of the vault's access policies are unknown before deployment, or secret"
            )
        else:
            urns = [
                urn for name in ("properties", "accessPolicies") for urn in vault.property_dependencies.get(name, ())
            ]
            for each in _entries(vault):
                yield from _grants(each, where, vault, principals.of(urns))
    for state in resource_ids.states:
        if state.token == POLICY_TYPE:
            where = _vault_of(state, vaults, resource_ids)
            if not where:
                yield Unread(state.location, "the vault of this access policy is unknown before deployment")
            elif where not in vaults or _decides_by_policies(vaults[where]):
                policy = mapping(state.inputs.get("policy") or state.outputs.get("policy"))
                yield from _grants(policy, where, state, principals.of(state.property_dependencies.get("policy", ())))


def _properties(vault: ResourceState) -> Values:
    """Return the properties that the program sets; Azure's where it sets none, which are not known in a preview."""
    values = vault.inputs or vault.outputs
    inner = values.get("properties")
    return {"accessPolicies": inner} if inner is not None and not is_known(inner) else flattened(values)


def _decides_by_policies(vault: ResourceState) -> bool:
    return ignored_roles(_VAULT, vault.inputs, vault.outputs) is not None


def _entries(vault: ResourceState) -> list[Values]:
    """Return the access policies of a vault that the program sets, and those that Azure returned."""
    found: list[Values] = []
    for values in (vault.inputs, vault.outputs):
        entries = flattened(values).get("accessPolicies")
        found += [each for each in map(mapping, listed(entries)) if each not in found]
    return found


def _grants(policy: Values, where: str, state: ResourceState, depends: list[str]) -> Iterator[Assignment | Unread]:
    given = text(policy, "objectId")
    for principal in [given] if given else depends:
        role = _role(policy, f"{where}/accessPolicies/{principal}")
        yield Assignment(
            id=role.id,
            name=f"access policy of {where.rpartition('/')[2]}",
            principal=principal,
            scope=where,
            role=role,
            role_id=role.id,
            location=state.location,
            system="settings",
        )
    if not given and not depends:
        yield Unread(
            state.location, "the principal of an access policy of the vault is unknown before deployment, or secret"
        )


def _role(policy: Values, role_id: str) -> Role:
    permissions = policy.get("permissions")
    if not is_known(permissions):
        operations, names = ["Microsoft.KeyVault/vaults/*"], ["permissions that are not known"]
    else:
        by_area = {area: listed(each) for area, each in mapping(permissions).items() if each}
        operations = [each for area, several in by_area.items() for one in several for each in _operations(area, one)]
        # A list that is not known may contain everything.
        unseen = [area for area, each in mapping(permissions).items() if each is not None and not is_known(each)]
        operations += [f"Microsoft.KeyVault/vaults/{_AREAS.get(area, '*')}/*" for area in unseen]
        names = [f"{area}: {', '.join(map(str, several))}" for area, several in by_area.items()]
    # The operations are a part of the id, since roles of one id count as one.
    return Role(
        id=role_id,
        name=f"access policy ({'; '.join(names)})",
        permissions=(Permission(data_actions=tuple(dict.fromkeys(operations))),),
        system="settings",
    )


def _operations(area: str, permission: object) -> list[str]:
    inside, name = _AREAS.get(area.lower()), str(permission).lower()
    if inside is None:
        return ["Microsoft.KeyVault/vaults/*"]
    known = _BY_PERMISSION[area.lower()].get(name)
    if known is None and name == "delete":
        known = f"{inside}/delete"
    if known is None:
        known = f"{inside}/{name}/action" if name in _OF_SAME_NAME else f"{inside}/*"
    return [f"Microsoft.KeyVault/vaults/{known}"]


def _vault_of(state: ResourceState, vaults: Mapping[str, ResourceState], resource_ids: ResourceIds) -> str:
    """Return the vault id of a stand-alone access policy: from its id, its name, or what its name depends on."""
    before, inside, _ = state.id.rpartition("/accessPolic")
    if inside:
        found = [each for each in vaults if key(each) == key(before)]
        return found[0] if found else before
    name = state.known_text("vaultName").lower()
    depends = {
        resource_ids.id_of(each) for each in resource_ids.named(state.property_dependencies.get("vaultName", ()))
    }
    found = [each for each in vaults if each.rpartition("/")[2].lower() == name or (not name and each in depends)]
    return found[0] if len(found) == 1 else ""
