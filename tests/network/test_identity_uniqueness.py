"""Tests that a configured identity id is refused if it belongs to another agent, host or shared identity."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components.network import AgentNetwork
from localazure.arm.world import World
from localazure.run import Operation, RunResult, run
from manifest import stack_config_problem
from manifest.stack_file import config_getter
from tests.network.deploying import granted, touched
from tests.projects import NAMESPACE, load_project, write_project

GIVEN = "5c1d0000-0000-4000-8000-000000000001"
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {"documents": {"kind": "blob-container", "account": "contosodocuments"}},
    "hosts": {
        "studio": {"kind": "foundry-project", "account": "contoso-foundry", "identities": "shared"},
        "fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "private": True},
    },
    "agents": {
        "analyst": {"host": "foundry", "project": "studio", "version": "1", "access": {"documents": "read"}},
        "writer": {"host": "foundry", "project": "studio", "version": "1", "access": {"documents": "write"}},
        "clerk": {"image": "clerk", "access": {"documents": "read"}},
        "porter": {
            "host": "aks",
            "cluster": "fleet",
            "image": "porter",
            "egress": ["azure"],
            "access": {"documents": "read"},
        },
    },
}
ENVIRONMENT = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
    "destinations": {"azure": {"blocks": ["10.1.0.0/24"]}},
}
WRITER_PUBLISHED: dict[str, Any] = {"published": ["writer"], "agent_identities": {"analyst": GIVEN}}
ALLOWED: dict[str, Any] = {"shared_identity": "allowed"}

_FIRST: dict[str, tuple[RunResult, bytes]] = {}
"""First deployment with each environment, which tests only read, and the state file it wrote."""


def up(root: Path, operation: Operation = Operation.UP, **environment: Any) -> RunResult:  # noqa: ANN401 - any value
    """Deploy from project files, over the existing deployment; errors in the files are failures of the run.

    A first deployment of equal files is made once per process.
    """
    write_project(root, NETWORK, ENVIRONMENT | environment)
    network, here = load_project(root)

    def program() -> None:
        place = partial(stack_config_problem, "dev", config_getter(root, "dev"), root=root)
        AgentNetwork(network.name, {"network": network, "environment": here, "create_problem": place})

    world = root / "world.json"
    key = json.dumps(environment, sort_keys=True)
    is_first = operation is Operation.UP and not world.exists()
    if is_first and key in _FIRST:
        result, content = _FIRST[key]
        world.write_bytes(content)
        return result
    result = run(program, project=NAMESPACE, stack="dev", config={}, operation=operation, path=world)
    if is_first and result.ok:
        _FIRST[key] = (result, world.read_bytes())
    return result


def principal_owned_by(root: Path, end: str) -> str:
    """Return the id of the principal whose owner's id has the given ending."""
    principals = World.load(root / "world.json").principals.values()
    (found,) = (one.id for one in principals if one.owner.lower().endswith(end))
    return found


def line_of(root: Path, text: str) -> int:
    return 1 + next(at for at, line in enumerate((root / "Pulumi.dev.yaml").read_text().splitlines()) if text in line)


def held_by(root: Path, principal: str) -> list[str]:
    resources = World.load(root / "world.json").resources.values()
    return [one.outputs["scope"] for one in resources if one.outputs.get("principalId") == principal]


@pytest.mark.parametrize(
    ("end", "who"),
    [
        ("/containerapps/contoso-clerk-dev", "the agent 'clerk'"),
        ("/userassignedidentities/contoso-clerk-dev-pull", "the pull identity of 'clerk'"),
        ("/userassignedidentities/contoso-porter-dev", "the agent 'porter'"),
        ("/applications/contoso-writer-dev", "the agent 'writer'"),
        ("/projects/studio", "the identity of project 'studio'"),
        ("/kubeletidentity", "the kubelet of cluster 'fleet'"),
    ],
)
@pytest.mark.parametrize("operation", [Operation.PREVIEW, Operation.UP])
def test_configured_agent_identity_id_of_another_identity_is_refused_with_the_stack_file_line(
    tmp_path: Path, end: str, who: str, operation: Operation
) -> None:
    assert up(tmp_path, **WRITER_PUBLISHED).ok
    theirs = principal_owned_by(tmp_path, end)

    result = up(tmp_path, operation, published=["writer"], agent_identities={"analyst": theirs})

    place = f"Pulumi.dev.yaml:{line_of(tmp_path, theirs)} agent-network:agent_identities.analyst"
    # Where role assignments are created first, Azure refuses one that exists already, too.
    messages = {one.message for one in result.failures if not one.message.startswith("Conflict: ")}
    assert messages == {f"{place}: '{theirs}' is already the id of {who}; set another id here, or remove this setting"}


