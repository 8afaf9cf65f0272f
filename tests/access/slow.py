"""Slow reference implementation of effective access, for comparison with the fast one.

Slow and meant to be read next to Microsoft's description: no sets of bits, no memory, no index. It shares with the code
under test the matching of one name, the reading of conditions and the list of key operations' names.
"""

from typing import NamedTuple

from access.azure.actions import covered, covers
from access.azure.catalogue import Permission
from access.evaluate.conditions.attributes import attributes_of_resource
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.evaluate.conditions.suboperations import BY_OPERATION
from access.model.errors import ConditionError
from access.model.graph import Assignment, DenyAssignment, Graph, Resource

NO, PERHAPS, YES = 0, 1, 2
BLOBS = "microsoft.storage/storageaccounts/blobservices/containers/blobs/"
COSMOS_OBJECTS = {
    *("apis", "cassandrakeyspaces", "databases", "gremlindatabases", "mongodbdatabases", "sqldatabases", "tables"),
}
HIERARCHICAL = "resource[microsoft.storage/storageaccounts:ishnsenabled]"


def decided(graph: Graph, principal: str, resource: Resource, operation: str, *, data: bool) -> int:
    """Return NO, PERHAPS or YES for one operation."""
    by_role = all_parts(graph, principal, resource, operation, data=data)
    return max(by_role, by_key(graph, principal, resource, operation, data=data))


class Query(NamedTuple):
    operation: str
    part: str | None
    data: bool

    @property
    def of_cosmos(self) -> bool:
        return self.data and self.operation.lower().startswith("microsoft.documentdb/databaseaccounts/")

    @property
    def of_entra(self) -> bool:
        return self.data and self.operation.lower().startswith("microsoft.graph/")


def all_parts(graph: Graph, principal: str, resource: Resource, operation: str, *, data: bool) -> int:
    names = (None, *(BY_OPERATION.get(operation.lower(), ()) if data else ()))
    parts = [one_part(graph, principal, resource, Query(operation, name, data)) for name in names]
    if min(parts) == YES:
        return YES
    return PERHAPS if max(parts) > NO else NO


def one_part(graph: Graph, principal: str, resource: Resource, query: Query) -> int:
    best = by_settings = NO
    for one in graph.assignments:
        if one.principal.lower() == principal.lower() and is_within(resource.id, one.scope):
            if one.system == "settings":
                by_settings = max(by_settings, given(one, resource, query))
            else:
                best = max(best, min(given(one, resource, query), honoured(graph, one, resource, query)))
    for deny in graph.denies:
        if concerns(deny, principal, resource):
            best = min(best, YES - denied(deny, resource, query))
    return max(best, by_settings)


def honoured(graph: Graph, one: Assignment, resource: Resource, query: Query) -> int:
    """Return NO or PERHAPS where a service ignores roles for an operation."""
    best = YES
    for holder in graph.resources:
        ignored = holder.ignores_roles
        if ignored is None or one.system != "azure" or not is_within(resource.id, holder.id):
            continue
        if ignored.data is query.data and covered(ignored.patterns, query.operation, granting=False):
            steps = [
                max(all_parts(graph, one.principal, holder, name, data=False) for name in each)
                for each in ignored.switch
            ]
            back = min([PERHAPS, *steps]) if steps else NO
            best = min(best, back if ignored.certain else PERHAPS)
    return best


def given(one: Assignment, resource: Resource, query: Query) -> int:
    if query.of_cosmos is not (one.system == "cosmos") or query.of_entra is not (one.system == "entra"):
        return NO
    own = min(granted(one, resource, query), holds(one.condition, resource, query))
    return max(own, min(granted(one, resource, query, conditions=False), as_superuser(one, resource, query)))


