"""Compares the packed catalogue of built-in roles with the current role definitions of Azure.

Owns the definition and the wording of a change; roles that become privileged come first. Microsoft changes built-in
roles without notice, and an outdated catalogue gives outdated results.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from access.azure.catalogue import AZURE_ROLES, Permission, Role, every_role
from access.azure.definitions import blocks_of
from access.azure.packing import packed
from access.azure.privileges import privileged


@dataclass(frozen=True, kw_only=True)
class RoleChange:
    """Changes of one built-in role: new or removed, renamed, and added or removed operations."""

    sign: str
    """`+` for an added role, `-` for a removed role, `~` for a changed role."""
    role: Role
    """The current role, or the removed role."""
    formerly: str = ""
    """Former name of a renamed role."""
    added: tuple[str, ...] = ()
    """Operations that were added: `data action Microsoft.Storage/…/read`."""
    removed: tuple[str, ...] = ()
    now_privileged: str = ""
    """Reason why the role is privileged now and was not before."""

    def lines(self) -> Iterator[str]:
        """Yield the change of a role as lines of text."""
        name = f"{self.role.name!r}" + (f", formerly {self.formerly!r}" if self.formerly else "")
        yield f"{self.sign} {name} ({self.role.id})"
        if self.now_privileged:
            yield f"    now privileged: {self.now_privileged}"
        yield from (f"    + {each}" for each in self.added)
        yield from (f"    - {each}" for each in self.removed)
        if self.sign == "~" and not (self.formerly or self.added or self.removed):
            yield "    its permissions are grouped differently"


def packed_roles() -> list[Role]:
    """Return the packed roles that a subscription lists, without Cosmos DB roles."""
    return [role for role in every_role() if role.system == "azure"]


def compare(before: Iterable[Role], now: Iterable[Role]) -> list[RoleChange]:
    """Return the changes between packed and current roles: newly privileged roles first, then by name."""
    old, new = ({role.id: role for role in roles} for roles in (before, now))
    changes = [_change(old.get(role_id), new.get(role_id)) for role_id in {**old, **new}]
    found = [each for each in changes if each is not None]
    return sorted(found, key=lambda each: (not each.now_privileged, each.role.name.casefold(), each.role.id))


def updated_roles(before: Iterable[Role], now: Iterable[Role]) -> list[Role]:
    """Return the current roles together with their former names, for a new catalogue file."""
    old = {role.id: role for role in before}
    current = list(now)
    taken = {role.name.casefold() for role in current}
    return [_written(old.get(role.id), role, taken) for role in current]


def write(roles: Iterable[Role], path: Path = AZURE_ROLES) -> None:
    """Replace the file of the role catalogue atomically with new contents."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(packed(roles), encoding="utf-8")
    temporary.replace(path)


def _written(old: Role | None, role: Role, taken: set[str]) -> Role:
    if old is None:
        return role
    names = (*old.former_names, *(() if old.name == role.name else (old.name,)))
    former = tuple(dict.fromkeys(name for name in names if name.casefold() not in taken))
    same = blocks_of(old) == blocks_of(role)
    return replace(role, former_names=former, permissions=old.permissions if same else role.permissions)


def _change(old: Role | None, new: Role | None) -> RoleChange | None:
    if new is None or old is None:
        role = new or old
        if role is None:
            return None
        why = (privileged(new) or "") if new else ""
        return RoleChange(sign="+" if new else "-", role=role, now_privileged=why)
    if old.name == new.name and blocks_of(old) == blocks_of(new):
        return None
    was, is_now = _operations(old), _operations(new)
    return RoleChange(
        sign="~",
        role=new,
        formerly="" if old.name == new.name else old.name,
        added=tuple(is_now[each] for each in sorted(is_now.keys() - was.keys())),
        removed=tuple(was[each] for each in sorted(was.keys() - is_now.keys())),
        now_privileged="" if privileged(old) else privileged(new) or "",
    )


def _operations(role: Role) -> dict[str, str]:
    """Return the operations of a role as a mapping from lower case to Azure's spelling."""
    return {line.lower(): line for block in role.permissions for line in _lines(block)}


def _lines(block: Permission) -> Iterator[str]:
    condition = " ".join((block.condition or "").split())
    under = f", where {condition}" if condition else ""
    for noun, names in (
        ("action", block.actions),
        ("not action", block.not_actions),
        ("data action", block.data_actions),
        ("not data action", block.not_data_actions),
    ):
        yield from (f"{noun} {name}{under}" for name in names)
