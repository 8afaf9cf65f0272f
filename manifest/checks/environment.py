"""The environment: does it say what this network needs, and nothing about things that the network does not have?"""

from collections.abc import Iterator

from manifest.azure_resource_names import DESTINATION
from manifest.check_input import Draft, Finding
from manifest.kinds import KINDS
from manifest.phrases import choices, show, unknown

__all__ = ["environment_fits"]

# "Use tags to organize your Azure resources", Microsoft Learn, 2025.
_MOST_TAGS = 50


def environment_fits(draft: Draft) -> Iterator[Finding]:
    """Judge tags of images, entries for existing things, limits, Azure tags, clusters, destinations and people."""
    yield from _image_tags(draft)
    yield from _existing(draft)
    yield from _out_of_reach(draft)
    yield from _limits(draft)
    yield from _clusters(draft)
    yield from _destinations(draft)
    yield from _people(draft)


def _image_tags(draft: Draft) -> Iterator[Finding]:
    environment = draft.environment.model
    agents = draft.names("agents")
    for agent in environment.image_tags:
        if agent not in agents:
            message = unknown("agent", agent, agents, there="the agents are")
            yield Finding(("image_tags", agent), message, "environment")
        elif draft.runs_on(agent) == "foundry":
            message = f"{show(agent)} runs on Foundry and has no image; what is published of it is its 'version'"
            yield Finding(("image_tags", agent), message, "environment")
    if not environment.production or not draft.environment.sound("production"):
        return
    if environment.image_tag is not None and environment.image_tag.lower() == "latest":
        yield Finding(("image_tag",), _floating(environment.image_tag), "environment")
    for agent, tag in environment.image_tags.items():
        if tag.lower() == "latest":
            yield Finding(("image_tags", agent), _floating(tag), "environment")
    if draft.environment.sound("image_tag") and environment.image_tag is None:
        broken = draft.environment.broken
        imaged = [one for one in agents if draft.runs_on(one) in ("container-app", "aks")]
        untagged = [one for one in imaged if one not in environment.image_tags and ("image_tags", one) not in broken]
        if untagged and ("image_tags",) not in broken:
            message = f"missing: in production every image needs a tag; without one are {choices(untagged)}"
            yield Finding(("image_tag",), message, "environment")


def _floating(tag: str) -> str:
    return f"{show(tag)} is whatever was pushed last; production needs a tag that stays what it is"


def _existing(draft: Draft) -> Iterator[Finding]:
    known = {holder.parent: holder.existing for holder in draft.holders()}
    there = [base for base, existing in known.items() if existing]
    for base, entry in draft.environment.model.existing.items():
        place = ("existing", base)
        if base in known and not known[base]:
            message = f"'{base}' is not existing but created; say 'existing: true' in network.yaml, or remove this"
            yield Finding(place, message, "environment")
        elif base not in known and all(map(draft.network.sound, ("registry", "resources", "hosts"))):
            message = unknown("existing parent", base, there, there="existing in network.yaml are")
            yield Finding(place, message, "environment")
        elif not entry.model_fields_set and draft.environment.sound(*place):
            message = "says nothing; write 'name', 'resource_group' or 'subscription', or remove it"
            yield Finding(place, message, "environment")


def _out_of_reach(draft: Draft) -> Iterator[Finding]:
    """Some things are made inside the parent, and a stack makes things in its own subscription alone."""
    for base, entry in draft.environment.model.existing.items():
        if entry.subscription is None:
            continue
        for what in (*_granted_inside(draft, base), *_run_inside(draft, base)):
            message = (
                f"{what} '{base}' itself, which a stack can do in its own subscription only; move it there, or deploy"
                " the network to its subscription and remove this line"
            )
            yield Finding(("existing", base, "subscription"), message, "environment")


def _granted_inside(draft: Draft, base: str) -> Iterator[str]:
    resources = draft.network.model.resources
    every = [access for _, agent in draft.agents("access") for access in agent.access if access.resource in resources]
    inside = {
        access.resource
        for access in every
        if (access.verb or "read") in KINDS[resources[access.resource].kind].written_inside
    }
    affected = sorted(name for name in inside if resources[name].existing and resources[name].parent == base)
    if affected:
        yield f"access to {choices(affected)} is written into"


