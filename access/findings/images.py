"""Finds mutable container image tags in production, such as `latest`."""

import re
from collections.abc import Iterator
from typing import Any

from access.azure.scopes import key
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.graph import Resource
from access.model.json_values import listed, mapping, text


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every production container image whose tag may later refer to another image."""
    if not context.production:
        return
    agents = {key(one.owner): one.agent for one in context.agents if one.owner and one.purpose == "own"}
    seen: set[str] = set()
    for resource in context.graph.resources:
        agent = agents.get(key(resource.id), "")
        for image in _images(resource):
            seen.add(agent)
            if is_mutable(image):
                yield _finding(context, agent, image, resource)
    for name, agent in context.declared.agents.items() if context.declared else ():
        image = f"{agent.image}:{agent.image_tag}".rstrip(":")
        if name not in seen and image and is_mutable(image):
            yield _finding(context, name, image)


def is_mutable(image: str) -> bool:
    """Return True if a container image reference has no digest and no tag that looks like a version or commit."""
    if "@" in image:
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag == "latest" or re.search("[0-9]", tag) is None


def _images(resource: Resource) -> Iterator[str]:
    template: Any = mapping(resource.properties.get("template") or {})
    nested = mapping(mapping(resource.properties.get("properties")).get("template"))
    for each in (template, nested):
        for container in (*listed(each.get("containers")), *listed(each.get("initContainers"))):
            if image := text(mapping(container), "image"):
                yield image


def _finding(context: CheckContext, agent: str, image: str, resource: Resource | None = None) -> Finding:
    name = f"agent {agent!r}" if agent else repr(resource.name if resource else "")
    return Finding(
        rule=BY_ID["mutable-image-tag"],
        what=f"{name} runs {image!r} in production; the tag may later refer to another image",
        location=context.agent_location(agent) if agent else resource.id if resource else "",
        agent=agent,
        about=(image, *((resource.name,) if resource else ())),
    )
