"""Access: does it name resources that there are, verbs that they have, and roles that may be granted?"""

from collections.abc import Iterator

from spec.access import AccessEntry
from spec.draft import Draft, Finding
from spec.errors import Path
from spec.kinds import KINDS
from spec.words import choices, nearest, show, unknown

__all__ = ["access_makes_sense", "why_not_verb"]


def access_makes_sense(draft: Draft) -> Iterator[Finding]:
    """Judge every line of every agent's access, on broken resources too, as far as their kind is known."""
    declared = draft.names("resources")
    for agent, model in draft.network.model.agents.items():
        for resource, entry in model.written_access.items():
            path: Path = ("agents", agent, "access", resource)
            if resource not in declared:
                yield Finding(path, unknown("resource", resource, declared, there="declared are"))
                yield from _twice(path, entry)
                continue
            kind = draft.kind_of(resource)
            if kind in KINDS:
                yield from _verbs(path, entry, kind)
                yield from _role(draft, path, entry, kind)
            yield from _twice(path, entry)


def _verbs(path: Path, entry: AccessEntry, kind: str) -> Iterator[Finding]:
    for verb in dict.fromkeys(entry.verbs or ()):
        if complaint := why_not_verb(verb, kind):
            yield Finding(path, complaint)
    if entry.paths and not KINDS[kind].paths:
        those = choices(name for name, one in KINDS.items() if one.paths)
        yield Finding((*path, "paths"), f"'paths' restrict {those} only, and this is {_a(kind)}")


def why_not_verb(verb: str, kind: str) -> str | None:
    """Why nobody can be granted a verb on a kind of resource; None where it is one of the kind's."""
    allowed = KINDS[kind].verbs
    if verb in allowed:
        return None
    near = nearest(verb, allowed)
    hint = f"; did you mean '{near}'?" if near else f"; its verbs are {choices(allowed)}"
    hint = f"; its verb is '{allowed[0]}'" if len(allowed) == 1 else hint
    return f"{_a(kind)} has no verb {show(verb)}{hint}"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _role(draft: Draft, path: Path, entry: AccessEntry, kind: str) -> Iterator[Finding]:
    if entry.role is not None and (complaint := draft.why_not_role(entry.role, kind)):
        yield Finding((*path, "role"), complaint)


def _twice(path: Path, entry: AccessEntry) -> Iterator[Finding]:
    for key in ("verbs", "paths"):
        listed: tuple[str, ...] = getattr(entry, key) or ()
        for one in sorted({item for item in listed if listed.count(item) > 1}):
            yield Finding(path, f"{show(one)} stands here {listed.count(one)} times; write it once")
