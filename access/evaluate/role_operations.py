"""Which operations roles and verbs stand for at a type of resource.

Owns reading operations as verbs: a verb is what its role adds to the lesser ones of the kind, so that who may read is
not said to write, and who may write is said to read.
"""

from collections.abc import Iterable
from functools import cache

from access.azure.catalogue import Role, by_name
from access.azure.type_operations import is_cosmos
from access.azure.verb_roles import VERBS
from access.evaluate.operation_sets import universe_of_type
from access.evaluate.operation_words import word
from access.evaluate.verdicts import granted
from access.model.declared import DeclaredAccess
from access.model.errors import UnknownRole

Operations = frozenset[str]


@cache
def operations(role: Role, arm_type: str) -> tuple[Operations, Operations]:
    """What a role allows at a type of resource at most, control plane and data plane."""
    planes: list[Operations] = []
    for data in (False, True):
        universe = universe_of_type(arm_type, data=data)
        bits = granted(role, universe, {})
        names = universe.names(bits.certain | bits.perhaps, 0)[0]
        # Two systems: Cosmos knows its data only, and no Azure role reaches that.
        cosmos = role.system == "cosmos"
        planes.append(frozenset(name for name in names if (data and is_cosmos(name)) == cosmos))
    return planes[0], planes[1]


def of_role(role: Role, arm_type: str) -> Operations:
    """The same for both planes together."""
    return frozenset[str]().union(*operations(role, arm_type))


def of_access(access: DeclaredAccess, kind: str, arm_type: str) -> Operations:
    """What a declared access allows: all that its role does."""
    names = (access.role,) if access.role else VERBS.get((kind, access.verb), ())
    return frozenset[str]().union(*(of_role(role, arm_type) for role in _roles(names)))


@cache
def essence(kind: str, verb: str, arm_type: str) -> Operations:
    """The operations any one of which means that the verb is held."""
    return frozenset[str]().union(*(_essence(role, kind, verb, arm_type) for role in _of_verb(kind, verb)))


def verbs_in(found: Operations, kind: str, arm_type: str) -> list[str]:
    """The verbs of a kind that some operations amount to."""
    return [verb for each, verb in VERBS if each == kind and essence(kind, verb, arm_type) & found]


def _essence(role: Role, kind: str, verb: str, arm_type: str) -> Operations:
    own = _main(role, arm_type)
    others = [
        _main(other, arm_type)
        for each, other_verb in VERBS
        if each == kind and other_verb != verb
        for other in _of_verb(each, other_verb)
    ]
    rest = own.difference(*(other for other in others if other < own))
    return frozenset(name for name in rest if word(name) == verb) or rest


def _main(role: Role, arm_type: str) -> Operations:
    """What a role is for: its data operations, where it has any."""
    control, data = operations(role, arm_type)
    return data or control


def _of_verb(kind: str, verb: str) -> list[Role]:
    return _roles(VERBS.get((kind, verb), ()))


def _roles(names: Iterable[str]) -> list[Role]:
    found: list[Role] = []
    for name in names:
        try:
            found.append(by_name(name))
        except UnknownRole:
            continue  # the network's own file is refused for it
    return found
