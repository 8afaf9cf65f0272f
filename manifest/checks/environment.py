"""Check of a stack's settings: they are complete for the network, and none is about an undeclared entry."""

from collections.abc import Iterator

from manifest.check_input import CheckInput, Violation
from manifest.generated_names import DESTINATION
from manifest.kinds import KINDS
from manifest.message_formatting import join_choices, quote_value, unknown_name_message

__all__ = ["check_environment"]

# "Use tags to organize your Azure resources", Microsoft Learn, 2025.
_MAX_TAGS = 50


def check_environment(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in image tags, existing resources, limits, tags, clusters, destinations and people."""
    yield from _image_tags(inputs)
    yield from _placeholder_images(inputs)
    yield from _existing(inputs)
    yield from _subscriptions(inputs)
    yield from _limits(inputs)
    yield from _clusters(inputs)
    yield from _destinations(inputs)
    yield from _people(inputs)
    yield from _log_retention(inputs)
    yield from _purge_protection(inputs)


def _image_tags(inputs: CheckInput) -> Iterator[Violation]:
    environment = inputs.environment.model
    agents = inputs.names("agents")
    for agent in environment.image_tags:
        if agent not in agents:
            message = unknown_name_message("agent", agent, agents, there="the agents are")
            yield Violation(("image_tags", agent), message, "environment")
        elif inputs.host_of(agent) == "foundry":
            message = f"{quote_value(agent)} runs on Foundry and has no image; its 'version' is published instead"
            yield Violation(("image_tags", agent), message, "environment")
    if not environment.production or not inputs.environment.is_valid("production"):
        return
    if environment.image_tag is not None and environment.image_tag.lower() == "latest":
        yield Violation(("image_tag",), _unfixed_tag(environment.image_tag), "environment")
    for agent, tag in environment.image_tags.items():
        if tag.lower() == "latest":
            yield Violation(("image_tags", agent), _unfixed_tag(tag), "environment")
    if inputs.environment.is_valid("image_tag") and environment.image_tag is None:
        broken = inputs.environment.removed
        imaged = [one for one in agents if inputs.host_of(one) in ("container-app", "aks")]
        untagged = [one for one in imaged if one not in environment.image_tags and ("image_tags", one) not in broken]
        if untagged and ("image_tags",) not in broken:
            message = (
                "missing: in production every image needs a tag, and"
                f" {join_choices(untagged)} {'has' if len(untagged) == 1 else 'have'} none"
            )
            yield Violation(("image_tag",), message, "environment")


def _placeholder_images(inputs: CheckInput) -> Iterator[Violation]:
    chosen, agents, path = inputs.environment.model.placeholder_images, inputs.names("agents"), ("placeholder_images",)
    listed = () if isinstance(chosen, bool) else chosen
    for agent in dict.fromkeys(listed):
        if listed.count(agent) > 1:
            message = f"{quote_value(agent)} is listed {listed.count(agent)} times; write it once"
            yield Violation(path, message, "environment")
        if agent not in agents:
            message = unknown_name_message("agent", agent, agents, there="the agents are")
            yield Violation(path, message, "environment")
        elif inputs.host_of(agent) == "foundry":
            message = f"{quote_value(agent)} runs on Foundry and has no image; remove it here"
            yield Violation(path, message, "environment")


def _unfixed_tag(tag: str) -> str:
    return f"{quote_value(tag)} is the image that was pushed last; production needs a fixed tag"


def _existing(inputs: CheckInput) -> Iterator[Violation]:
    known = {holder.parent: holder.existing for holder in inputs.parents()}
    there = [base for base, existing in known.items() if existing]
    for base, entry in inputs.environment.model.existing.items():
        path = ("existing", base)
        if base in known and not known[base]:
            message = f"'{base}' is created by the network; set 'existing: true' in network.yaml, or remove this"
            yield Violation(path, message, "environment")
        elif base not in known and all(map(inputs.network.is_valid, ("registry", "resources", "hosts"))):
            message = unknown_name_message(
                "existing parent", base, there, there="the existing parents in network.yaml are"
            )
            yield Violation(path, message, "environment")
        elif not entry.model_fields_set and inputs.environment.is_valid(*path):
            message = "no value; write 'name', 'resource_group' or 'subscription', or remove it"
            yield Violation(path, message, "environment")


def _subscriptions(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for an existing parent in another subscription in which the stack would create something."""
    for base, entry in inputs.environment.model.existing.items():
        if entry.subscription is None:
            continue
        for what in (*_granted_inside(inputs, base), *_run_inside(inputs, base)):
            message = (
                f"{what} '{base}' itself, which a stack can do in its own subscription only; move it there, or"
                " deploy the network to its subscription and remove this line"
            )
            yield Violation(("existing", base, "subscription"), message, "environment")


def _granted_inside(inputs: CheckInput, base: str) -> Iterator[str]:
    resources = inputs.network.model.resources
    every = [
        access for _, agent in inputs.valid_agents("access") for access in agent.access if access.resource in resources
    ]
    inside = {
        access.resource
        for access in every
        if (access.verb or "read") in KINDS[resources[access.resource].kind].verbs_written_to_parent
    }
    affected = sorted(name for name in inside if resources[name].existing and resources[name].parent == base)
    if affected:
        yield f"access to {join_choices(affected)} is created in"


def _run_inside(inputs: CheckInput, base: str) -> Iterator[str]:
    environment, network = inputs.environment.model, inputs.network.model
    hosts = {name: host for name, host in network.hosts.items() if host.existing and host.parent == base}
    clusters = sorted(name for name, host in hosts.items() if host.kind == "aks-cluster")
    if clusters:
        yield f"agents of {join_choices(clusters)} are created in"
    if not inputs.environment.is_valid("published"):
        return
    projects = hosts.keys() - clusters
    agents = [name for name, agent in inputs.valid_agents("host", "project") if agent.project in projects]
    published = sorted(name for name in agents if environment.identity_source_of(name, network) == "application")
    if published:
        yield f"{join_choices(published)} {'is' if len(published) == 1 else 'are'} published in"


def _limits(inputs: CheckInput) -> Iterator[Violation]:
    environment = inputs.environment.model
    least, most = environment.replicas.min, environment.replicas.max
    if least > most:
        message = f"the minimum of {least} replicas is more than the maximum of {most}; correct one of the two"
        yield Violation(("replicas",), message, "environment")
    if len(environment.tags) > _MAX_TAGS:
        message = f"{len(environment.tags)} tags; Azure allows {_MAX_TAGS}"
        yield Violation(("tags",), message, "environment")
    first: dict[str, str] = {}
    for name in environment.tags:
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"'{one}' and '{name}' are the same tag, since Azure ignores case; keep one"
            yield Violation(("tags", name), message, "environment")


def _clusters(inputs: CheckInput) -> Iterator[Violation]:
    hosts = [one for one in inputs.names("hosts") if inputs.kind_of(one, "hosts") == "aks-cluster"]
    for name, entry in inputs.environment.model.clusters.items():
        path = ("clusters", name)
        host = inputs.network.model.hosts.get(name)
        if name not in hosts:
            message = unknown_name_message("cluster", name, hosts, there="the clusters of the network are")
            yield Violation(path, message, "environment")
        elif host is not None and host.existing and entry.model_fields_set != {"admins"}:
            message = f"{quote_value(name)} exists already and is not changed; remove this"
            yield Violation(path, message, "environment")
        elif not entry.model_fields_set and inputs.environment.is_valid(*path):
            message = "no value; write number and size of nodes, or remove it"
            yield Violation(path, message, "environment")
        for given, missing, why in (
            ("subnet", "identity", "the cluster has no access to the subnet; set an identity that has"),
            ("identity", "subnet", "the identity is not used; set 'subnet' too, or remove this"),
        ):
            if getattr(entry, given) is not None and getattr(entry, missing) is None:
                yield Violation((*path, given), f"without '{missing}', {why}", "environment")
        for one in sorted({each for each in entry.admins if entry.admins.count(each) > 1}):
            message = f"{quote_value(one)} is listed {entry.admins.count(one)} times; write it once"
            yield Violation((*path, "admins"), message, "environment")


def _destinations(inputs: CheckInput) -> Iterator[Violation]:
    named = {one: name for name, agent in inputs.valid_agents("host", "egress") for one in agent.egress}
    given = inputs.environment.model.destinations
    for one, agent in sorted(named.items()):
        # An invalid name is reported in the network's file.
        known = one in given or ("destinations", one) in inputs.environment.removed
        if not known and DESTINATION.error(one) is None:
            message = (
                f"missing: {quote_value(agent)} has egress to {quote_value(one)}; set its"
                f" 'blocks' under {quote_value(one)}"
            )
            yield Violation(("destinations",), message, "environment")
    for one, entry in given.items():
        path = ("destinations", one)
        if one not in named and all(inputs.network.is_valid("agents", name) for name in inputs.names("agents")):
            message = unknown_name_message("destination", one, named, there="the destinations in agents' 'egress' are")
            yield Violation(path, message, "environment")
        for key in ("blocks", "ports"):
            listed: tuple[str | int, ...] = getattr(entry, key)
            for each in sorted({item for item in listed if listed.count(item) > 1}, key=str):
                message = f"{quote_value(each)} is listed {listed.count(each)} times; write it once"
                yield Violation((*path, key), message, "environment")


def _people(inputs: CheckInput) -> Iterator[Violation]:
    named, given = inputs.names("people"), inputs.environment.model.people
    for one in named:
        if one not in given and ("people", one) not in inputs.environment.removed:
            message = f"missing: set the object id of {quote_value(one)} in Entra ID"
            yield Violation(("people",), message, "environment")
    first: dict[str, str] = {}
    for name, entra_id in given.items():
        if name not in named:
            yield Violation(
                ("people", name),
                unknown_name_message("people", name, named, there="the declared people are"),
                "environment",
            )
        other = first.setdefault(entra_id, name)
        if other != name:
            message = f"{quote_value(entra_id)} is already the id of {quote_value(other)}; declare them once"
            yield Violation(("people", name), message, "environment")


def _log_retention(inputs: CheckInput) -> Iterator[Violation]:
    if inputs.network.model.logs is not None and "log_retention_days" in inputs.environment.model.model_fields_set:
        message = (
            "has no effect, because the logs go to the workspace of 'logs' in network.yaml; remove it, and set the"
            " retention of that workspace"
        )
        yield Violation(("log_retention_days",), message, "environment")


def _purge_protection(inputs: CheckInput) -> Iterator[Violation]:
    environment = inputs.environment
    if environment.model.production and environment.is_valid("production") and not environment.model.purge_protection:
        message = (
            "false is not allowed in production, where an attacker could delete vaults for good; remove this, or set"
            " 'production: false'"
        )
        yield Violation(("purge_protection",), message, "environment")
