"""Check of the setting `entra`: it has every id that the network needs, and none of an undeclared name."""

from collections.abc import Iterable, Iterator, Mapping

from manifest.agents import Agent
from manifest.apis import KNOWN_APIS
from manifest.check_input import CheckInput, Violation
from manifest.entra import Entra
from manifest.errors import KeyPath
from manifest.message_formatting import join_choices, quote_value, unknown_name_message

__all__ = ["check_entra"]

_ID_OF = {"callers": "client id", "groups": "object id", "users": "object id"}
_WHAT = {"callers": "client application", "groups": "group", "users": "user"}


def check_entra(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in the ids of clients, groups, users, owners, APIs and applications of a stack."""
    entra = inputs.environment.model.entra or Entra()
    agents = {name: agent for name, agent in inputs.valid_agents("host", "callable") if agent.has_application}
    for section in ("callers", "groups", "users"):
        yield from _ids(inputs, section, getattr(entra, section), agents)
    yield from _shared_ids(entra)
    yield from _own_apis(inputs, entra, agents)
    yield from _cloud(inputs, entra, agents)
    yield from _owners(inputs, entra, agents)
    yield from _existing(inputs, entra, agents)


def _ids(
    inputs: CheckInput, section: str, given: Mapping[str, str], agents: Mapping[str, Agent]
) -> Iterator[Violation]:
    """Yield the missing ids of a section, and those of names that no agent declares."""
    declared: dict[str, str] = {}
    for agent, entry in agents.items():
        for name in getattr(entry.acts_for_users, section, ()):
            declared.setdefault(name, agent)
    for name, agent in sorted(declared.items()):
        if name not in given and not _removed(inputs, section, name):
            message = f"missing: set the {_ID_OF[section]} of {quote_value(name)}, which {quote_value(agent)} names"
            yield Violation(("entra", section), message, "environment")
    if not _all_known(inputs):
        return
    for name in given:
        if name not in declared:
            there = f"the {section} of agents that act for users are"
            message = unknown_name_message(_WHAT[section], name, declared, there=there)
            if not declared:
                message = f"no agent that acts for users names {quote_value(name)} in '{section}'; remove it here"
            yield Violation(("entra", section, name), message, "environment")


def _removed(inputs: CheckInput, *path: str) -> bool:
    """Return True if a part of the setting was invalid and is reported as such."""
    whole: KeyPath = ("entra", *path)
    return any(whole[:length] in inputs.environment.removed for length in range(1, len(whole) + 1))


def _all_known(inputs: CheckInput) -> bool:
    """Return True if every agent's entry is valid, so that a name which no agent declares is unknown."""
    refused = (agent for _, agent in inputs.valid_agents("host") if agent.host == "foundry")
    return inputs.network.is_valid("agents") and not any(agent.acts_for_users for agent in refused)


def _shared_ids(entra: Entra) -> Iterator[Violation]:
    """Yield a violation for each id that has two names: clients among themselves, and groups with users."""
    for sections in (("callers",), ("groups", "users")):
        first: dict[str, str] = {}
        for section in sections:
            for name, given in getattr(entra, section).items():
                other = first.setdefault(given, name)
                if other != name:
                    message = f"{quote_value(given)} is already the id of {quote_value(other)}; declare it once"
                    yield Violation(("entra", section, name), message, "environment")
    for section in ("callers", "groups", "users"):
        for name, given in getattr(entra, section).items():
            api = next((one for one, known in KNOWN_APIS.items() if known.client_id == given), None)
            if api is not None:
                message = f"{quote_value(given)} is the id of the API '{api}'; write the id of {quote_value(name)}"
                yield Violation(("entra", section, name), message, "environment")


def _own_apis(inputs: CheckInput, entra: Entra, agents: Mapping[str, Agent]) -> Iterator[Violation]:
    used = sorted({api for one in agents.values() if one.acts_for_users for api in one.acts_for_users.apis})
    known = {api.client_id: name for name, api in KNOWN_APIS.items()}
    first: dict[str, str] = {}
    for name, api in entra.apis.items():
        path = ("entra", "apis", name)
        if name in KNOWN_APIS:
            yield Violation(path, f"'{name}' is known already; remove this, or choose another name", "environment")
        elif api.client_id in known:
            message = f"{quote_value(api.client_id)} is the client id of '{known[api.client_id]}'; use that name"
            yield Violation((*path, "client_id"), message, "environment")
        elif (other := first.setdefault(api.client_id, name)) != name:
            message = f"{quote_value(api.client_id)} is already the client id of {quote_value(other)}; declare it once"
            yield Violation((*path, "client_id"), message, "environment")
        elif name not in used and _all_known(inputs):
            message = unknown_name_message("API", name, used, there="the APIs of agents that act for users are")
            yield Violation(path, message, "environment")


def _cloud(inputs: CheckInput, entra: Entra, agents: Mapping[str, Agent]) -> Iterator[Violation]:
    cloud = inputs.environment.model.cloud
    for name, agent in sorted(agents.items()):
        for api in agent.acts_for_users.apis if agent.acts_for_users else ():
            if api in KNOWN_APIS and api not in entra.apis and cloud not in KNOWN_APIS[api].resources:
                message = f"'{api}' is not in the cloud '{cloud}', and {quote_value(name)} calls it for users"
                yield Violation(("cloud",), message, "environment")


def _owners(inputs: CheckInput, entra: Entra, agents: Mapping[str, Agent]) -> Iterator[Violation]:
    created = sorted(name for name in agents if entra.application_ids(name) is None)
    if created and entra.deployer_rights != "none" and not entra.owners and not _removed(inputs, "owners"):
        message = (
            f"missing: object ids of the owners of the application of {join_choices(created)}; without owners, Entra ID"
            " makes the identity that creates it one"
        )
        yield Violation(("entra", "owners"), message, "environment")
    for one in sorted({each for each in entra.owners if entra.owners.count(each) > 1}):
        message = f"{quote_value(one)} is listed {entra.owners.count(one)} times; write it once"
        yield Violation(("entra", "owners"), message, "environment")


def _existing(inputs: CheckInput, entra: Entra, agents: Mapping[str, Agent]) -> Iterator[Violation]:
    """Yield violations for applications that an administrator still has to make, and for ids of undeclared names."""
    reported = {str(path[2]) for path in inputs.environment.removed if path[:2] == ("entra", "existing") and path[2:]}
    unmade = (name for name in agents if entra.application_ids(name) is None and name not in reported)
    missing = sorted(name for name in unmade if not _removed(inputs, "existing", name))
    if missing and entra.deployer_rights == "none" and not inputs.for_administrator:
        stack = inputs.environment.model.stack
        message = (
            f"missing: ids of the application of {join_choices(missing)}, which the deploying identity may not create"
            f" here; `agent-network entra --stack {stack}` prints what an administrator makes, or set 'deployer_rights'"
        )
        yield Violation(("entra", "existing"), message, "environment")
    broken = inputs.environment.removed
    first: dict[tuple[str, str], str] = {}
    for name, application in entra.existing.items():
        path = ("entra", "existing", name)
        agent = agents.get(name)
        if agent is None:
            if _all_known(inputs):
                there = "the agents with an application are"
                message = unknown_name_message("agent with an application", name, agents, there=there)
                yield Violation(path, message, "environment")
            continue
        keys = ("client_id", "application", "service_principal")
        lacking = [key for key in keys if getattr(application, key) is None and (*path, key) not in broken]
        if 0 < len(lacking) < len(keys):
            message = f"missing: {join_choices(lacking)}; an application that exists is set with all of its ids"
            yield Violation(path, message, "environment")
        for key in keys:
            given: str | None = getattr(application, key)
            other = name if given is None else first.setdefault((key, given), name)
            if other != name:
                message = f"{quote_value(given)} is already the id of {quote_value(other)}; each agent has its own"
                yield Violation((*path, key), message, "environment")
        acts = agent.acts_for_users
        yield from _names(path, "assignments", application.assignments, (*inputs.callers_of(name), *_people(agent)))
        yield from _names(path, "consents", application.consents, acts.apis if acts and acts.consent == "admin" else ())


def _people(agent: Agent) -> tuple[str, ...]:
    return agent.acts_for_users.people if agent.acts_for_users else ()


def _names(path: KeyPath, key: str, given: Iterable[str], known: Iterable[str]) -> Iterator[Violation]:
    options = tuple(known)
    for name in given:
        if name not in options:
            message = unknown_name_message("entry", name, options, there="the entries here are")
            yield Violation((*path, key, name), message, "environment")
