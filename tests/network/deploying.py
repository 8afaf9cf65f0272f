"""Deploys networks to local Azure and returns the role assignments and changes of a run."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from access.questions.assignment_rows import AssignmentRow
from components.network import AgentNetwork
from localazure.deployment.steps import Op
from localazure.output.role_assignments import role_assignments
from localazure.run import Operation, RunResult, run
from manifest import Environment, Network
from tests.projects import NAMESPACE, load_project, write_project

APP = "azure-native:app:ContainerApp"

_FIRST: dict[str, tuple[RunResult, bytes]] = {}
"""First deployment of each network and environment, which tests only read, and the state file it wrote."""


def described(network: dict[str, Any], environment: dict[str, Any], stack: str) -> tuple[Network, Environment]:
    """Return the network and environment that project files with the given contents define."""
    with TemporaryDirectory() as root:
        return load_project(write_project(Path(root), network, environment, stack), stack)


def deploy(
    network: Network, environment: Environment, path: Path | None = None, operation: Operation = Operation.UP
) -> RunResult:
    """Deploy a network to local Azure."""

    def program() -> None:
        AgentNetwork(network.name, {"network": network, "environment": environment})

    result = run(program, project=NAMESPACE, stack=environment.stack, config={}, operation=operation, path=path)
    assert result.ok, [failure.message for failure in result.failures]
    return result


def deploy_first(network: Network, environment: Environment, path: Path) -> RunResult:
    """Deploy to an empty local Azure; the first deployment of equal networks is made once per process."""
    key = repr((network, environment))
    if key not in _FIRST:
        result = deploy(network, environment, path)
        _FIRST[key] = (result, path.read_bytes())
    result, world = _FIRST[key]
    path.write_bytes(world)
    return result


def granted(result: RunResult) -> list[AssignmentRow]:
    """Return every role assignment in local Azure after a run."""
    return role_assignments(result.world, result.records)


def verbs(result: RunResult) -> set[tuple[str, str, str]]:
    """Return agent, verb and resource of each role assignment, without image pulls."""
    return {(each.agent, each.verb, each.resource) for each in granted(result) if each.verb != "pull"}


def touched(result: RunResult) -> dict[str, set[str]]:
    """Return the names of changed resources by operation."""
    found: dict[str, set[str]] = {}
    for step in result.steps:
        if step.op is not Op.SAME:
            found.setdefault(step.op.value, set()).add(step.record.name)
    return found


def family(result: RunResult, urn: str) -> set[str]:
    """Return the URNs of a resource and of every resource below it."""
    below = [record.urn for record in result.records if record.parent == urn]
    return {urn}.union(*(family(result, each) for each in below))


def all_text(result: RunResult) -> str:
    """Return all inputs, outputs and state of a run as one text, without public ids that Azure generates."""
    steps = [[step.inputs, step.record.outputs] for step in result.steps]
    text = json.dumps([steps, [record.to_json() for record in result.records], result.outputs])
    return re.sub(r'"(customDomainVerificationId|internalId|resourceUID)": "[^"]*"', r'"\1": ""', text)
