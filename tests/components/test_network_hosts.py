"""A network is deployed to Container Apps, and refused by name where an agent says another host."""

from pathlib import Path

import pytest

from components.network import why_not_host
from spec import SpecError, load
from spec.hosts import RUNS_ON
from spec.stack_file import config_of
from tests.projects import any_role, to_yaml

NETWORK = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {},
    "hosts": {"fleet": {"kind": "aks-cluster", "cluster": "contoso-aks", "private": True}},
    "agents": {"notifier": {"host": "aks", "cluster": "fleet", "image": "notifier", "access": {}}},
}
ENVIRONMENT = {"location": "westeurope", "resource_group": "agents", "suffix": "dev7", "production": False}


def test_an_agent_on_another_host_is_refused_with_its_line_before_anything_is_deployed(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: agent-network\nruntime: python\n")
    (tmp_path / "network.yaml").write_text(to_yaml(NETWORK))
    config = {f"agent-network:{key}": value for key, value in ENVIRONMENT.items()}
    (tmp_path / "Pulumi.dev.yaml").write_text(to_yaml({"config": config}))

    load("dev", config_of(tmp_path, "dev"), root=tmp_path, why_not_role=any_role)
    with pytest.raises(SpecError) as refused:
        load("dev", config_of(tmp_path, "dev"), root=tmp_path, why_not_role=any_role, why_not_host=why_not_host)

    (problem,) = refused.value.problems
    assert (problem.path, problem.line > 1) == ("agents.notifier.host", True)
    assert problem.message.startswith("'aks' is not where a network is deployed: its agents run on 'container-app'")


def test_container_apps_are_the_one_host_of_a_network() -> None:
    assert [host for host in RUNS_ON if why_not_host(host) is None] == ["container-app"]