def test_shared_project_identity_configured_as_an_agents_own_id_is_refused_if_no_agent_shares_it(
    tmp_path: Path,
) -> None:
    """The portal's JSON view of a project shows the shared identity, so people copy its id first."""
    assert up(tmp_path, **ALLOWED).ok
    assert up(tmp_path, **WRITER_PUBLISHED).ok
    shared = principal_owned_by(tmp_path, "/sharedagentidentity")

    for operation in (Operation.PREVIEW, Operation.UP):
        result = up(tmp_path, operation, published=["writer"], agent_identities={"analyst": shared})

        place = f"Pulumi.dev.yaml:{line_of(tmp_path, shared)} agent-network:agent_identities.analyst"
        (failure,) = result.failures
        assert failure.message.startswith(f"{place}: '{shared}' is the identity that all unpublished agents of")
        assert held_by(tmp_path, shared) == []


def test_shared_project_identity_configured_as_an_agents_own_id_is_refused_if_other_agents_share_it(
    tmp_path: Path,
) -> None:
    assert up(tmp_path, **ALLOWED).ok
    shared = principal_owned_by(tmp_path, "/sharedagentidentity")

    result = up(tmp_path, **ALLOWED, agent_identities={"analyst": shared})

    assert {one.message.partition(": ")[0] for one in result.failures} == {
        f"Pulumi.dev.yaml:{line_of(tmp_path, shared)} agent-network:agent_identities.analyst"
    }


def test_configuring_the_correct_shared_project_identity_changes_no_role_assignment(tmp_path: Path) -> None:
    before = up(tmp_path, **ALLOWED)
    shared = principal_owned_by(tmp_path, "/sharedagentidentity")

    given = up(tmp_path, **ALLOWED, project_identities={"studio": shared})

    assert given.ok
    assert granted(given) == granted(before)
    # The description of the identity and the read of it change, and no role assignment.
    assert touched(given) == {"update": {"unpublished-in-studio", "unpublished-in-studio-identity"}}
    assert touched(up(tmp_path, **ALLOWED, project_identities={"studio": shared})) == {}
    assert touched(up(tmp_path, **ALLOWED)) == touched(given)


def test_configured_shared_identity_that_differs_from_the_one_azure_reports_is_refused_and_gets_no_roles(
    tmp_path: Path,
) -> None:
    assert up(tmp_path, **ALLOWED).ok

    result = up(tmp_path, **ALLOWED, project_identities={"studio": GIVEN})

    place = f"Pulumi.dev.yaml:{line_of(tmp_path, GIVEN)} agent-network:project_identities.studio"
    shared = principal_owned_by(tmp_path, "/sharedagentidentity")
    assert [one.message for one in result.failures] == [
        (
            f"{place}: '{GIVEN}' is not the identity of the unpublished agents of project 'studio'; Azure reports"
            f" '{shared}'"
        )
    ]
    assert held_by(tmp_path, GIVEN) == []


def test_configured_shared_identity_that_is_another_agents_is_refused_even_if_azure_reports_no_shared_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert up(tmp_path, **ALLOWED).ok
    clerk = principal_owned_by(tmp_path, "/containerapps/contoso-clerk-dev")
    reported = {"principal_id": clerk, "shared": list[str]()}
    monkeypatch.setattr("localazure.services.foundry._identity_outputs", lambda _world, _inputs: reported)

    result = up(tmp_path, Operation.PREVIEW, **ALLOWED, project_identities={"studio": clerk})

    place = f"Pulumi.dev.yaml:{line_of(tmp_path, clerk)} agent-network:project_identities.studio"
    message = f"{place}: '{clerk}' is already the id of the agent 'clerk'; set another id here, or remove this setting"
    assert message in [one.message for one in result.failures]
