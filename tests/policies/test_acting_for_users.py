"""Tests of the policy pack on programs with an agent that acts for users."""

import pytest

from tests.access.acting_program import Program, program
from tests.access.test_acting_for_users import IN_ANY_PROGRAM
from tests.policies.analyzer import answers


@pytest.mark.parametrize("name", IN_ANY_PROGRAM)
def test_policy_pack_reports_each_change_that_widens_an_application_and_stops_the_deployment(name: str) -> None:
    rule, change = IN_ANY_PROGRAM[name]
    rows: Program = program()
    change(rows)
    found = answers(*rows.values(), deployed=True)

    assert found.by_policy[rule], name
    assert rule in found.mandatory or rule == "identity-without-owner"


def test_policy_pack_accepts_an_agent_that_acts_for_users() -> None:
    assert answers(*program().values(), deployed=True).by_policy == {}