def as_superuser(one: Assignment, resource: Resource, query: Query) -> int:
    """Return NO, PERHAPS or YES for a blob operation in an account with a hierarchical namespace, which may be flat."""
    conditions = [one.condition, *(block.condition for block in (one.role.permissions if one.role else ()))]
    if not (query.data and query.operation.lower().startswith(BLOBS)) or not any(conditions):
        return NO
    superuser = Query(f"{BLOBS}runassuperuser/action", None, data=True)
    hierarchical = {**attributes_of_resource(resource.id), **resource.attributes}.get(HIERARCHICAL)
    known = NO if hierarchical is False else YES if hierarchical is True else PERHAPS
    return min(known, granted(one, resource, superuser), holds(one.condition, resource, superuser))


def granted(one: Assignment, resource: Resource, query: Query, *, conditions: bool = True) -> int:
    if one.role is None:
        return PERHAPS
    best = NO
    for block in one.role.permissions:
        grants, excludes = both(block, data=query.data)
        if covered(grants, query.operation) and not covered(excludes, query.operation, granting=False):
            best = max(best, holds(block.condition, resource, query) if conditions else YES)
    return best


def denied(deny: DenyAssignment, resource: Resource, query: Query) -> int:
    if query.of_cosmos or query.of_entra:
        return NO
    best = NO
    for block in deny.permissions:
        denies, excepts = both(block, data=query.data)
        narrow = covered(denies, query.operation, granting=False) and not covered(excepts, query.operation)
        wide = covered(denies, query.operation) and not covered(excepts, query.operation, granting=False)
        here = YES if narrow else PERHAPS if wide else NO
        best = max(best, min(here, holds(block.condition, resource, query)))
    return min(best, holds(deny.condition, resource, query))


