"""Tests that new deployments of retired models are refused before anything is deployed, and existing ones are kept."""

from datetime import date
from pathlib import Path
from typing import Any

from components.network import AgentNetwork
from localazure.run import Operation, RunResult, run
from manifest import Problem
from manifest.declared_models import DeclaredModel
from manifest.loading import model_problem
from tests.network.deploying import touched
from tests.projects import NAMESPACE, load_project, write_project

BEFORE, WARNED, RETIRED = date(2026, 11, 1), date(2026, 11, 29), date(2027, 2, 9)
GPT_5 = {"model": "gpt-5", "version": "2025-08-07"}
ENVIRONMENT = {"location": "westeurope", "resource_group": "contoso-dev", "suffix": "dev7", "production": False}


def network(*deployments: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "contoso",
        "registry": {"name": "contoso"},
        "resources": {"models": {"kind": "model-account", "account": "contoso-ai", "deployments": list(deployments)}},
        "agents": {"report": {"image": "report", "access": {"models": "use"}}},
    }


def deploy(root: Path, declared: dict[str, Any], today: date, operation: Operation = Operation.UP) -> RunResult:
    loaded, environment = load_project(write_project(root, declared, ENVIRONMENT))

    def create_problem(model: DeclaredModel, message: str) -> Problem:
        return model_problem(model, message, root=root)

    def program() -> None:
        AgentNetwork(
            loaded.name,
            {
                "network": loaded,
                "environment": environment,
                "create_model_problem": create_problem,
                "today": today,
            },
        )

    path = root / "world.json"
    return run(program, project=NAMESPACE, stack="dev", config={}, operation=operation, path=path, today=today)


def messages(result: RunResult) -> list[str]:
    return [failure.message for failure in result.failures]


def test_new_deployments_of_retired_models_are_all_refused_with_their_lines_before_anything_is_deployed(
    tmp_path: Path,
) -> None:
    declared = network(
        {"name": "old", **GPT_5},
        {"name": "older", "model": "gpt-35-turbo", "version": "0613"},
        {"name": "fresh", "model": "gpt-5.6-sol", "version": "2026-07-09"},
    )

    for operation in (Operation.PREVIEW, Operation.UP):
        result = deploy(tmp_path, declared, RETIRED, operation)

        (message,) = messages(result)
        first, second = message.splitlines()
        assert first.startswith(
            "network.yaml:9 resources.models.deployments[0]: the model 'gpt-5 2025-08-07' was retired"
        )
        assert second.startswith("network.yaml:12 resources.models.deployments[1]: the model 'gpt-35-turbo 0613' was")
        assert "by the table of 2026-10-05" in first
        assert result.world.resources == {}


def test_existing_deployment_of_a_retired_model_is_kept_with_a_warning(tmp_path: Path) -> None:
    declared = network({"name": "old", **GPT_5})
    assert deploy(tmp_path, declared, BEFORE).ok

    kept = deploy(tmp_path, declared, RETIRED)

    assert kept.ok
    assert touched(kept) == {}
    assert [one for one in kept.messages if one.startswith("warning: network.yaml:9 ") and "was retired" in one]


def test_another_model_of_an_existing_deployment_counts_as_a_new_one(tmp_path: Path) -> None:
    assert deploy(tmp_path, network({"name": "one", "model": "gpt-5.6-sol", "version": "2026-07-09"}), BEFORE).ok

    changed = deploy(tmp_path, network({"name": "one", **GPT_5}), RETIRED, Operation.PREVIEW)

    assert "the model 'gpt-5 2025-08-07' was retired" in messages(changed)[0]


def test_retirement_of_a_model_is_a_warning_from_90_days_before_it(tmp_path: Path) -> None:
    declared = network({"name": "old", **GPT_5})

    early, late = (deploy(tmp_path / name, declared, day, Operation.PREVIEW) for name, day in _days(tmp_path))

    assert early.messages == []
    assert late.ok
    assert "retires on 2027-02-09, in 72 days, by the table of 2026-10-05" in late.messages[0]


def _days(tmp_path: Path) -> list[tuple[str, date]]:
    days = [("early", BEFORE), ("late", WARNED)]
    for name, _ in days:
        (tmp_path / name).mkdir()
    return days


def test_model_that_the_table_does_not_have_is_deployed_with_a_note(tmp_path: Path) -> None:
    result = deploy(tmp_path, network({"name": "new", "model": "gpt-99", "version": "1"}), WARNED)

    assert result.ok
    assert len(result.messages) == 1
    assert result.messages[0] == (
        "info: network.yaml:9 resources.models.deployments[0]: the table of models of 2026-10-05 has no entry of"
        " 'gpt-99 1', so neither its region nor its retirement is checked"
    )


def test_account_of_models_is_created_in_its_own_region_with_all_other_resources_in_the_common_one(
    tmp_path: Path,
) -> None:
    declared = network({"name": "one", "model": "gpt-4o", "version": "2024-11-20"})
    declared["hosts"] = {"research": {"kind": "foundry-project", "account": "contoso-foundry"}}
    moved = {**ENVIRONMENT, "model_locations": {"contoso-ai": "swedencentral", "contoso-foundry": "norwayeast"}}
    loaded, environment = load_project(write_project(tmp_path, declared, moved))

    def program() -> None:
        AgentNetwork(loaded.name, {"network": loaded, "environment": environment})

    result = run(program, project=NAMESPACE, stack="dev", config={}, operation=Operation.UP, path=None)

    located = [one for one in result.world.resources.values() if one.inputs.get("location")]
    elsewhere = {(one.id.rpartition("/")[2], one.inputs["location"]) for one in located}
    assert {one for one in elsewhere if one[1] != "westeurope"} == {
        ("contoso-ai-dev7", "swedencentral"),
        ("contoso-foundry-dev7", "norwayeast"),
        ("research", "norwayeast"),
    }
