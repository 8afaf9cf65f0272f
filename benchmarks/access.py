"""Measures CPU time and memory of the access analysis, for networks of 100 to 10,000 agents.

A network of n agents has n/10 resources and ten role assignments an agent, one of them to pull its image. Measured are
the full matrix, the proof, and the difference to a copy with 100 changed assignments, each size in a process of its
own. A network in which every agent is also Contributor on the one resource group, so that each can take over all the
others, is measured by its whole report. The slow evaluator of the tests, which evaluates every operation of every
agent at every resource, judges a smaller network in the same run, for the ratio.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import log
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from access.azure.roles import by_name
from access.azure.verbs import VERBS
from access.evaluate.decisions import effective_access, relevant_operations
from access.model.declared import Declared, DeclaredAccess, DeclaredAgent, DeclaredResource
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.diff import difference
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.reports.access_rows import access_rows
from access.reports.document import document

SIZES = (100, 1000, 10_000)
EACH = 9
CHANGES = 100
CONTRIBUTORS = 300
SLOW = 4
"""Number of agents of the network that the slow evaluator evaluates."""
MEBIBYTE = 1024
"""Number of KiB in a MiB; Linux reports memory in KiB."""

_GROUP = "/subscriptions/be7c4000-0000-4000-8000-000000000001/resourceGroups/bench/providers"
_IDS = {
    "blob-container": _GROUP + "/Microsoft.Storage/storageAccounts/acc{0}/blobServices/default/containers/{1}",
    "cosmos-container": _GROUP + "/Microsoft.DocumentDB/databaseAccounts/cos{0}/sqlDatabases/main/containers/{1}",
    "key-vault-secret": _GROUP + "/Microsoft.KeyVault/vaults/vault{0}/secrets/{1}",
    "model-account": _GROUP + "/Microsoft.CognitiveServices/accounts/{1}",
    "service-bus-queue": _GROUP + "/Microsoft.ServiceBus/namespaces/bus{0}/queues/{1}",
}
_REGISTRY = _GROUP + "/Microsoft.ContainerRegistry/registries/images"


def network(agents: int) -> tuple[Declared, Graph]:
    """Generate a declared network with a number of agents and its access graph, the same for the same number."""
    random = Random(agents)  # noqa: S311 (a sample, no secret)
    kinds = sorted(_IDS)
    resources = {
        f"r{number}": (kinds[number % len(kinds)], _IDS[kinds[number % len(kinds)]].format(number // 50, f"r{number}"))
        for number in range(max(EACH + 1, agents // 10))
    }
    declared: dict[str, DeclaredAgent] = {}
    principals: list[Principal] = []
    assignments = list[Assignment]()
    for number in range(agents):
        name = f"a{number}"
        own, pull = (Principal(id=f"{name}-{word}", name=name, agent=name, purpose=word) for word in ("own", "pull"))
        principals += [own, pull]
        access = [_access(one, resources[one][0], random) for one in random.sample(sorted(resources), EACH)]
        declared[name] = DeclaredAgent(name=name, host="container-app", access=tuple(access))
        for one in access:
            kind, place = resources[one.resource]
            assignments.append(_assignment(own, VERBS[kind, one.verb][0], place))
        assignments.append(_assignment(pull, "AcrPull", _REGISTRY))
    entries = {name: DeclaredResource(name=name, kind=kind) for name, (kind, _) in resources.items()}
    images = DeclaredResource(name="images", kind="image-registry")
    places = [Resource(id=place, name=name, kind=kind, local_auth=False) for name, (kind, place) in resources.items()]
    places.append(Resource(id=_REGISTRY, name="images", kind="image-registry", local_auth=False))
    return (
        Declared(network="bench", stack="dev", registry=images, resources=entries, agents=declared),
        Graph(principals=principals, resources=places, assignments=assignments, source="bench"),
    )


def _access(name: str, kind: str, random: Random) -> DeclaredAccess:
    return DeclaredAccess(resource=name, verb=random.choice([verb for one, verb in VERBS if one == kind]), line=1)


def _assignment(principal: Principal, role_name: str, scope: str) -> Assignment:
    role = by_name(role_name)
    name = f"{principal.id} {role.id} {scope}"
    return Assignment(
        id=name, name=name, principal=principal.id, scope=scope, role=role, role_id=role.id, system=role.system
    )


def changed(graph: Graph) -> Graph:
    """Return a copy of an access graph in which some agents may read other resources."""
    role = by_name("Reader")
    some = [
        replace(one, id=f"{one.id} wider", role=role, role_id=role.id, system="azure")
        for one in graph.assignments[:: max(1, len(graph.assignments) // CHANGES)][:CHANGES]
    ]
    return Graph(
        principals=graph.principals,
        resources=graph.resources,
        assignments=[*graph.assignments, *some],
        source="changed",
    )


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds that a function call takes, and the result of the call."""
    began = time.process_time()
    answer = what()
    return time.process_time() - began, answer


