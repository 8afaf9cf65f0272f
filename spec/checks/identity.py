"""Identity of things: does every name mean one thing, and every thing have one name?"""

from collections import defaultdict
from collections.abc import Iterator

from spec.draft import Draft, Finding, Holder
from spec.errors import Path
from spec.kinds import KINDS
from spec.names import app_name
from spec.words import choices, show

__all__ = ["nothing_is_twice"]


def nothing_is_twice(draft: Draft) -> Iterator[Finding]:
    """Find names that Azure, which ignores case, would take for one."""
    yield from _agents(draft)
    yield from _resources(draft)
    yield from _parents(list(draft.holders()))
    if draft.environment.sound("suffix") and draft.environment.sound("existing"):
        yield from _parents_in_azure(draft)
    yield from _contents(draft)


def _agents(draft: Draft) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in draft.names("agents"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            app = app_name(draft.network.model.name, name.lower(), draft.environment.model.stack)
            message = (
                f"agents {show(one)} and {show(name)} are one app {show(app)}, and so two agents with one identity"
            )
            yield Finding(("agents", name), f"{message}; give each a name of its own")


def _resources(draft: Draft) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in draft.names("resources"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"resources {show(one)} and {show(name)} differ in case only; give each a name of its own"
            yield Finding(("resources", name), message)


def _parents(holders: list[Holder]) -> Iterator[Finding]:
    first: dict[str, Holder] = {}
    for holder in holders:
        one = first.setdefault(holder.parent.lower(), holder)
        if one.parent_kind != holder.parent_kind:
            message = f"'{holder.parent}' is a {holder.parent_kind} here and a {one.parent_kind} at '{_place(one)}'"
            yield Finding(holder.path, f"{message}; give each a name of its own")
        elif one.parent != holder.parent:
            message = f"'{holder.parent}' and '{one.parent}' at '{_place(one)}' differ in case only"
            yield Finding(holder.path, f"{message}; write both alike")
        elif one.existing != holder.existing:
            here, there = ("exists", "is created") if holder.existing else ("is created", "exists")
            message = f"'{holder.parent}' {here} according to this and {there} according to '{_place(one)}'"
            yield Finding(holder.path, f"{message}; say 'existing: true' for both or for neither")


def _place(holder: Holder) -> str:
    return ".".join(str(part) for part in holder.path[:2])


def _parents_in_azure(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], Holder] = {}
    for holder in draft.holders():
        name = draft.environment.model.parent_name(holder)
        one = first.setdefault((holder.parent_kind, name.lower()), holder)
        if one.parent.lower() != holder.parent.lower():
            message = f"'{holder.parent}' and '{one.parent}' are both called '{name}' in this environment"
            yield Finding(holder.path, f"{message}; give each a name of its own")


def _contents(draft: Draft) -> Iterator[Finding]:
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, resource in draft.network.model.resources.items():
        kind = KINDS[resource.kind]
        own = kind.child[0] if kind.child else None
        inner = [str(resource.settings[key]) for key in ("database", own) if key in resource.settings]
        key = (resource.kind, resource.parent, *inner)
        groups[tuple(part.lower() for part in key)].append(name)
    for names in groups.values():
        for name in names[1:]:
            path: Path = ("resources", name)
            message = f"'{name}' is the same thing in Azure as {choices(names[:1])}; declare it once"
            yield Finding(path, message)