def both(block: Permission, *, data: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # Written out, since the code under test has the same choice in one place.
    return (block.data_actions, block.not_data_actions) if data else (block.actions, block.not_actions)


def holds(text: str | None, resource: Resource, query: Query) -> int:
    if not text:
        return YES
    try:
        condition = parse(text)
    except ConditionError:
        return PERHAPS

    def of_pattern(pattern: str) -> tuple[int, int]:
        return int(covers(pattern, query.operation, granting=False)), int(
            covers(pattern, query.operation, granting=True)
        )

    attributes = {**attributes_of_resource(resource.id), **resource.attributes}
    verdict = evaluate(condition, ConditionQuery(1, of_pattern, query.part), attributes)
    return YES if verdict.true else NO if verdict.false else PERHAPS


def concerns(deny: DenyAssignment, principal: str, resource: Resource) -> bool:
    everyone = "00000000-0000-0000-0000-000000000000"
    named = [one.lower() for one in deny.principals]
    if principal.lower() in [one.lower() for one in deny.excluded_principals]:
        return False
    if deny.does_not_apply_to_children and segments(deny.scope) != segments(resource.id):
        return False
    return is_within(resource.id, deny.scope) and (principal.lower() in named or everyone in named)


def by_key(graph: Graph, principal: str, resource: Resource, operation: str, *, data: bool) -> int:
    """Return NO, PERHAPS or YES for access without a data role: by keys, local users or public access."""
    if "/databaseAccounts/" in resource.id:
        inside = operation.lower().partition("/databaseaccounts/")[2].partition("/")[0]
        if not data and inside not in COSMOS_OBJECTS:
            return NO
        # A setting of the account can forbid keys to change its databases and containers.
        return min(of_cosmos(graph, principal, resource, operation), YES if data else PERHAPS)
    if "/storageAccounts/" not in resource.id or not (data or is_of_storage_service(operation)):
        return NO
    return of_storage(graph, principal, resource, operation)


def is_of_storage_service(operation: str) -> bool:
    """Return True if the blob, file, queue or table service performs an operation of the control plane."""
    inside = operation.lower().partition("/storageaccounts/")[2]
    whole = inside.startswith(("queueservices/", "tableservices/"))
    return whole or inside in {
        *("listaccountsas/action", "listservicesas/action"),
        *(f"blobservices/{name}" for name in ("read", "write", "getinfo/action")),
        *(f"blobservices/containers/{name}" for name in ("read", "write", "delete")),
        *(f"blobservices/containers/{name}/action" for name in ("lease", "getacl", "setacl")),
        *(f"fileservices/{name}" for name in ("read", "write")),
        *(f"fileservices/shares/{name}" for name in ("read", "write", "delete", "lease/action")),
    }


def of_cosmos(graph: Graph, principal: str, resource: Resource, operation: str) -> int:
    account = around(graph, resource, "databaseAccounts")

    def held(*names: str) -> int:
        return any_of(graph, principal, account, "Microsoft.DocumentDB/databaseAccounts", names)

    last = operation.rpartition("/")[2]
    full = held("listKeys/action", "listConnectionStrings/action", "regenerateKey/action")
    reads = last.startswith("read") or last == "executeQuery"
    readonly = held("readonlykeys/action", "readonlykeys/read") if reads else NO
    return turned_on(max(full, readonly), state(graph, resource), held("write"))


def of_storage(graph: Graph, principal: str, resource: Resource, operation: str) -> int:
    account = around(graph, resource, "storageAccounts")
    kind = "Microsoft.Storage/storageAccounts"

    def held(*names: str, at: Resource = account) -> int:
        return any_of(graph, principal, at, kind, names)

    switch = held("write")
    names = ("listkeys", "listAccountSas", "listServiceSas", "regeneratekey", "rotateKey")
    keys = turned_on(held(*(f"{name}/action" for name in names)), state(graph, resource), switch)
    of_users = ("listKeys/action", "regeneratePassword/action", "regenerateSharedKey/action", "write")
    users = held(*(f"localUsers/{name}" for name in of_users))
    is_blob_read = operation.endswith("/blobs/read")
    publish = held("blobServices/containers/write", at=resource) if is_blob_read else NO
    # Containers that are not listed may still have a level of public access.
    again = switch if is_blob_read and resource.id.endswith(account.name) else NO
    return max(keys, min(max(users, publish), switch, PERHAPS), min(again, PERHAPS))


def turned_on(ways: int, works: int, switch: int) -> int:
    """Return NO, PERHAPS or YES for a way that a setting turns on and off."""
    return min(ways, switch, PERHAPS) if works == NO else min(ways, works)


def state(graph: Graph, resource: Resource) -> int:
    settings = {one.local_auth for one in graph.resources if is_within(resource.id, one.id)}
    return YES if True in settings else NO if False in settings else PERHAPS


def around(graph: Graph, resource: Resource, word: str) -> Resource:
    parts = resource.id.split("/")
    account_id = "/".join(parts[: parts.index(word) + 2])
    account = next((one for one in graph.resources if segments(one.id) == segments(account_id)), None)
    return account or Resource(id=account_id, name="", kind="")


def any_of(graph: Graph, principal: str, holder: Resource, kind: str, names: tuple[str, ...]) -> int:
    return max(all_parts(graph, principal, holder, f"{kind}/{name}", data=False) for name in names)


def quantified(quantifier: str, operator: str, left: list[str], right: list[str]) -> bool:
    """Evaluate a string comparison with a quantifier, pair by pair."""
    wanted = operator == "StringEquals"
    if quantifier == "ForAnyOfAnyValues":
        return any((one == other) == wanted for one in left for other in right)
    if quantifier == "ForAllOfAllValues":
        return all((one == other) == wanted for one in left for other in right)
    if quantifier == "ForAllOfAnyValues":
        return all(any((one == other) == wanted for other in right) for one in left)
    return any(all((one == other) == wanted for other in right) for one in left)


def is_within(inner: str, outer: str) -> bool:
    return segments(inner)[: len(segments(outer))] == segments(outer)


def segments(scope: str) -> list[str]:
    words = {"dbs": "sqldatabases", "colls": "containers"}
    return [words.get(part, part) for part in scope.lower().split("/") if part]
