"""Hypothesis strategies for valid networks and environments, as the plain data of network.yaml and stack files."""

from typing import Any

from hypothesis import strategies as st

from manifest.agents import SIZES
from manifest.azure_naming_rules import reserved_word
from manifest.hosts import CONNECTED_KINDS
from manifest.kinds import KINDS, ResourceKind

__all__ = ["agents", "environments", "networks", "projects", "reordered", "resources"]

STACKS = ("dev", "prod", "test1")
_IDENTITIES = st.sampled_from(["shared", "per-agent"])
_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"


def words(
    longest: int, *, shortest: int = 3, ends: tuple[str, ...] = ("", "-1", "-x", "-b2")
) -> st.SearchStrategy[str]:
    """Strategy for names that every naming rule accepts: a letter, then letters and digits, at most one dash."""
    rest = st.text(_LETTERS + _DIGITS, min_size=shortest - 1, max_size=longest - 1 - max(map(len, ends)))
    parts = st.tuples(st.sampled_from(_LETTERS), rest, st.sampled_from(ends))
    return parts.map("".join).filter(lambda name: reserved_word(name) is None)


def _bases() -> st.SearchStrategy[str]:
    """Strategy for base names of 6 to 10 characters: long enough for every parent kind, short enough for a suffix."""
    return words(10, shortest=6, ends=("",))


@st.composite
def _deployments(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(words(12), min_size=1, max_size=3, unique=True))
    extra = st.fixed_dictionaries(
        {}, optional={"sku": st.sampled_from(["Standard", "GlobalStandard"]), "capacity": st.integers(1, 500)}
    )
    return [{"name": name, "model": f"model-{name}", "version": "2026-07-09", **draw(extra)} for name in names]


@st.composite
def _own_keys(draw: st.DrawFn, name: str, kind: ResourceKind, *, existing: bool) -> dict[str, Any]:
    keys: dict[str, Any] = {"existing": True} if existing else {}
    if kind.child and draw(st.booleans()):
        keys[kind.child[0]] = f"{name}-own"
    if "database" in kind.keys:
        keys["database"] = draw(st.sampled_from(["main", "other"]))
        if draw(st.booleans()):
            keys["partition_key"] = draw(st.sampled_from(["/id", "/tenant/user"]))
    if "deployments" in kind.keys and not existing:
        keys["deployments"] = draw(_deployments())
    return keys


@st.composite
def resources(draw: st.DrawFn, *, most: int = 10) -> dict[str, dict[str, Any]]:
    """Strategy for resources of all kinds; some share a parent, and some have `existing: true`."""
    names = draw(st.lists(words(20).filter(lambda one: not one.endswith("-own")), max_size=most, unique=True))
    bases = draw(st.lists(_bases(), min_size=len(names), max_size=len(names), unique=True))
    parents: dict[str, tuple[str, bool]] = {}
    drawn: dict[str, dict[str, Any]] = {}
    for name, base in zip(names, bases, strict=True):
        kind_name = draw(st.sampled_from(sorted(KINDS)))
        kind = KINDS[kind_name]
        key, parent_kind = kind.parent
        shared = parents.get(parent_kind) if kind.child and draw(st.booleans()) else None
        parent, existing = shared or (base, draw(st.integers(0, 3)) == 0)
        if kind.child:
            parents[parent_kind] = (parent, existing)
        drawn[name] = {"kind": kind_name, key: parent, **draw(_own_keys(name, kind, existing=existing))}
    return drawn


@st.composite
def _grant(draw: st.DrawFn, kind: ResourceKind) -> Any:  # noqa: ANN401 - a verb, a list or a mapping
    verbs = draw(st.lists(st.sampled_from(kind.verbs), min_size=1, unique=True))
    written = verbs[0] if len(verbs) == 1 and draw(st.booleans()) else verbs
    form = draw(st.sampled_from(["short", "mapping", "paths"] if kind.supports_paths else ["short", "mapping"]))
    if form == "short":
        return written
    if form == "mapping":
        return {"verbs": written}
    folder, end = (
        st.text(_LETTERS + "_", min_size=1, max_size=8),
        st.sampled_from(["", "/", "/day=1/", "/a.b", "/x-y/z"]),
    )
    prefixes = st.tuples(folder, end).map("".join)
    return {"verbs": written, "paths": draw(st.lists(prefixes, min_size=1, max_size=3, unique=True))}


