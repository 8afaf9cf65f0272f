"""List of a network's objects in Entra ID for a tenant administrator, as text or as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from access.azure.roles import role_refusal_reason
from cli.project_root import check_stack
from components.network.entra_objects import EntraObject, entra_objects
from manifest.entra import Entra
from manifest.loading import load_with_document
from manifest.stack_file import config_getter

__all__ = ["entra_list"]

_MAKERS = {"administrator": "administrator", "stack": "this stack", "exists": "exists"}


def entra_list(root: Path, stack: str, *, as_json: bool) -> str:
    """Return the list of a stack's objects in Entra ID, with the properties of those that an administrator makes.

    Raises:
        CommandError: there is no such stack.
        ManifestError: with every mistake in the files, apart from the ids of these objects.
    """
    check_stack(root, stack)
    get = config_getter(root, stack)
    network, environment, _ = load_with_document(
        stack, get, root=root, role_refusal_reason=role_refusal_reason, for_administrator=True
    )
    rows = entra_objects(network, environment)
    rights = (environment.entra or Entra()).deployer_rights
    if as_json:
        return json.dumps({"stack": stack, "deployer_rights": rights, "objects": list(map(_plain, rows))}, indent=2)
    return "\n".join(_text(stack, rights, rows))


def _plain(row: EntraObject) -> dict[str, Any]:
    setting = f"entra.existing.{row.agent}.{row.setting}" if row.setting else ""
    return {
        "agent": row.agent,
        "object": row.title,
        "made_by": row.maker,
        "setting": setting,
        "request": row.request,
        "properties": row.properties,
    }


def _text(stack: str, rights: str, rows: list[EntraObject]) -> Iterator[str]:
    if not rows:
        yield f"no agent of stack {stack} acts for users or can be called, so it needs nothing in Entra ID"
        return
    yield f"Objects in Entra ID of stack {stack} (deployer_rights: {rights})"
    yield ""
    yield _line("agent", "object", "made by")
    for row in rows:
        yield _line(row.agent, row.title, _MAKERS[row.maker])
    tasks = [row for row in rows if row.maker == "administrator"]
    if not tasks:
        yield "\nNothing is left for an administrator."
        return
    yield f"\nFor an administrator, in this order; then set the ids under 'entra' in Pulumi.{stack}.yaml:"
    for number, row in enumerate(tasks, 1):
        yield ""
        yield f"{number}. {row.agent}: {row.title}"
        yield f"   {row.request}"
        yield from (f"   {line}" for line in _properties("", row.properties))
        if row.setting:
            yield f"   its id: existing.{row.agent}.{row.setting}"


def _line(agent: str, title: str, maker: str) -> str:
    wide, narrow = 42, 20
    return f"{_cut(agent, narrow - 2):<{narrow}}{_cut(title, wide - 2):<{wide}}{maker}".rstrip()


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _properties(path: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield each property of a body on a line of its own, by its path."""
    if isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            yield from _properties(f"{path}.{key}" if path else key, each)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in cast("list[Any]", value)):
        for position, each in enumerate(cast("list[Any]", value)):
            yield from _properties(f"{path}[{position}]", each)
    else:
        yield f"{path}: {value if isinstance(value, str) else json.dumps(value)}"
