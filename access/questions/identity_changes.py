"""Finds identities of which a stack's state has another principal than Azure: edited in the state, or made again.

Owns the comparison, by the resource that an identity belongs to. A new role of an agent is given to the principal in
the state, so that another one there gets the agent's access. Also the issuer of each cluster and the Entra application
of each agent, to which credentials and roles are given in the same way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from access.azure.scopes import key, shown, type_of
from access.model.graph import Graph
from access.model.json_values import mapping, text

__all__ = ["IdentityChange", "identity_changes"]

_CLUSTER = "microsoft.containerservice/managedclusters"
_FOUNDRY = "microsoft.cognitiveservices/accounts"


@dataclass(frozen=True, kw_only=True)
class IdentityChange:
    """Identity that Azure has with another value than the state of a stack."""

    what: str
    """Sentence with the value in the state and the one in Azure."""
    was: str
    """Value in the state, in lower case."""
    is_certain: bool = True
    """False if Azure does not show the identity, or if the identity is a Foundry agent's, which Azure makes again."""


def identity_changes(state: Graph, live: Graph) -> Iterator[IdentityChange]:
    """Yield each identity of which the state has another value than Azure.

    Args:
        state: access graph of the stack's state.
        live: access graph of Azure.
    """
    there: dict[str, set[str]] = {}
    for one in live.principals:
        if one.owner:
            there.setdefault(key(one.owner), set()).add(one.id)
    for one in state.principals:
        if not one.owner or one.purpose == "people":
            continue
        found = there.get(key(one.owner), set())
        if one.id.lower() in {each.lower() for each in found}:
            continue
        now = f"Azure has {' and '.join(sorted(found))}" if found else "Azure does not return it"
        what = f"{one.display_name}: the state has principal {one.id} for {shown(one.owner)}, and {now}"
        is_foundry = _FOUNDRY in key(one.owner)
        yield IdentityChange(what=what, was=one.id.lower(), is_certain=bool(found) and not is_foundry)
    yield from _issuers(state, live)
    yield from _applications(state, live)


def _issuers(state: Graph, live: Graph) -> Iterator[IdentityChange]:
    found = _issuers_of(live)
    for where, issuer in _issuers_of(state).items():
        now = found.get(where, "")
        if issuer and now and issuer != now:
            what = f"cluster {shown(where)}: the state has the issuer {issuer}, and Azure has {now}"
            yield IdentityChange(what=what, was=issuer.lower())


def _issuers_of(graph: Graph) -> Mapping[str, str]:
    clusters = (one for one in graph.resources if type_of(key(one.id)) == _CLUSTER)
    return {key(one.id): text(mapping(one.flat_properties.get("oidcIssuerProfile")), "issuerURL") for one in clusters}


def _applications(state: Graph, live: Graph) -> Iterator[IdentityChange]:
    for one in state.applications:
        found = [each for each in live.applications_of_agent(one.agent) if each.seen] if one.agent and one.seen else []
        for called, was, now in (
            ("client id", one.id, {each.id for each in found if each.id}),
            ("service principal", one.principal, {each.principal for each in found if each.principal}),
        ):
            if was and now and was.lower() not in {each.lower() for each in now}:
                what = f"application of agent {one.agent!r}: the state has the {called} {was}, and Azure has"
                yield IdentityChange(what=f"{what} {' and '.join(sorted(now))}", was=was.lower())
