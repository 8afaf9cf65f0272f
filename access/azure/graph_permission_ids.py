"""Ids of the permissions of Microsoft Graph by name, read from the packed list in `data/`.

Owns reading the list, which has the delegated permissions, for use on behalf of a user, and the application
permissions, which are app roles. Its source and date are in `data/README.md`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

__all__ = ["graph_permission_ids"]

_LIST = Path(__file__).parent / "data" / "graph_permissions.txt"


@cache
def graph_permission_ids(kind: Literal["application", "delegated"]) -> Mapping[str, str]:
    """Return the permissions of Microsoft Graph of one kind by name, with the id that each has in every tenant."""
    rows = (line.split() for line in _LIST.read_text("utf-8").splitlines())
    return MappingProxyType({name: permission for of, name, permission in rows if of == kind})
