"""Tests of addresses for documentation: local Azure accepts them, and a deployment to Azure stops before it begins."""

from ipaddress import ip_network
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.reserved_addresses import LOCAL_AZURE, refuse_reserved_addresses
from localazure.arm.world import SUBSCRIPTION_ID
from localazure.run import run
from manifest import Environment, Network, Problem
from manifest.documentation_addresses import reserved_blocks
from manifest.errors import KeyPath, format_path
from tests.components.recorder import SUBSCRIPTION, record
from tests.network.deploying import described
from tests.projects import NAMESPACE

BASE = {"location": "westeurope", "resource_group": "contoso-dev", "suffix": "dev7", "production": False}


def written(allow: str, ingress: str = "20.50.0.0/16", block: str = "10.1.0.0/16") -> tuple[Network, Environment]:
    network: dict[str, Any] = {
        "name": "contoso",
        "registry": {"name": "contoso"},
        "hosts": {"fleet": {"kind": "aks-cluster", "cluster": "contoso-aks", "allow": [allow]}},
        "agents": {
            "porter": {"host": "aks", "cluster": "fleet", "image": "porter", "egress": ["azure"]},
            "web": {"image": "web", "port": 80, "ingress": {"kind": "external", "allow": [ingress]}},
        },
    }
    return described(network, {**BASE, "destinations": {"azure": {"blocks": [block]}}}, "dev")


def problem(file: str) -> Any:  # noqa: ANN401 - a function that creates problems
    def create(path: KeyPath, message: str) -> Problem:
        return Problem(file, 1, format_path(path), message)

    return create


def check(network: Network, environment: Environment) -> None:
    refuse_reserved_addresses(network, environment, problem("network.yaml"), problem("Pulumi.dev.yaml"))


@given(st.sampled_from(["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]), st.integers(8, 32), st.integers(0, 255))
def test_every_block_that_overlaps_with_a_range_for_documentation_is_found(wide: str, length: int, last: int) -> None:
    block = ip_network(f"{wide.rpartition('.')[0]}.{last}/{length}", strict=False)

    (found,) = reserved_blocks(*written(str(block)))

    assert (found.file, found.path) == ("network", ("hosts", "fleet", "allow"))
    assert f"'{block}'" in found.message
    assert "RFC 5737" in found.message


def test_other_addresses_are_not_reserved_for_documentation() -> None:
    assert list(reserved_blocks(*written("203.0.112.0/24", "192.0.3.0/24", "198.51.0.0/18"))) == []


def test_deployment_to_azure_is_refused_with_all_addresses_for_documentation_and_local_azure_accepts_them() -> None:
    network, environment = written("203.0.113.0/24", "198.51.100.7/32", "192.0.2.0/25")
    local = run(lambda: check(network, environment), project=NAMESPACE, stack="dev", config={})

    with pytest.raises(pulumi.RunError) as refused:
        record(lambda: check(network, environment))

    assert local.ok
    lines = str(refused.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "network.yaml:1 hosts.fleet.allow",
        "network.yaml:1 agents.web.ingress.allow",
        "Pulumi.dev.yaml:1 destinations.azure.blocks",
    ]
    assert local.messages == [f"info: {line}" for line in lines]


def test_addresses_of_machines_are_deployed_to_azure() -> None:
    record(lambda: check(*written("20.61.0.0/16")))


def test_subscription_of_local_azure_has_the_id_that_the_program_knows() -> None:
    assert LOCAL_AZURE == SUBSCRIPTION_ID != SUBSCRIPTION
