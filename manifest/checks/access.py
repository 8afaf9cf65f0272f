"""Check of declared access: resources and agents exist, their kinds have the verbs, and the roles may be granted."""

from collections.abc import Iterator

from manifest.access import AccessEntry
from manifest.check_input import CheckInput, Violation
from manifest.errors import KeyPath
from manifest.hosts import AGENT_HOSTS
from manifest.kinds import KINDS
from manifest.message_formatting import closest_match, join_choices, quote_value, unknown_name_message

__all__ = ["check_access", "verb_refusal_reason"]

_CALL = "use"


def check_access(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in every entry of `access`, also of invalid resources whose kind is known."""
    for agent, model in inputs.network.model.agents.items():
        for name, entry in model.written_access.items():
            path: KeyPath = ("agents", agent, "access", name)
            if name == agent and name not in inputs.names("resources"):
                yield _self_access(inputs, path, name)
            else:
                yield from _check_agent_entry(inputs, path, name, entry)
            yield from _check_repeated(path, entry)
    for people, model in inputs.network.model.people.items():
        for name, entry in model.written_access.items():
            path = ("people", people, "access", name)
            yield from _check_people_entry(inputs, path, name, entry)
            yield from _check_repeated(path, entry)


def _check_agent_entry(inputs: CheckInput, path: KeyPath, name: str, entry: AccessEntry) -> Iterator[Violation]:
    resources, agents = inputs.names("resources"), inputs.names("agents")
    if name in resources:
        kind = inputs.kind_of(name)
        if kind in KINDS:
            yield from _check_verbs(path, entry, kind)
            yield from _check_role(inputs, path, entry, kind)
    elif name in agents:
        yield from _check_call(inputs, path, name, entry)
    else:
        near = closest_match(name, (*resources, *_callable_agents(inputs)))
        what, known = ("agent", agents) if near in agents else ("resource", resources)
        yield Violation(path, unknown_name_message(what, name, known, there=f"the declared {what}s are"))


def _self_access(inputs: CheckInput, path: KeyPath, name: str) -> Violation:
    """Return the violation for an agent in its own access, or for the mistyped resource that is probably meant."""
    resources = inputs.names("resources")
    if closest_match(name, resources):
        return Violation(path, unknown_name_message("resource", name, resources, there="the declared resources are"))
    return Violation(path, "an agent needs no access to itself; remove the line")


def _check_people_entry(inputs: CheckInput, path: KeyPath, name: str, entry: AccessEntry) -> Iterator[Violation]:
    if name in inputs.names("resources"):
        yield Violation(path, f"people may only use agents, and {quote_value(name)} is a resource; remove the line")
    elif name in inputs.names("agents"):
        yield from _check_call(inputs, path, name, entry)
    else:
        yield Violation(
            path,
            unknown_name_message("agent", name, _callable_agents(inputs), there="the agents that can be called are"),
        )


def _callable_agents(inputs: CheckInput) -> list[str]:
    """Return the agents that people may be granted access to."""
    return [one for one in inputs.names("agents") if inputs.host_of(one) == "foundry"]


def _check_call(inputs: CheckInput, path: KeyPath, name: str, entry: AccessEntry) -> Iterator[Violation]:
    """Yield the violations in access to an agent, which is granted with the verb `use` alone."""
    host = inputs.host_of(name)
    if host is not None and host != "foundry":
        if path[0] == "people":
            yield Violation(
                path,
                f"people call {quote_value(name)}, which runs on {AGENT_HOSTS[host]}, with their own tokens; remove the"
                " line, and list them in 'groups' or 'users' of its 'acts_for_users'",
            )
            return
        if inputs.raw_entry("agents", name).get("callable") is not True:
            yield Violation(
                path,
                f"{quote_value(name)} runs on {AGENT_HOSTS[host]} and accepts no calls of agents; set 'callable: true'"
                " on it, or remove the line",
            )
            return
    for verb in dict.fromkeys(entry.verbs or ()):
        if verb != _CALL:
            yield Violation(path, f"an agent has no verb {quote_value(verb)}; its verb is '{_CALL}'")
    if entry.role is not None:
        yield Violation((*path, "role"), f"access to an agent has no role; write '{_CALL}'")
    if entry.paths:
        yield Violation((*path, "paths"), "'paths' restrict access to blob containers only; remove it")


def _check_verbs(path: KeyPath, entry: AccessEntry, kind: str) -> Iterator[Violation]:
    for verb in dict.fromkeys(entry.verbs or ()):
        if complaint := verb_refusal_reason(verb, kind):
            yield Violation(path, complaint)
    if entry.paths and not KINDS[kind].supports_paths:
        those = join_choices(name for name, one in KINDS.items() if one.supports_paths)
        yield Violation((*path, "paths"), f"'paths' restrict access to {those} only, and this is {_with_article(kind)}")


def verb_refusal_reason(verb: str, kind: str) -> str | None:
    """Return the error message for a verb that a kind of resource does not have; None for one of its verbs."""
    allowed = KINDS[kind].verbs
    if verb in allowed:
        return None
    near = closest_match(verb, allowed)
    hint = f"; did you mean '{near}'?" if near else f"; its verbs are {join_choices(allowed)}"
    hint = f"; its verb is '{allowed[0]}'" if len(allowed) == 1 else hint
    return f"{_with_article(kind)} has no verb {quote_value(verb)}{hint}"


def _with_article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _check_role(inputs: CheckInput, path: KeyPath, entry: AccessEntry, kind: str) -> Iterator[Violation]:
    if entry.role is not None and (complaint := inputs.role_refusal_reason(entry.role, kind)):
        yield Violation((*path, "role"), complaint)


def _check_repeated(path: KeyPath, entry: AccessEntry) -> Iterator[Violation]:
    for key in ("verbs", "paths"):
        listed: tuple[str, ...] = getattr(entry, key) or ()
        for one in sorted({item for item in listed if listed.count(item) > 1}):
            yield Violation(path, f"{quote_value(one)} is listed {listed.count(one)} times; write it once")
