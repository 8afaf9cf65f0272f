"""Check of generated names: Azure accepts every name that is generated for this environment."""

from collections.abc import Iterator

from manifest import azure_naming_rules as azure
from manifest.check_input import CheckInput, Violation
from manifest.generated_names import app_name, environment_name, identity_name, namespace_name, pull_identity_name
from manifest.message_formatting import quote_value
from manifest.name_rules import NameRule

__all__ = ["check_azure_names"]


def check_azure_names(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for each generated name that Azure refuses, at the line of the part that causes it."""
    if inputs.network.is_valid("name") and inputs.environment.is_valid("stack"):
        yield from _apps(inputs)
    yield from _grants(inputs)
    yield from _parents(inputs)


def _reserved(name: str, rule: NameRule) -> str | None:
    word = azure.reserved_word(name)
    return f"Azure reserves '{word}', so {quote_value(name)} is not a valid name of {rule.what}" if word else None


def _apps(inputs: CheckInput) -> Iterator[Violation]:
    network, stack = inputs.network.model, inputs.environment.model.stack
    hosting = environment_name(network.name, stack)
    reserved = _reserved(hosting, azure.HOSTING_ENVIRONMENT)
    hosting_rules = (azure.HOSTING_ENVIRONMENT, azure.WORKSPACE)
    error = next(filter(None, (rule.error(hosting) for rule in hosting_rules)), None) or reserved
    if error:
        yield Violation(("name",), f"{error}; this name is made of the network's name and the stack")
    for agent in network.agents:
        host = inputs.host_of(agent)
        if host == "aks":
            error = azure.IDENTITY.error(identity_name(network.name, agent, stack))
            error = error or azure.NAMESPACE.error(namespace_name(network.name, agent, stack))
            if error:
                yield Violation(("agents", agent), f"{error}; this name is made of network, agent and stack")
        if host != "container-app":
            continue
        app = app_name(network.name, agent, stack)
        error = azure.CONTAINER_APP.error(app)
        if error is None and reserved is None:
            error = _reserved(app, azure.CONTAINER_APP)
        if error is None:
            # The longest name of the app's identities.
            error = azure.IDENTITY.error(pull_identity_name(network.name, agent, stack))
        if error:
            yield Violation(("agents", agent), f"{error}; this name is made of network, agent and stack")


def _grants(inputs: CheckInput) -> Iterator[Violation]:
    for section in ("resources", "hosts", "agents", "people"):
        for name in inputs.names(section):
            if "-may-" in name:
                message = (
                    f"{quote_value(name)} contains '-may-', which separates agent and"
                    " resource in the names of grants; choose another name"
                )
                yield Violation((section, name), message)


def _parents(inputs: CheckInput) -> Iterator[Violation]:
    environment = inputs.environment.model
    seen: set[tuple[str, str]] = set()
    for holder in inputs.parents():
        place = ("existing", holder.parent) if holder.existing else ("suffix",)
        if (holder.parent_kind, holder.parent) in seen or not inputs.environment.is_valid(*place):
            continue
        seen.add((holder.parent_kind, holder.parent))
        name = environment.parent_name(holder)
        made_of = "existing: no suffix" if holder.existing else f"'{holder.parent}' and suffix '{environment.suffix}'"
        rule = azure.PARENTS[holder.parent_kind].rule
        error = rule.error(name) or (None if holder.existing else _reserved(name, rule))
        if error:
            error = f"{error} ({made_of})"
            if holder.existing and name != holder.parent:
                yield Violation(("existing", holder.parent, "name"), error, "environment")
            else:
                yield Violation(holder.path, error)
