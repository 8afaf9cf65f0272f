"""Names: does Azure take every name that this network would have in this environment?"""

from collections.abc import Iterator

from manifest import azure_names as azure
from manifest.azure_resource_names import app_name, environment_name, identity_name, namespace_name, pull_identity_name
from manifest.check_input import Draft, Finding
from manifest.name_rule import NameRule
from manifest.phrases import show

__all__ = ["names_fit_azure"]


def names_fit_azure(draft: Draft) -> Iterator[Finding]:
    """Judge the names that result in this environment; what is wrong with a part of one is said where it stands."""
    if draft.network.sound("name") and draft.environment.sound("stack"):
        yield from _apps(draft)
    yield from _grants(draft)
    yield from _parents(draft)


def _reserved(name: str, rule: NameRule) -> str | None:
    word = azure.reserved_word(name)
    return f"Azure reserves '{word}', so {show(name)} cannot name {rule.what}" if word else None


def _apps(draft: Draft) -> Iterator[Finding]:
    network, stack = draft.network.model, draft.environment.model.stack
    hosting = environment_name(network.name, stack)
    reserved = _reserved(hosting, azure.HOSTING_ENVIRONMENT)
    hosting_rules = (azure.HOSTING_ENVIRONMENT, azure.WORKSPACE)
    complaint = next(filter(None, (rule.complaint(hosting) for rule in hosting_rules)), None) or reserved
    if complaint:
        yield Finding(("name",), f"{complaint} (network and stack)")
    for agent in network.agents:
        host = draft.runs_on(agent)
        if host == "aks":
            complaint = azure.IDENTITY.complaint(identity_name(network.name, agent, stack))
            complaint = complaint or azure.NAMESPACE.complaint(namespace_name(network.name, agent, stack))
            if complaint:
                yield Finding(("agents", agent), f"{complaint} (network, agent and stack)")
        if host != "container-app":
            continue
        app = app_name(network.name, agent, stack)
        complaint = azure.CONTAINER_APP.complaint(app)
        if complaint is None and reserved is None:
            complaint = _reserved(app, azure.CONTAINER_APP)
        if complaint is None:
            complaint = azure.IDENTITY.complaint(pull_identity_name(network.name, agent, stack))
        if complaint:
            yield Finding(("agents", agent), f"{complaint} (network, agent and stack)")


def _grants(draft: Draft) -> Iterator[Finding]:
    for section in ("resources", "hosts", "agents", "people"):
        for name in draft.names(section):
            if "-may-" in name:
                message = f"{show(name)} contains '-may-', which sets agent and resource apart in the names of grants"
                yield Finding((section, name), message)


def _parents(draft: Draft) -> Iterator[Finding]:
    environment = draft.environment.model
    seen: set[tuple[str, str]] = set()
    for holder in draft.holders():
        place = ("existing", holder.parent) if holder.existing else ("suffix",)
        if (holder.parent_kind, holder.parent) in seen or not draft.environment.sound(*place):
            continue
        seen.add((holder.parent_kind, holder.parent))
        name = environment.parent_name(holder)
        made_of = "existing: no suffix" if holder.existing else f"'{holder.parent}' and suffix '{environment.suffix}'"
        rule = azure.PARENTS[holder.parent_kind].rule
        complaint = rule.complaint(name) or (None if holder.existing else _reserved(name, rule))
        if complaint:
            complaint = f"{complaint} ({made_of})"
            if holder.existing and name != holder.parent:
                yield Finding(("existing", holder.parent, "name"), complaint, "environment")
            else:
                yield Finding(holder.path, complaint)
