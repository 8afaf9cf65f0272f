"""The role catalogue as it is packed: reads `data/`, one role a line, a line only when its role is asked for.

Owns the stored form (written by `access.azure.packing`) and looking up by name and id. What a role may be used for is
said in
`access.azure.privileges`; the door for other rooms is `access.azure.roles`. Role GUIDs stand in the data, in no
module.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from access.azure.errors import UnknownRole

System = Literal["azure", "cosmos"]

DATA = Path(__file__).parent / "data"
AZURE_ROLES = DATA / "azure_roles.jsonl"
COSMOS_ROLES = DATA / "cosmos_roles.jsonl"
FILES: tuple[tuple[Path, System], ...] = ((AZURE_ROLES, "azure"), (COSMOS_ROLES, "cosmos"))

_GUID_DIGITS = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Permission:
    """One block of a role: what it grants minus what it excludes, under its own condition."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str | None = None
    condition_version: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition; `system` says by which kind of assignment it is given (Cosmos has its own)."""

    id: str
    name: str
    permissions: tuple[Permission, ...]
    former_names: tuple[str, ...] = ()
    system: System = "azure"


def guid_of(role_id: str) -> str:
    """The lower-case GUID of a role id in any of its forms: bare, without dashes, or the end of a definition path."""
    last = role_id.rstrip("/").rpartition("/")[2].lower()
    if _GUID_DIGITS.fullmatch(last):
        return "-".join((last[:8], last[8:12], last[12:16], last[16:20], last[20:]))
    return last


class _Catalogue:
    """Both files, indexed by name and id; a role's permissions are read when it is first asked for."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[str, System]] = {}
        self.names: dict[str, str] = {}
        former: dict[str, str] = {}
        for path, system in FILES:
            for line in path.read_text(encoding="utf-8").splitlines():
                # Everything before the permissions is short: decoding only that is what makes the index cheap.
                head: dict[str, Any] = json.loads(line.partition(',"permissions":')[0] + "}")
                self._lines[head["id"]] = (line, system)
                self.names[head["name"]] = head["id"]
                former.update(dict.fromkeys((name.casefold() for name in head.get("former_names", ())), head["id"]))
        self._by_name = former | {name.casefold(): guid for name, guid in self.names.items()}
        self._read: dict[str, Role] = {}

    def role(self, guid: str) -> Role | None:
        """The role of that GUID, read once."""
        if guid not in self._read and guid in self._lines:
            self._read[guid] = role_of(*self._lines[guid])
        return self._read.get(guid)

    def named(self, name: str) -> Role | None:
        """The role that has this name now, or else had it once."""
        guid = self._by_name.get(" ".join(name.casefold().split()))
        return None if guid is None else self.role(guid)

    @cached_property
    def display_names(self) -> dict[str, str]:
        """Every name in lower case, former ones too -> the name that the role has now."""
        current = {guid: name for name, guid in self.names.items()}
        return {name: current[guid] for name, guid in self._by_name.items()}

    def __iter__(self) -> Iterator[Role]:
        return (role for guid in self._lines if (role := self.role(guid)) is not None)


def role_of(line: str, system: System = "azure") -> Role:
    """The role that a line of the packed form describes."""
    record: dict[str, Any] = json.loads(line)
    permissions = tuple(_permission(block) for block in record["permissions"])
    return Role(record["id"], record["name"], permissions, tuple(record.get("former_names", ())), system)


def _permission(block: dict[str, Any]) -> Permission:
    return Permission(
        actions=tuple(block.get("actions", ())),
        not_actions=tuple(block.get("not_actions", ())),
        data_actions=tuple(block.get("data_actions", ())),
        not_data_actions=tuple(block.get("not_data_actions", ())),
        condition=block.get("condition"),
        condition_version=block.get("condition_version"),
    )


@cache
def _catalogue() -> _Catalogue:
    return _Catalogue()


def by_name(name: str) -> Role:
    """The role of that name, without regard to case; a former name finds the role that bore it."""
    role = _catalogue().named(name)
    if role is None:
        raise UnknownRole(name, _nearest(name))
    return role


def by_id(role_id: str) -> Role | None:
    """The role of that GUID or definition path, None where the catalogue lacks it."""
    return _catalogue().role(guid_of(role_id))


def every_role() -> Iterator[Role]:
    """All roles, Azure's in name order, then Cosmos DB's own."""
    return iter(_catalogue())


def _nearest(name: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only an error needs it, and importing costs

    names = _catalogue().display_names
    close = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None