def one_size(agents: int) -> dict[str, float]:
    """Measure the seconds of each access analysis of a network of some size, and the maximum memory in MiB."""
    declared, graph = network(agents)
    other = changed(graph)
    matrix, rows = timed(lambda: access_rows(AccessMatrix(graph), declared))
    proof, proven = timed(lambda: prove(graph, declared))
    diff, found = timed(lambda: difference(graph, other))
    wrong = {
        "rows": len(rows) != agents * (EACH + 1),
        "proof": not proven.holds or proven.declared != agents * (EACH + 1),
        "changes": len(found.changes) != CHANGES or not found.grows,
    }
    if any(wrong.values()):
        sys.exit(f"{agents} agents: not the answers that were expected: {wrong}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    return {"matrix": matrix, "proof": proof, "diff": diff, "mebibytes": peak}


def contributors(agents: int) -> Graph:
    """Generate a network whose agents run in container apps and are all Contributor on their resource group."""
    _, graph = network(agents)
    group, apps = _GROUP.removesuffix("/providers"), f"{_GROUP}/Microsoft.App/containerApps"
    people = [replace(one, owner=f"{apps}/{one.agent}") if one.purpose == "own" else one for one in graph.principals]
    own = [one for one in people if one.purpose == "own"]
    hosts = [Resource(id=one.owner, name=one.agent, kind="", declared=False) for one in own]
    place = Resource(id=group, name="bench", kind="microsoft.resources/resourcegroups", declared=False)
    return Graph(
        principals=people,
        resources=[*graph.resources, *hosts, place],
        assignments=[*graph.assignments, *(_assignment(one, "Contributor", group) for one in own)],
        source="bench",
    )


def one_report(agents: int) -> dict[str, float]:
    """Measure the seconds and the maximum memory in MiB of the report on a network of contributors."""
    declared, graph = network(agents)[0], contributors(agents)
    seconds, report = timed(lambda: document(graph, declared, today=date(2026, 1, 1)))
    taken_over = {len(blast["becomes"]) for blast in report["blast"].values()}
    if min(taken_over) < agents - 1:
        sys.exit(f"{agents} contributors: one of them cannot take over all the others")
    return {"seconds": seconds, "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE}


def slow_ratio() -> tuple[float, float]:
    """Measure the slow and the fast evaluator on every agent and resource of the same small network, in seconds."""
    from tests.access import slow  # noqa: PLC0415 (of the tests, and only here)

    _, graph = network(SLOW)
    pairs = [(principal, place) for principal in graph.principals for place in graph.resources]

    def enumerated() -> list[frozenset[str]]:
        return [
            frozenset(
                name
                for data in (False, True)
                for name in relevant_operations(place, data=data)
                if slow.decided(graph, principal.id, place, name, data=data) == slow.YES
            )
            for principal, place in pairs
        ]

    fast, answers = timed(lambda: [effective_access(graph, principal.id, place.id) for principal, place in pairs])
    slowly, expected = timed(enumerated)
    if [one.allowed | one.data_allowed for one in answers] != expected:
        sys.exit("the slow evaluator and the fast one disagree")
    return slowly, fast


def main() -> None:
    """Run the benchmark of the access analysis with the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=int, metavar="AGENTS", help=argparse.SUPPRESS)
    parser.add_argument("--contributors", type=int, metavar="AGENTS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contributors:
        json.dump(one_report(options.contributors), sys.stdout)
        return
    if options.one:
        json.dump(one_size(options.one), sys.stdout)
        return
    titles = {"agents": 7, "matrix": 8, "proof": 8, "diff": 8, "together": 9, "memory": 8, "against n log n": 15}
    print("  ".join(title.rjust(size) for title, size in titles.items()))
    before: tuple[int, float] | None = None
    for agents in SIZES:
        done = subprocess.run(  # noqa: S603 (this interpreter)
            [sys.executable, __file__, "--one", str(agents)], check=True, capture_output=True, text=True
        )
        found: dict[str, float] = json.loads(done.stdout)
        together = found["matrix"] + found["proof"] + found["diff"]
        growth = ""
        if before is not None:
            expected = agents * log(agents) / (before[0] * log(before[0]))
            growth = f"{together / before[1] / expected:.2f}x"
        before = (agents, together)
        seconds = "  ".join(f"{found[name]:6.2f} s" for name in ("matrix", "proof", "diff"))
        print(f"{agents:>7,}  {seconds}  {together:7.2f} s  {found['mebibytes']:4.0f} MiB  {growth:>15}")
    done = subprocess.run(  # noqa: S603 (this interpreter)
        [sys.executable, __file__, "--contributors", str(CONTRIBUTORS)], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    print(
        f"report on {CONTRIBUTORS} agents that are all Contributor on one resource group:"
        f" {found['seconds']:.2f} s, {found['mebibytes']:.0f} MiB"
    )
    slowly, fast = slow_ratio()
    print(f"every pair of {SLOW} agents: {slowly:.2f} s by enumeration, {fast:.3f} s here: {slowly / fast:,.0f}x")


if __name__ == "__main__":
    main()