@st.composite
def _addresses(draw: st.DrawFn) -> list[str]:
    blocks = st.tuples(st.integers(1, 223), st.integers(0, 255)).map(lambda parts: f"{parts[0]}.{parts[1]}.0.0/16")
    return draw(st.lists(blocks, min_size=1, max_size=3, unique=True))


@st.composite
def agents(draw: st.DrawFn, declared: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Strategy for one agent with access to some of the declared resources."""
    granted = draw(st.lists(st.sampled_from(sorted(declared)), max_size=4, unique=True)) if declared else []
    agent: dict[str, Any] = {
        "image": draw(st.sampled_from(["agent", "team/agent", "agent-2", "deep/er/agent_x"])),
        "access": {name: draw(_grant(KINDS[declared[name]["kind"]])) for name in granted},
    }
    if draw(st.booleans()):
        agent["cpu"], agent["memory"] = draw(st.sampled_from(sorted(SIZES.items())))
    if draw(st.booleans()):
        least, more = draw(st.integers(1, 5)), draw(st.integers(0, 5))
        agent["replicas"] = {"min": least, "max": least + more}
    ingress = draw(st.sampled_from([None, "none", "internal", "external"]))
    if ingress is not None:
        agent["ingress"] = {"kind": "external", "allow": draw(_addresses())} if ingress == "external" else ingress
    if ingress in ("internal", "external"):
        agent["port"] = draw(st.integers(1, 65535))
        agent["scale"] = {"kind": "http", "target": draw(st.integers(1, 200))}
        agent["probes"] = {"liveness": {"path": "/healthz", "period_seconds": draw(st.integers(1, 240))}}
    if draw(st.booleans()):
        agent["identity"] = draw(st.sampled_from(["system-assigned", "user-assigned"]))
    if draw(st.booleans()):
        # A granted resource's variables begin with its name in capitals, which has no underscore first.
        names, values = st.sampled_from(["_REGION", "_MODE", "_LEVEL_2"]), st.text("abc XYZ:/.-", max_size=20)
        agent["environment"] = draw(st.dictionaries(names, values, max_size=3))
    if draw(st.integers(0, 3)) == 0:
        limits = ("resources", "secrets", "models", "destroys", "identities", "influences")
        agent["budget"] = draw(st.dictionaries(st.sampled_from(limits), st.integers(0, 9), min_size=1))
    return agent


@st.composite
def _hosts(draw: st.DrawFn, declared: dict[str, dict[str, Any]], taken: set[str]) -> dict[str, dict[str, Any]]:
    """Strategy for up to three Foundry projects and AKS clusters, each with a base name of its own."""
    names = draw(st.lists(words(20).filter(lambda one: one not in declared), max_size=3, unique=True))
    free = _bases().filter(lambda one: one not in taken)
    bases = draw(st.lists(free, min_size=len(names), max_size=len(names), unique=True))
    able = sorted(name for name, one in declared.items() if one["kind"] in CONNECTED_KINDS)
    drawn: dict[str, dict[str, Any]] = {}
    for name, base in zip(names, bases, strict=True):
        existing = draw(st.integers(0, 3)) == 0
        host: dict[str, Any] = {"existing": True} if existing else {}
        if draw(st.booleans()):
            host |= {"kind": "aks-cluster", "cluster": base}
            if not existing:
                host |= {"private": True} if draw(st.booleans()) else {"allow": draw(_addresses())}
        else:
            host |= {"kind": "foundry-project", "account": base, "identities": draw(_IDENTITIES)}
            if not existing and draw(st.booleans()):
                host["deployments"] = draw(_deployments())
            if not existing and able:
                connected = draw(st.lists(st.sampled_from(able), max_size=2, unique=True))
                verbs = {one: draw(st.sampled_from(KINDS[declared[one]["kind"]].verbs)) for one in connected}
                host["connections"] = verbs
        drawn[name] = host
    return drawn


@st.composite
def _hosted(
    draw: st.DrawFn, agents: dict[str, dict[str, Any]], hosts: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Strategy that moves some agents to Foundry or AKS hosts, and grants some agents a call of a Foundry agent."""
    places = {name: draw(st.sampled_from(["", *sorted(hosts)])) for name in agents}
    callable_ones = [name for name, place in places.items() if place and hosts[place]["kind"] == "foundry-project"]
    drawn: dict[str, dict[str, Any]] = {}
    for name, agent in agents.items():
        called = [one for one in callable_ones if one != name and draw(st.integers(0, 3)) == 0]
        moved = {**agent, "access": {**agent["access"], **dict.fromkeys(called, "use")}}
        place = places[name]
        if not place:
            drawn[name] = moved
        elif name in callable_ones:
            kept = {key: moved[key] for key in ("access", "budget") if key in moved}
            drawn[name] = {"host": "foundry", "project": place, "version": str(draw(st.integers(1, 99))), **kept}
        else:
            near = [one for one, other in places.items() if other == place and one != name]
            drawn[name] = draw(_in_cluster(name, moved, place, near))
    return drawn


@st.composite
def _in_cluster(draw: st.DrawFn, name: str, agent: dict[str, Any], cluster: str, near: list[str]) -> dict[str, Any]:
    """Strategy for an agent on AKS with callers in the same cluster and egress destinations."""
    callers = draw(st.lists(st.sampled_from(near), unique=True)) if near and "port" in agent else []
    left_out = {"identity", "ingress", "scale"} | (set() if callers else {"port", "probes"})
    moved = {key: value for key, value in agent.items() if key not in left_out}
    if callers:
        moved["ingress"] = {"kind": "internal", "callers": callers}
    if draw(st.booleans()):
        moved["service_account"] = f"{name}-pods"
    if draw(st.booleans()):
        moved["user_id"] = draw(st.sampled_from([1, 10001, 2**31 - 1]))
    # Without egress, the agent could not use its access.
    if moved.get("access") or draw(st.booleans()):
        moved["egress"] = draw(st.lists(st.sampled_from(["azure", "mail"]), min_size=1, unique=True))
    return {"host": "aks", "cluster": cluster, **moved}


@st.composite
def _people(draw: st.DrawFn, agents: dict[str, dict[str, Any]], taken: set[str]) -> dict[str, dict[str, Any]]:
    """Strategy for up to two groups or users with access to Foundry agents."""
    names = draw(st.lists(words(14).filter(lambda one: one not in taken), max_size=2, unique=True))
    of_foundry = [name for name, agent in agents.items() if agent.get("host") == "foundry"]
    kinds = st.sampled_from(["group", "user"])
    return {
        name: {"kind": draw(kinds), "access": {one: "use" for one in of_foundry if draw(st.booleans())}}
        for name in names
    }


@st.composite
def _separation(draw: st.DrawFn, declared: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Strategy for separation rules of two or more permissions, no two rules with the same permissions."""
    rights = [(name, verb) for name, one in sorted(declared.items()) for verb in KINDS[one["kind"]].verbs]
    if len(rights) < 2:
        return []
    apart = st.lists(st.sampled_from(rights), min_size=2, max_size=3, unique=True)
    rules = draw(st.lists(apart, max_size=2, unique_by=frozenset))
    return [{"apart": [{name: verb} for name, verb in rule], "because": "they check each other"} for rule in rules]


@st.composite
def _exceptions(draw: st.DrawFn, agent_names: list[str], resource_names: list[str]) -> list[dict[str, Any]]:
    pairs = [f"{agent}/{resource}" for agent in agent_names for resource in resource_names]
    things = sorted({*agent_names, *resource_names, *pairs})
    if not things:
        return []
    findings = st.sampled_from(["unused-resource", "shared-write", "over-budget"])
    chosen = draw(st.lists(st.tuples(findings, st.sampled_from(things)), max_size=3, unique=True))
    days = st.dates().map(str)
    return [{"finding": one, "on": on, "because": "for now", "expires": draw(days)} for one, on in chosen]


@st.composite
def networks(draw: st.DrawFn, *, most_agents: int = 8, most_resources: int = 10, hosts: bool = False) -> dict[str, Any]:
    """Strategy for a valid network of up to eight agents; with `hosts`, some agents run on Foundry or AKS."""
    declared = draw(resources(most=most_resources))
    taken = {value[KINDS[value["kind"]].parent[0]] for value in declared.values()}
    registry: dict[str, Any] = {"name": draw(_bases().filter(lambda base: base not in taken))}
    if draw(st.booleans()):
        registry |= {"existing": True, "permissions": draw(st.sampled_from(["registry", "repository"]))}
    placed = draw(_hosts(declared, taken | {registry["name"]})) if hosts else {}
    free = words(14).filter(lambda one: one not in declared and one not in placed)
    names = draw(st.lists(free, max_size=most_agents, unique=True))
    network: dict[str, Any] = {
        "name": draw(words(8)),
        "registry": registry,
        "resources": declared,
        "agents": {name: draw(agents(declared)) for name in names},
    }
    if hosts:
        network["hosts"] = placed
        network["agents"] = draw(_hosted(network["agents"], placed))
        network["people"] = draw(_people(network["agents"], {*declared, *placed, *names}))
    if draw(st.integers(0, 2)) == 0:
        network["separation"] = draw(_separation(declared))
        network["exceptions"] = draw(_exceptions(names, sorted(declared)))
    return network


@st.composite
def environments(draw: st.DrawFn, network: dict[str, Any]) -> dict[str, Any]:
    """Strategy for a valid environment of a network, as the plain data of Pulumi.<stack>.yaml."""
    production = draw(st.booleans())
    suffix = st.text(_LETTERS + _DIGITS, min_size=2, max_size=6).filter(lambda one: one not in ("sb", "mgmt"))
    drawn: dict[str, Any] = {
        "location": draw(st.sampled_from(["westeurope", "eastus2"])),
        "resource_group": draw(st.sampled_from(["agents", "agents-group"])),
        "suffix": draw(suffix),
        "production": production,
    }
    if production or draw(st.booleans()):
        drawn["image_tag"] = draw(st.sampled_from(["1.0", "2025-11-01", "v3"]))
    of_foundry = [name for name, agent in network["agents"].items() if agent.get("host") == "foundry"]
    if draw(st.booleans()):
        imaged = [name for name in network["agents"] if name not in of_foundry]
        drawn["image_tags"] = {name: "4.5.6" for name in imaged if draw(st.booleans())}
    if draw(st.booleans()):
        drawn["replicas"] = {"min": draw(st.integers(0, 2)), "max": draw(st.integers(2, 9))}
    existing = [network["registry"]["name"]] if network["registry"].get("existing") else []
    existing += [one[KINDS[one["kind"]].parent[0]] for one in network["resources"].values() if one.get("existing")]
    if of_foundry:
        drawn |= draw(_identities(of_foundry))
    drawn |= draw(_places(network))
    entry = {"resource_group": "shared", "subscription": "00000000-0000-0000-0000-000000000001"}
    # what is written into an existing parent has to be in the stack's own subscription
    own = {
        one[KINDS[one["kind"]].parent[0]]
        for one in network["resources"].values()
        if KINDS[one["kind"]].verbs_written_to_parent
    }
    here = {"resource_group": "agents"}
    drawn["existing"] = {base: here if base in own else entry for base in existing if draw(st.booleans())}
    return drawn


@st.composite
def _identities(draw: st.DrawFn, agents: list[str]) -> dict[str, Any]:
    """Strategy for the environment's keys about Foundry agents; a shared identity is allowed if any agent has one."""
    given = [name for name in agents if draw(st.booleans())]
    drawn: dict[str, Any] = {
        "agent_identities": {name: f"00000000-0000-4000-8000-{at:012}" for at, name in enumerate(given)}
    }
    if draw(st.booleans()):
        published = [name for name in agents if name not in given and draw(st.booleans())]
        return {**drawn, "shared_identity": "allowed", "published": published}
    rest = [name for name in agents if name not in given]
    return {**drawn, "published": rest if given else draw(st.sampled_from([True, rest]))}


@st.composite
def _places(draw: st.DrawFn, network: dict[str, Any]) -> dict[str, Any]:
    """Strategy for the environment's keys about destinations, people and clusters; no key for an empty section."""
    reached = {one for agent in network["agents"].values() for one in agent.get("egress", ())}
    hosts = network.get("hosts", {})
    made = [name for name, one in hosts.items() if one["kind"] == "aks-cluster" and not one.get("existing")]
    drawn = {
        "destinations": {
            one: {"blocks": [f"10.{at}.0.0/16"], "ports": [443, 5671]} for at, one in enumerate(sorted(reached))
        },
        "people": {one: f"00000000-0000-4000-9000-{at:012}" for at, one in enumerate(network.get("people", {}))},
        "clusters": {one: {"node_count": draw(st.integers(1, 9))} for one in made if draw(st.booleans())},
    }
    return {key: value for key, value in drawn.items() if value}


@st.composite
def projects(draw: st.DrawFn, *, hosts: bool = False) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Strategy for a network, an environment for it, and the name of the stack."""
    network = draw(networks(hosts=hosts))
    return network, draw(environments(network)), draw(st.sampled_from(STACKS))


@st.composite
def reordered(draw: st.DrawFn, data: Any) -> Any:  # noqa: ANN401 - plain data of every shape
    """Strategy for the same data with every mapping and every list in another order."""
    if isinstance(data, dict):
        keys = draw(st.permutations(sorted(data)))
        return {key: draw(reordered(data[key])) for key in keys}
    if isinstance(data, list):
        return [draw(reordered(one)) for one in draw(st.permutations(data))]
    return data
