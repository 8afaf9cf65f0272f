"""Whose identities there are: of apps, of anything else in Azure, and those that are attached to several.

Owns reading the `identity` block of a resource and the resources that are identities, before and after they are
deployed. The id of a principal that Azure has not made yet is the URN of the resource whose identity it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from access.graph import Principal, Unread
from access.readers.components import Components
from access.readers.places import Places
from access.readers.state import State
from access.readers.values import Values, is_known, listed, mapping, text, texts
from access.scopes import key

_IDENTITY = "managedidentity:UserAssignedIdentity"
_HOSTS = frozenset(
    {
        "app:ContainerApp",
        "app:ContainerAppsSession",
        "app:Job",
        "compute:VirtualMachine",
        "compute:VirtualMachineScaleSet",
        "containerinstance:ContainerGroup",
        "containerservice:ManagedCluster",
        "logic:Workflow",
        "web:WebApp",
        "web:WebAppSlot",
    }
)
"""Types that run code, whose identity that code can be."""


@dataclass
class _Attached:
    """A user-assigned identity: its id in Azure, its principal, and what it is attached to."""

    id: str
    principal: str
    name: str
    agent: str = ""
    users: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    """Who it is attached to: the agent, and whether the platform alone uses it."""


class Principals:
    """The principals of a program."""

    def __init__(self, places: Places, components: Components) -> None:
        self._places, self._components = places, components
        self._identities: dict[str, _Attached] = {}
        self._by_urn: dict[str, str] = {}
        self._own: list[Principal] = []
        self.unread: list[Unread] = []
        self.attached: dict[str, tuple[str, ...]] = {}
        """By URN: ids of the user-assigned identities that a resource has."""
        for state in places.states:
            if state.token == _IDENTITY:
                self._add_identity(state)
        for state in places.states:
            # What a program no longer asks for is still answered in a preview.
            if state.token and state.token != _IDENTITY and "identity" in (state.inputs or state.outputs):
                self._add_user(state)
        self.all = (*self._own, *map(_principal, self._identities.values()))
        self._ids = {each.id.lower(): each.id for each in self.all}

    def find(self, principal_id: str) -> str:
        """The id of a principal as it is spelled here; empty where there is none of that id."""
        return self._ids.get(principal_id.lower(), "")

    def of(self, urns: Iterable[str]) -> list[str]:
        """Ids of the principals that these resources are, or have."""
        return list(dict.fromkeys(self._by_urn[urn] for urn in urns if urn in self._by_urn))

    def _add_identity(self, state: State) -> None:
        principal = text(state.outputs, "principalId") or state.place
        where = self._places.id_of(state)
        self._by_urn[state.urn] = principal
        self._identities[key(where)] = _Attached(
            where, principal, _last(where, state), agent=self._components.agent_of(state)
        )

    def _add_user(self, state: State) -> None:
        asked, answered = mapping(state.inputs.get("identity")), mapping(state.outputs.get("identity"))
        kinds = (text(asked, "type") or text(answered, "type")).lower()
        if not kinds and not asked:
            self.unread.append(Unread(state.place, "which identities it has is not known yet, or a secret"))
        where = self._places.id_of(state)
        agent = self._components.agent_of(state) or (_last(where, state) if state.token in _HOSTS else "")
        attached = self._attached_to(state, asked, answered)
        self.attached[state.urn] = tuple(each.id for each in attached)
        own = "systemassigned" in kinds.replace(" ", "") or (not asked and bool(text(answered, "principalId")))
        pulling = set(_pulling(state, attached, own=own))
        for each in attached:
            each.users.append((agent, each.id in pulling))
        if own:
            principal = text(answered, "principalId") or state.place
            purpose = "own" if agent else "other"
            self._own.append(
                Principal(id=principal, name=_last(where, state), agent=agent, purpose=purpose, owner=where)
            )
            self._by_urn[state.urn] = principal
        elif len(attached) == 1:
            self._by_urn[state.urn] = attached[0].principal

    def _attached_to(self, state: State, asked: Values, answered: Values) -> list[_Attached]:
        """The user-assigned identities of a resource; a list goes in, a mapping comes out."""
        wanted, had = asked.get("userAssignedIdentities"), mapping(answered.get("userAssignedIdentities"))
        ids = [*texts(wanted), *filter(is_known, mapping(wanted)), *filter(is_known, had)]
        urns = state.property_dependencies.get("identity", ())
        ids += [self._places.id_of(each) for each in self._places.named(urns) if each.token == _IDENTITY]
        found: dict[str, _Attached] = {}
        for each in ids:
            principal = text(mapping(had.get(each)), "principalId")
            found[key(each)] = self._identities.setdefault(
                key(each), _Attached(each, principal or each, each.rpartition("/")[2])
            )
        return list(found.values())


def _pulling(state: State, attached: list[_Attached], *, own: bool) -> Iterator[str]:
    """Ids of those identities that only the platform uses, to pull images.

    An app says so (`lifecycle: None`), or it names the identity for its registries and has another one to act as. What
    is not known yet stands for what the app's configuration depends on; where that is not enough to tell, the identity
    counts as one that code can use.
    """
    configuration = mapping(state.inputs.get("configuration") or state.outputs.get("configuration"))
    settings = [mapping(each) for each in listed(configuration.get("identitySettings"))]
    registries = [mapping(each) for each in listed(configuration.get("registries"))]
    told = {key(text(each, "identity")): text(each, "lifecycle").lower() for each in settings if text(each, "identity")}
    untold = [text(each, "lifecycle").lower() for each in settings if not text(each, "identity")]
    unlisted = [each for each in attached if key(each.id) not in told]
    pulled = {key(text(each, "identity")) for each in registries if text(each, "identity")}
    unnamed = any("identity" in each and not is_known(each["identity"]) for each in registries)
    for each in attached:
        where = key(each.id)
        rest = [other for other in attached if key(other.id) not in pulled]
        if where in told:
            alone = told[where] == "none"
        elif untold:
            alone = set(untold) == {"none"} and len(untold) >= len(unlisted)
        else:
            alone = (where in pulled and (own or bool(rest))) or (unnamed and own and len(attached) == 1)
        if alone:
            yield each.id


def _principal(identity: _Attached) -> Principal:
    """An identity as a principal; one that several agents share bears all their names."""
    agents = sorted({agent for agent, _ in identity.users if agent}) or [identity.agent]
    if not identity.users:
        purpose = "other"
    else:
        purpose = "pull" if all(alone for _, alone in identity.users) else "own" if agents[0] else "other"
    principal = Principal(
        id=identity.principal, name=identity.name, agent=agents[0], purpose=purpose, owner=identity.id
    )
    return principal if len(agents) == 1 else replace(principal, name=", ".join(agents))


def _last(where: str, state: State) -> str:
    """What a resource is called in Azure, or where that is not known, in its program."""
    return where.rpartition("/")[2] if where.startswith("/") else state.name
