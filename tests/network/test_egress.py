"""Tests that the network policy of an agent in a cluster admits what its grants need, and nothing else."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from components.network.private_egress import warn_of_private_egress
from localazure.run import RunResult, run
from manifest import Problem
from manifest.errors import KeyPath, format_path
from tests.fabrikam import FABRIKAM
from tests.network.deploying import deploy, granted
from tests.projects import NAMESPACE, load_project, write_project

SIGN_IN = ("login.microsoftonline.com", 443)
AMQP = 5671
BUS, VAULT = "azure-native:servicebus:Namespace", "azure-native:keyvault:Vault"

Pairs = set[tuple[str, int]]


def needed(result: RunResult, agent: str) -> Pairs:
    """Return the hosts and ports that an agent's role assignments need, from the outputs of the deployed resources."""
    pairs: Pairs = {SIGN_IN}
    for row in (one for one in granted(result) if one.agent == agent and one.verb != "pull"):
        place = row.scope.lower()
        ancestors = [one for one in result.world.resources.values() if place.startswith(f"{one.id.lower()}/")]
        for each in ancestors:
            if each.token == BUS:
                host = urlsplit(each.outputs["serviceBusEndpoint"]).hostname
                pairs |= {(str(host), 443), (str(host), AMQP)}
            elif each.token == VAULT:
                pairs.add((str(urlsplit(each.outputs["properties"]["vaultUri"]).hostname), 443))
    return pairs


def admitted_blocks(result: RunResult, agent: str) -> set[tuple[str, int]]:
    """Return the address blocks and ports in the network policy of an agent."""
    (policy,) = [
        step.inputs["spec"]
        for step in result.steps
        if step.record.type == "kubernetes:networking.k8s.io/v1:NetworkPolicy"
        and step.record.name == f"{agent}-reaches-what-is-listed"
    ]
    return {
        (peer["ipBlock"]["cidr"], int(port["port"]))
        for rule in policy["egress"]
        for peer in rule["to"]
        for port in rule["ports"]
        if "ipBlock" in peer
    }


def hosts_of(stack: str) -> dict[str, list[str]]:
    """Return the names of the hosts at each address block, from the stack's file."""
    config = yaml.safe_load((FABRIKAM / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    destinations: dict[str, Any] = config["agent-network:destinations"]
    return {block: one["hosts"] for one in destinations.values() for block in one["blocks"]}


def is_at(host: str, patterns: list[str]) -> bool:
    return host in patterns or f"*.{host.partition('.')[2]}" in patterns


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_network_policy_of_the_notifier_admits_each_host_and_port_of_its_grants_and_nothing_else(stack: str) -> None:
    result = deploy(*load_project(FABRIKAM, stack))
    wanted, hosts = needed(result, "notifier"), hosts_of(stack)
    blocks = admitted_blocks(result, "notifier")

    assert {host.partition(".")[2] for host, _ in wanted} == {
        "microsoftonline.com",
        "servicebus.windows.net",
        "vault.azure.net",
    }
    for host, port in wanted:
        assert [block for block, open_port in blocks if open_port == port and is_at(host, hosts[block])], (host, port)
    for block, port in blocks:
        assert [host for host, needs in wanted if needs == port and is_at(host, hosts[block])], (block, port)
        assert ip_network(block).is_global


def test_egress_at_private_addresses_alone_is_a_warning_where_the_host_has_no_private_endpoint(tmp_path: Path) -> None:
    declared: dict[str, Any] = {
        "name": "contoso",
        "registry": {"name": "contoso"},
        "resources": {
            "jobs": {"kind": "service-bus-queue", "namespace": "contoso-jobs"},
            "old": {"kind": "service-bus-queue", "namespace": "contoso-old", "existing": True},
        },
        "hosts": {"fleet": {"kind": "aks-cluster", "cluster": "contoso-aks", "private": True}},
        "agents": {
            name: {
                "host": "aks",
                "cluster": "fleet",
                "image": name,
                "egress": [name],
                "access": {"jobs": "send", "old": "send"},
            }
            for name in ("private", "proxied", "public")
        },
    }
    ports = {"ports": [443, 5671]}
    proxied = ["login.microsoftonline.com", "*.servicebus.windows.net"]
    environment = {
        "location": "westeurope",
        "resource_group": "contoso",
        "suffix": "dev7",
        "production": False,
        "destinations": {
            "private": {"blocks": ["10.1.0.0/24"], **ports},
            "proxied": {"blocks": ["10.2.0.0/24"], "hosts": proxied, **ports},
            "public": {"blocks": ["10.3.0.0/24", "20.190.128.0/18"], **ports},
        },
    }
    loaded = load_project(write_project(tmp_path, declared, environment))

    def place(path: KeyPath, message: str) -> Problem:
        return Problem("network.yaml", 0, format_path(path), message)

    result = run(lambda: warn_of_private_egress(*loaded, place), project=NAMESPACE, stack="dev", config={})

    (message,) = result.messages
    assert message.startswith("warning: network.yaml agents.private.egress: egress has private addresses alone for")
    assert "contoso-jobs-dev7.servicebus.windows.net and login.microsoftonline.com, which has no" in message
    assert "contoso-old" not in message
