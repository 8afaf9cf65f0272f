"""Finds keys of a vault that permit more than the signing they are for, and agents that may do more with them."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.azure.roles import by_name
from access.azure.scopes import key
from access.azure.types import of_kind
from access.azure.types.keyvault import SIGNER
from access.evaluate.relevance import resource_type
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext, exception_names, joined_names
from access.findings.finding import Finding
from access.model.graph import Resource

_KIND = "key-vault-key"
_SIGN = "sign"


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every signing key that permits more, and for every agent that may do more with one."""
    role = by_name(SIGNER)
    assigned = (one.scope for one in context.graph.assignments if one.role is not None and one.role.id == role.id)
    scopes = {key(scope) for scope in assigned}
    (row,) = of_kind(_KIND)
    keys = {
        key(each.id): each
        for each in context.graph.resources
        if resource_type(each) == row.key and (each.kind == _KIND or key(each.id) in scopes)
    }
    for each in keys.values():
        yield from _permits_more(context, each)
    signing = {name.lower() for block in role.permissions for name in block.data_actions}
    for principal_id, resource, reach in context.accesses:
        principal = context.graph.principal(principal_id)
        if key(resource.id) not in keys or principal is None or not context.is_agent(principal):
            continue
        more = sorted(each for each in reach.data_allowed | reach.data_conditional if each.lower() not in signing)
        if more:
            who, names = context.principal_text(principal_id), [each.rpartition("/keys/")[2] for each in more]
            yield Finding(
                rule=BY_ID["signing-key-role-too-wide"],
                what=f"{who} may do more with the key {resource.name!r} than sign: {joined_names(names)}",
                location=context.principal_location(principal),
                agent=principal.agent,
                resource=resource.name,
                about=exception_names(principal)[1:],
            )


def _permits_more(context: CheckContext, resource: Resource) -> Iterator[Finding]:
    properties = resource.flat_properties
    if not properties:
        # Only a role assignment names the key: nothing is known of it.
        return
    found: list[str] = []
    operations = properties.get("keyOps")
    named = sorted({str(each) for each in cast("list[object]", operations)}) if isinstance(operations, list) else []
    if not named:
        found.append("permits all operations, since its 'keyOps' are not set")
    elif named != [_SIGN]:
        found.append(f"permits {joined_names(named)}")
    attributes = properties.get("attributes")
    if isinstance(attributes, Mapping) and cast("Mapping[str, Any]", attributes).get("exportable") not in {None, False}:
        found.append("can be exported")
    for each in found:
        yield Finding(
            rule=BY_ID["signing-key-permits-more"],
            what=f"the key {resource.name!r}, which agents sign with, {each}",
            location=context.resource_location(resource),
            resource=resource.name,
            about=(resource.id,),
        )
