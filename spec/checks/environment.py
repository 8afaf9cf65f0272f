"""The environment: does it say what this network needs, and nothing about things that the network does not have?"""

from collections.abc import Iterator

from spec.draft import Draft, Finding
from spec.kinds import KINDS
from spec.words import choices, show, unknown

__all__ = ["environment_fits"]

# "Use tags to organize your Azure resources", Microsoft Learn, 2025.
_MOST_TAGS = 50


def environment_fits(draft: Draft) -> Iterator[Finding]:
    """Judge tags of images, entries for existing things, limits and Azure tags."""
    yield from _image_tags(draft)
    yield from _existing(draft)
    yield from _out_of_reach(draft)
    yield from _limits(draft)


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
    """Some grants are made inside the parent, and a stack makes things in its own subscription alone."""
    environment = draft.environment.model
    resources = draft.network.model.resources
    every = [access for _, agent in draft.agents("access") for access in agent.access if access.resource in resources]
    inside = {
        access.resource
        for access in every
        if (access.verb or "read") in KINDS[resources[access.resource].kind].written_inside
    }
    for base, entry in environment.existing.items():
        affected = sorted(name for name in inside if resources[name].existing and resources[name].parent == base)
        if entry.subscription is not None and affected:
            message = (
                f"access to {choices(affected)} is written into '{base}' itself, which a stack can do in its own"
                " subscription only; move it there, or deploy the network to its subscription and remove this line"
            )
            yield Finding(("existing", base, "subscription"), message, "environment")


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
