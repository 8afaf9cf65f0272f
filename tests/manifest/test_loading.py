"""Tests of `load`: valid networks load, the order of keys has no effect, and mistyped names get a suggestion."""

from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from manifest import Access, ManifestError
from tests.fabrikam import FABRIKAM
from tests.projects import load_project, write_project
from tests.strategies import networks, projects, reordered

ENVIRONMENT = {"location": "westeurope", "resource_group": "group", "suffix": "dev7", "production": False}

# Every example writes the whole folder again, so that no example sees the files of another.
properties = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@properties
@given(project=projects())
def test_any_generated_network_yaml_loads_with_its_declared_access(
    project: tuple[dict[str, Any], dict[str, Any], str], tmp_path: Path
) -> None:
    written, environment, stack = project

    network, loaded = load_project(write_project(tmp_path, written, environment, stack), stack)

    assert {name: {one.resource for one in agent.access} for name, agent in network.agents.items()} == {
        name: set(agent["access"]) for name, agent in written["agents"].items()
    }
    assert {name: one.kind for name, one in network.resources.items()} == {
        name: one["kind"] for name, one in written["resources"].items()
    }
    assert (loaded.stack, loaded.suffix) == (stack, environment["suffix"])


@properties
@given(data=st.data(), written=networks())
def test_order_of_keys_and_lists_does_not_change_the_loaded_network(
    data: st.DataObject, written: dict[str, Any], tmp_path: Path
) -> None:
    network, environment = load_project(write_project(tmp_path, written, ENVIRONMENT))
    again = data.draw(reordered(written))

    assert load_project(write_project(tmp_path, again, ENVIRONMENT)) == (network, environment)


def _typos(name: str) -> list[str]:
    letters = "abcxyz019-"
    cut = [name[:at] + name[at + 1 :] for at in range(len(name))]
    put = [name[:at] + letter + name[at:] for at in range(len(name) + 1) for letter in letters]
    changed = [name[:at] + letter + name[at + 1 :] for at in range(len(name)) for letter in letters]
    swapped = [name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in range(len(name) - 1)]
    return sorted({*cut, *put, *changed, *swapped} - {name})


@properties
@given(data=st.data(), written=networks(most_agents=3))
def test_mistyped_resource_in_an_agents_access_is_refused_with_a_declared_name_as_suggestion(
    data: st.DataObject, written: dict[str, Any], tmp_path: Path
) -> None:
    grants = [(agent, one) for agent, entry in written["agents"].items() for one in entry["access"]]
    assume(grants)
    agent, resource = data.draw(st.sampled_from(grants))
    typo = data.draw(st.sampled_from(_typos(resource)))
    assume(typo not in written["resources"])
    access = written["agents"][agent]["access"]
    access[typo] = access.pop(resource)

    with pytest.raises(ManifestError) as caught:
        load_project(write_project(tmp_path, written, ENVIRONMENT))

    (problem,) = caught.value.problems
    assert problem.path == f"agents.{agent}.access.{typo}"
    named = problem.message.partition("; did you mean '")[2].removesuffix("'?")
    assert problem.message.startswith(f"no resource '{typo}'")
    assert named in written["resources"]
    if len(written["resources"]) == 1:
        assert named == resource


def test_fabrikam_network_has_exactly_the_expected_grants() -> None:
    network, _ = load_project(FABRIKAM)

    assert {name: {(one.verb, one.resource) for one in agent.access} for name, agent in network.agents.items()} == {
        "ingestion": {("write", "code-uploads")},
        "analysis": {("read", "code-uploads"), ("use", "models"), ("write", "findings")},
        "report": {("write", "reports"), ("read", "findings"), ("send", "review-done")},
        "security-scanner": {("use", "models")},
        "market-analysis": {("use", "models")},
        "compliance": {("read", "documents")},
        "notifier": {("receive", "review-done"), ("read", "webhook-signing-key")},
    }


def test_network_loaded_from_network_yaml_is_equal_in_the_stacks_dev_and_prod() -> None:
    assert load_project(FABRIKAM, "dev")[0] == load_project(FABRIKAM, "prod")[0]


def test_each_way_to_write_access_in_network_yaml_is_loaded_as_single_grants(tmp_path: Path) -> None:
    written = {
        "name": "forms",
        "registry": {"name": "images"},
        "resources": {
            "box": {"kind": "blob-container", "account": "store"},
            "jobs": {"kind": "storage-queue", "account": "store"},
            "notes": {"kind": "blob-container", "account": "store"},
            "topic": {"kind": "service-bus-topic", "namespace": "events"},
        },
        "agents": {
            "worker": {
                "image": "worker",
                "access": {
                    "topic": "send",
                    "notes": {"role": "Storage Blob Data Owner", "because": "it sets access lists"},
                    "jobs": ["send", "receive"],
                    "box": {"verbs": "read", "paths": ["out/", "in/"]},
                },
            }
        },
    }

    network, _ = load_project(write_project(tmp_path, written, ENVIRONMENT))

    assert network.agents["worker"].access == (
        Access("box", verb="read", paths=("in/", "out/")),
        Access("jobs", verb="receive"),
        Access("jobs", verb="send"),
        Access("notes", role="Storage Blob Data Owner", because="it sets access lists"),
        Access("topic", verb="send"),
    )


def test_network_of_1000_agents_loads_in_3_seconds_of_cpu_time(tmp_path: Path) -> None:
    resources = {f"box-{n}": {"kind": "blob-container", "account": f"store{n}"} for n in range(100)}
    access = [{f"box-{(n + step) % 100}": "read" for step in range(3)} for n in range(1000)]
    written = {
        "name": "many",
        "registry": {"name": "images"},
        "resources": resources,
        "agents": {f"agent-{n}": {"image": "agent", "access": access[n]} for n in range(1000)},
    }
    write_project(tmp_path, written, ENVIRONMENT)

    start = process_time()
    network, _ = load_project(tmp_path)

    assert len(network.agents) == 1000
    assert process_time() - start < 3  # some 0.3 s on an ordinary machine
