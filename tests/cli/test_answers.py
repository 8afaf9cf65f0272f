"""Tests of the exit codes of `why` and `diff`."""

from datetime import date

import pytest

from access.model.graph import Graph, Unread
from access.model.results import AccessDecision, Decision
from access.questions.why import ExplainedDecision
from cli.answers import Earlier, run_diff, why_code
from cli.exit_codes import ExitCode


def reason(decision: Decision) -> ExplainedDecision:
    return ExplainedDecision("report", "own", "reports", "x/read", AccessDecision(decision, (), (), "a test"), ())


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ([Decision.ALLOWED], ExitCode.OK),
        ([Decision.DENIED], ExitCode.NO),
        ([Decision.CONDITIONAL], ExitCode.GROWTH),
        ([Decision.ALLOWED, Decision.CONDITIONAL], ExitCode.GROWTH),
        ([Decision.CONDITIONAL, Decision.DENIED], ExitCode.NO),
        ([Decision.ALLOWED, Decision.DENIED], ExitCode.NO),
        ([], ExitCode.NO),
    ],
)
def test_access_why_exits_with_the_code_of_its_worst_decision(decisions: list[Decision], code: ExitCode) -> None:
    assert why_code([reason(one) for one in decisions]) is code


TODAY = date(2026, 1, 1)


def graph(*unread: Unread) -> Graph:
    return Graph(principals=[], resources=[], assignments=[], source="a test", unread=unread)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ((), (), ExitCode.OK),
        ((), ("role",), ExitCode.GROWTH),
        (("role",), ("role",), ExitCode.OK),
        (("role",), (), ExitCode.OK),
        (("role",), ("role", "condition"), ExitCode.GROWTH),
    ],
)
def test_access_diff_exits_with_3_if_a_new_part_of_the_source_cannot_be_evaluated(
    before: tuple[str, ...], after: tuple[str, ...], code: ExitCode
) -> None:
    old, new = (graph(*(Unread(one, "it is unknown") for one in names)) for names in (before, after))

    assert run_diff(Earlier(old, ("before", "after")), new, TODAY).code is code