def _run_inside(draft: Draft, base: str) -> Iterator[str]:
    environment, network = draft.environment.model, draft.network.model
    hosts = {name: host for name, host in network.hosts.items() if host.existing and host.parent == base}
    clusters = sorted(name for name, host in hosts.items() if host.kind == "aks-cluster")
    if clusters:
        yield f"agents of {choices(clusters)} are made in"
    if not draft.environment.sound("published"):
        return
    projects = hosts.keys() - clusters
    agents = [name for name, agent in draft.agents("host", "project") if agent.project in projects]
    published = sorted(name for name in agents if environment.identity_of(name, network) == "application")
    if published:
        yield f"{choices(published)} {'is' if len(published) == 1 else 'are'} published in"


def _limits(draft: Draft) -> Iterator[Finding]:
    environment = draft.environment.model
    least, most = environment.replicas.min, environment.replicas.max
    if least > most:
        message = f"at least {least} and at most {most} contradict each other"
        yield Finding(("replicas",), message, "environment")
    if len(environment.tags) > _MOST_TAGS:
        message = f"{len(environment.tags)} tags; Azure takes {_MOST_TAGS}"
        yield Finding(("tags",), message, "environment")
    first: dict[str, str] = {}
    for name in environment.tags:
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"'{one}' and '{name}' are one tag, since Azure ignores case; keep one"
            yield Finding(("tags", name), message, "environment")


def _clusters(draft: Draft) -> Iterator[Finding]:
    hosts = [one for one in draft.names("hosts") if draft.kind_of(one, "hosts") == "aks-cluster"]
    for name, entry in draft.environment.model.clusters.items():
        place = ("clusters", name)
        host = draft.network.model.hosts.get(name)
        if name not in hosts:
            message = unknown("cluster", name, hosts, there="the clusters of the network are")
            yield Finding(place, message, "environment")
        elif host is not None and host.existing:
            message = f"{show(name)} exists already, and stays as it is; remove this"
            yield Finding(place, message, "environment")
        elif not entry.model_fields_set and draft.environment.sound(*place):
            message = "says nothing; write how many nodes of which size, or remove it"
            yield Finding(place, message, "environment")
        for given, missing, why in (
            ("subnet", "identity", "nobody could join the subnet; give an identity that may"),
            ("identity", "subnet", "an identity of one's own is for a subnet of one's own; give that, or remove this"),
        ):
            if getattr(entry, given) is not None and getattr(entry, missing) is None:
                yield Finding((*place, given), f"without '{missing}', {why}", "environment")
        for one in sorted({each for each in entry.admins if entry.admins.count(each) > 1}):
            message = f"{show(one)} stands here {entry.admins.count(one)} times; write it once"
            yield Finding((*place, "admins"), message, "environment")


def _destinations(draft: Draft) -> Iterator[Finding]:
    named = {one: name for name, agent in draft.agents("host", "egress") for one in agent.egress}
    given = draft.environment.model.destinations
    for one, agent in sorted(named.items()):
        # A name that cannot be one is told of in the network's file.
        known = one in given or ("destinations", one) in draft.environment.broken
        if not known and DESTINATION.complaint(one) is None:
            message = f"missing: {show(agent)} may reach {show(one)}; say under {show(one)} which 'blocks' that is here"
            yield Finding(("destinations",), message, "environment")
    for one, entry in given.items():
        place = ("destinations", one)
        if one not in named and all(draft.network.sound("agents", name) for name in draft.names("agents")):
            message = unknown("destination", one, named, there="agents' 'egress' names")
            yield Finding(place, message, "environment")
        for key in ("blocks", "ports"):
            listed: tuple[str | int, ...] = getattr(entry, key)
            for each in sorted({item for item in listed if listed.count(item) > 1}, key=str):
                message = f"{show(each)} stands here {listed.count(each)} times; write it once"
                yield Finding((*place, key), message, "environment")


def _people(draft: Draft) -> Iterator[Finding]:
    named, given = draft.names("people"), draft.environment.model.people
    for one in named:
        if one not in given and ("people", one) not in draft.environment.broken:
            message = f"missing: say which id {show(one)} have in Entra ID here"
            yield Finding(("people",), message, "environment")
    first: dict[str, str] = {}
    for name, entra_id in given.items():
        if name not in named:
            yield Finding(("people", name), unknown("people", name, named, there="there are"), "environment")
        other = first.setdefault(entra_id, name)
        if other != name:
            message = f"{show(entra_id)} is the id of {show(other)} already; declare them once"
            yield Finding(("people", name), message, "environment")
