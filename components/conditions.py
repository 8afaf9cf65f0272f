"""Builds conditions on role assignments: text in Azure's condition language, version 2.0.

Owns the form of a condition, which restricts every action that it is about: an action that no guard names is
unrestricted. Format: "Example Azure role assignment conditions for Blob Storage", Microsoft Learn, 2023-05-09, "Azure
role assignment condition format and syntax", 2024-04-01, and "Examples to delegate Azure role assignment management
with conditions", 2024-04-15.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from access.azure.roles import Role

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_READ = f"{_BLOBS}/read"
_LISTS = "SubOperationMatches{'Blob.List'}"
_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_REPOSITORY = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"


def under_paths(role: Role, prefixes: Sequence[str]) -> str:
    """Return the condition that restricts a role to blobs whose names begin with a prefix, listing included."""
    reading = f"ActionMatches{{'{_READ}'}}"
    others = [f"ActionMatches{{'{action}'}}" for action in _data_actions(role) if action != _READ]
    quoted = [_quoted(prefix) for prefix in prefixes]
    by_name = _any_of(f"@Resource[{_BLOBS}:path] StringStartsWith {prefix}" for prefix in quoted)
    by_request = _any_of(f"@Request[{_BLOBS}:prefix] StringStartsWith {prefix}" for prefix in quoted)
    # A request to list has no blob path, so a condition of its own compares the prefix of the request.
    named = _guarded([f"{reading} AND NOT {_LISTS}", *others], by_name)
    return f"{named} AND {_guarded([f'{reading} AND {_LISTS}'], by_request)}"


def in_repositories(role: Role, repositories: Iterable[str]) -> str:
    """Return the condition that restricts a role to some repositories of a registry in repository mode."""
    actions = (f"ActionMatches{{'{action}'}}" for action in _data_actions(role))
    return _guarded(actions, _any_of(f"{_REPOSITORY} StringEquals {_quoted(one)}" for one in repositories))


class Assignable(NamedTuple):
    """Roles that the deployer may assign, and the types of principals that these roles may be assigned to."""

    roles: Sequence[Role]
    principal_types: Sequence[str]


def assigns_only(*grants: Assignable, never_to: str) -> str:
    """Return the condition that lets a principal create and delete assignments of some roles and principal types.

    Args:
        grants: allowed roles, each with the types of principals.
        never_to: object id of a principal whose assignments are excluded: the principal that the condition is for.
    """

    def allowed(grant: Assignable, source: str) -> str:
        ids = ", ".join(sorted(role.id for role in grant.roles))
        types = ", ".join(_quoted(one) for one in grant.principal_types)
        of_role = f"@{source}[{_ASSIGNMENTS}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{ids}}}"
        of_type = f"@{source}[{_ASSIGNMENTS}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{{types}}}"
        return f"({of_role} AND {of_type})"

    def guarded(verb: str, source: str) -> str:
        # "Azure role assignment condition format and syntax", Microsoft Learn, 2024-04-01, *Cross product comparison*.
        of_others = f"@{source}[{_ASSIGNMENTS}:PrincipalId] ForAnyOfAllValues:GuidNotEquals {{{never_to}}}"
        of_roles = _any_of(allowed(grant, source) for grant in grants)
        return _guarded([f"ActionMatches{{'{_ASSIGNMENTS}/{verb}'}}"], f"({of_others} AND {of_roles})")

    # A new assignment's attributes are in the request, those of an assignment to delete are in the resource.
    return f"{guarded('write', 'Request')} AND {guarded('delete', 'Resource')}"


def _data_actions(role: Role) -> list[str]:
    return sorted({action for block in role.permissions for action in block.data_actions})


def _guarded(actions: Iterable[str], test: str) -> str:
    neither = " AND ".join(f"!({action})" for action in actions)
    return f"(({neither}) OR {test})"


def _quoted(text: str) -> str:
    """Quote a text for a condition; raise for an empty text, which every name begins with, and a text with quotes."""
    if re.fullmatch(r"[^'\\\s]+", text) is None:
        raise ValueError(
            f"a condition cannot compare with {text!r}; write at least one character, and none of blank, ' and \\"
        )
    return f"'{text}'"


def _any_of(tests: Iterable[str]) -> str:
    return f"({' OR '.join(tests)})"
