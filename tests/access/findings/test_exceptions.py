"""Tests of the exceptions in network.yaml, which accept findings until an expiry date."""

from typing import Any

import pytest

from tests.access.findings.small import DONE, PARTED, REGISTRY, SMALL, UNPUBLISHED, World, held

UNUSED = SMALL.declaring(resources=SMALL.declared["resources"] | {"documents": {"kind": "blob-container", "line": 10}})


def excepting(finding: str, on: str, expires: str = "2026-06-01") -> World:
    row: dict[str, Any] = {"finding": finding, "on": on, "because": "February", "expires": expires, "line": 30}
    return UNUSED.declaring(exceptions=[row])


def test_exception_in_network_yaml_marks_its_finding_as_accepted_until_the_expiry_date() -> None:
    (found,) = excepting("unused-resource", "documents").findings()

    assert found.document()["exception"] == {"because": "February", "expires": "2026-06-01"}


@pytest.mark.parametrize(
    ("world", "rule", "severity"),
    [
        (excepting("unused-resource", "documents", "2026-05-31"), "expired-exception", "warning"),
        (excepting("unused-resource", "reports"), "unused-exception", "warning"),
        (excepting("local-auth-on", "documents"), "unused-exception", "warning"),
        (excepting("unused-resources", "documents"), "unknown-finding", "error"),
    ],
)
def test_expired_unused_or_unknown_exception_in_network_yaml_accepts_no_finding_and_is_reported(
    world: World, rule: str, severity: str
) -> None:
    found = {each.rule.id: each for each in world.findings()}

    assert set(found) == {"unused-resource", rule}
    assert found["unused-resource"].document()["exception"] is None
    assert (found[rule].location, found[rule].rule.severity) == ("network.yaml:30", severity)


def test_exception_in_network_yaml_with_an_unknown_finding_id_is_reported_with_the_nearest_id() -> None:
    found = excepting("unused-resources", "documents").findings()

    assert "did you mean 'unused-resource'?" in found[0].what


def test_exception_in_network_yaml_for_an_agent_at_a_resource_accepts_their_finding() -> None:
    row = {"finding": "undeclared-access", "on": "report/done", "because": "soon", "expires": "2027-01-01", "line": 30}
    agent = SMALL.declared["agents"]["report"]
    wishes = [each for each in agent["access"] if each["resource"] != "done"]
    (found,) = SMALL.declaring(exceptions=[row], agents={"report": agent | {"access": wishes}}).findings()

    assert found.exception is not None


def test_exception_in_network_yaml_for_one_agent_of_a_shared_identity_or_for_a_host_accepts_their_finding() -> None:
    kept = {"finding": "undeclared-access", "because": "a test", "expires": "2026-12-31"}
    shared = SMALL.having(UNPUBLISHED, held("Azure Service Bus Data Receiver", DONE)).declaring(
        shared_identity="allowed"
    )
    fleet = PARTED.having(held("AcrPull", REGISTRY, "kubelet"))

    for world, on in ((shared, "second/done"), (shared, "second"), (fleet, "fleet"), (fleet, "fleet/images")):
        found = world.declaring(exceptions=[{**kept, "on": on}]).findings()
        (one,) = (each for each in found if each.rule.id == "undeclared-access")
        assert one.exception is not None, on
