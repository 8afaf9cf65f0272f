"""Maps roles and verbs to the operations that they allow, and operations back to verbs.

A verb is identified by the operations that its role adds to the lesser roles of the kind: a principal that may read
is not reported to write, and one that may write is reported to read.
"""

from collections.abc import Iterable
from functools import cache

from access.azure.catalogue import Role, by_name
from access.azure.planes import system_of
from access.azure.unlisted_names import missing_operations, unlisted
from access.azure.verbs import VERBS
from access.evaluate.operation_sets import operation_set_of_type
from access.evaluate.verdicts import granted_by_role
from access.evaluate.wording import word
from access.model.declared import DeclaredAccess
from access.model.errors import UnknownRole

Operations = frozenset[str]


@cache
def operations_by_plane(role: Role, arm_type: str) -> tuple[Operations, Operations]:
    """Return the operations that a role can allow at a resource type, per plane."""
    planes: list[Operations] = []
    for data in (False, True):
        unlisted_here = unlisted(role, data=data)
        more = missing_operations(unlisted_here, frozenset({role}), arm_type, data=data)
        operation_set = operation_set_of_type(arm_type, data=data, unlisted=more[0], foreign=more[1])
        bits = granted_by_role(role, operation_set, {})
        names = operation_set.names(bits.certain | bits.perhaps, 0)[0]
        # Cosmos DB's own roles allow only its data, app roles only calls, and no Azure role allows either.
        system = "azure" if role.system == "settings" else role.system
        planes.append(frozenset(name for name in names if (system_of(name) if data else "azure") == system))
    return planes[0], planes[1]


def operations_of_role(role: Role, arm_type: str) -> Operations:
    """Return the operations that a role can allow at a resource type, both planes together."""
    return frozenset[str]().union(*operations_by_plane(role, arm_type))


def operations_of_access(access: DeclaredAccess, kind: str, arm_type: str) -> Operations:
    """Return the operations that a declared access allows: all those of its role."""
    names = (access.role,) if access.role else VERBS.get((kind, access.verb), ())
    return frozenset[str]().union(*(operations_of_role(role, arm_type) for role in _known_roles(names)))


@cache
def identifying_operations(kind: str, verb: str, arm_type: str) -> Operations:
    """Return the operations that identify a verb: having any one means having the verb."""
    return frozenset[str]().union(
        *(_identifying_operations(role, kind, verb, arm_type) for role in _roles_of_verb(kind, verb))
    )


def verbs_of_operations(found: Operations, kind: str, arm_type: str) -> list[str]:
    """Return the verbs that a set of operations amounts to at a kind of resource."""
    return [verb for each, verb in VERBS if each == kind and identifying_operations(kind, verb, arm_type) & found]


def _identifying_operations(role: Role, kind: str, verb: str, arm_type: str) -> Operations:
    own = _main_operations(role, arm_type)
    others = [
        _main_operations(other, arm_type)
        for each, other_verb in VERBS
        if each == kind and other_verb != verb
        for other in _roles_of_verb(each, other_verb)
    ]
    rest = own.difference(*(other for other in others if other < own))
    return frozenset(name for name in rest if word(name) == verb) or rest


def _main_operations(role: Role, arm_type: str) -> Operations:
    """Return the main operations of a role: its data operations, if it has any."""
    control, data = operations_by_plane(role, arm_type)
    return data or control


def _roles_of_verb(kind: str, verb: str) -> list[Role]:
    return _known_roles(VERBS.get((kind, verb), ()))


def _known_roles(names: Iterable[str]) -> list[Role]:
    found: list[Role] = []
    for name in names:
        try:
            found.append(by_name(name))
        except UnknownRole:
            continue  # the manifest's own checks report it
    return found
