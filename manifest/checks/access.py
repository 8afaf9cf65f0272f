"""Access: does it name resources and agents that there are, verbs that they have, and roles that may be granted?"""

from collections.abc import Iterator

from manifest.access import AccessEntry
from manifest.check_input import Draft, Finding
from manifest.errors import Path
from manifest.hosts import RUNS_ON
from manifest.kinds import KINDS
from manifest.phrases import choices, nearest, show, unknown

__all__ = ["access_makes_sense", "verb_refusal_reason"]

_CALL = "use"
_REACHED_BY = {
    "container-app": "who reaches it there is said by its 'ingress', and no role",
    "aks": "who reaches it there is said by 'callers' of its 'ingress', and no role",
}
"""Why nobody is granted the calling of an agent, by what it runs on."""


def access_makes_sense(draft: Draft) -> Iterator[Finding]:
    """Judge every line of everybody's access, on broken resources too, as far as their kind is known."""
    for agent, model in draft.network.model.agents.items():
        for name, entry in model.written_access.items():
            path: Path = ("agents", agent, "access", name)
            if name == agent and name not in draft.names("resources"):
                yield _of_itself(draft, path, name)
            else:
                yield from _of_agent(draft, path, name, entry)
            yield from _twice(path, entry)
    for people, model in draft.network.model.people.items():
        for name, entry in model.written_access.items():
            path = ("people", people, "access", name)
            yield from _of_people(draft, path, name, entry)
            yield from _twice(path, entry)


def _of_agent(draft: Draft, path: Path, name: str, entry: AccessEntry) -> Iterator[Finding]:
    resources, agents = draft.names("resources"), draft.names("agents")
    if name in resources:
        kind = draft.kind_of(name)
        if kind in KINDS:
            yield from _verbs(path, entry, kind)
            yield from _role(draft, path, entry, kind)
    elif name in agents:
        yield from _calls(draft, path, name, entry)
    else:
        near = nearest(name, (*resources, *_callable(draft)))
        what, known = ("agent", agents) if near in agents else ("resource", resources)
        yield Finding(path, unknown(what, name, known, there="declared are"))


def _of_itself(draft: Draft, path: Path, name: str) -> Finding:
    """A resource that is called nearly like the agent is more likely to be meant."""
    resources = draft.names("resources")
    if nearest(name, resources):
        return Finding(path, unknown("resource", name, resources, there="declared are"))
    return Finding(path, "an agent needs no leave to call itself; remove the line")


def _of_people(draft: Draft, path: Path, name: str, entry: AccessEntry) -> Iterator[Finding]:
    if name in draft.names("resources"):
        yield Finding(path, f"people may use agents and nothing else, and {show(name)} is a resource; remove the line")
    elif name in draft.names("agents"):
        yield from _calls(draft, path, name, entry)
    else:
        yield Finding(path, unknown("agent", name, _callable(draft), there="the agents that can be called are"))


def _callable(draft: Draft) -> list[str]:
    return [one for one in draft.names("agents") if draft.runs_on(one) == "foundry"]


def _calls(draft: Draft, path: Path, name: str, entry: AccessEntry) -> Iterator[Finding]:
    """Judge a line about an agent: only one of Foundry has callers, and there is one verb."""
    host = draft.runs_on(name)
    if host in _REACHED_BY:
        yield Finding(path, f"{show(name)} runs on {RUNS_ON[host]}, and {_REACHED_BY[host]}; remove the line")
        return
    for verb in dict.fromkeys(entry.verbs or ()):
        if verb != _CALL:
            yield Finding(path, f"an agent has no verb {show(verb)}; its verb is '{_CALL}'")
    if entry.role is not None:
        yield Finding((*path, "role"), f"an agent is called, and takes no role; write '{_CALL}'")
    if entry.paths:
        yield Finding((*path, "paths"), "'paths' restrict blob containers, and this is an agent")


def _verbs(path: Path, entry: AccessEntry, kind: str) -> Iterator[Finding]:
    for verb in dict.fromkeys(entry.verbs or ()):
        if complaint := verb_refusal_reason(verb, kind):
            yield Finding(path, complaint)
    if entry.paths and not KINDS[kind].paths:
        those = choices(name for name, one in KINDS.items() if one.paths)
        yield Finding((*path, "paths"), f"'paths' restrict {those} only, and this is {_a(kind)}")


def verb_refusal_reason(verb: str, kind: str) -> str | None:
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
    if entry.role is not None and (complaint := draft.role_refusal_reason(entry.role, kind)):
        yield Finding((*path, "role"), complaint)


def _twice(path: Path, entry: AccessEntry) -> Iterator[Finding]:
    for key in ("verbs", "paths"):
        listed: tuple[str, ...] = getattr(entry, key) or ()
        for one in sorted({item for item in listed if listed.count(item) > 1}):
            yield Finding(path, f"{show(one)} stands here {listed.count(one)} times; write it once")
