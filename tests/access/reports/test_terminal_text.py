"""Tests of results as text: every line fits the terminal, and nothing is left out."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from access.reports import text
from access.reports.terminal import Style
from access.reports.verdict import verdict
from tests.access.reports import samples

PLAIN, COLOURED = Style(coloured=False), Style(coloured=True)
LONG = f"{samples.SCOPE}/Microsoft.Storage/storageAccounts/fabrikam/blobServices/default/containers/{'documents' * 3}"


def results() -> dict[str, Callable[[Style], str]]:
    """Return a renderer for each result of Fabrikam, with long ids in it."""
    found = samples.fabrikam()
    found["findings"][1] |= {"what": f"The role at {LONG} is too wide.", "location": LONG}
    found["proof"]["ignored"] = [{"where": LONG, "what": "a role of another team"}] * 30
    found["proof"]["waiting"] = [
        {"agent": "report", "verb": "use", "resource": "compliance", "why": "it has no endpoint", "location": LONG}
    ]
    agents, resources = list(samples.AGENTS), list(samples.KINDS)
    return {
        "matrix": lambda style: text.matrix(found["access"], agents, resources, [agents], style),
        "proof": lambda style: text.proof(found["proof"], style),
        "diff": lambda style: text.diff(found["diff"] | {"unread": found["unread"]}, style),
        "blast": lambda style: text.blast("report", found["blast"]["report"], style),
        "findings": lambda style: text.findings(found["findings"], style),
        "unread": lambda style: "\n".join(text.unread(found["unread"] * 20, style)),
        "verdict": lambda style: text.verdict(verdict(found), style),
    }


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", results())
def test_text_of_an_access_result_fits_the_terminal(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    lines = results()[name](PLAIN).splitlines()

    assert max(map(len, lines)) <= columns
    assert lines == [line.rstrip() for line in lines]


@given(
    words=st.lists(st.text("abc/é", min_size=1, max_size=200), min_size=1, max_size=12),
    mark=st.sampled_from(["", "error:"]),
    indent=st.integers(0, 12),
)
@example(words=["a" * 38], mark="", indent=4)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_paragraph_wrapped_for_the_terminal_keeps_its_whole_text_and_no_line_is_too_long(
    words: list[str], mark: str, indent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    wrapped = PLAIN.paragraph(" ".join(words), mark=mark, indent=indent)

    assert wrapped.replace("\n", "").replace(" ", "") == mark + "".join(words)
    assert max(map(len, wrapped.splitlines())) <= 40


def test_azure_id_longer_than_a_terminal_line_is_broken_after_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    lines = PLAIN.paragraph(LONG).splitlines()

    assert all(line.endswith("/") for line in lines[:-1])
    assert "".join(line.strip() for line in lines) == LONG


def test_access_proof_as_text_lists_twelve_left_out_parts_and_the_number_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    found: dict[str, Any] = samples.network(1, 1, 1)["proof"]
    assert "left out" not in text.proof(found, PLAIN)

    found["ignored"] = [{"where": f"scope {at}", "what": "a role of another team"} for at in range(14)]
    lines = text.proof(found, PLAIN).splitlines()

    assert lines[1:3] == [
        "  left out: 14 parts cannot concern an identity of the network:",
        "    scope 0: a role of another team",
    ]
    assert lines[-1] == "    and 2 more; --format json lists them all"


@pytest.mark.parametrize(("failures", "code"), [([], "32"), ([{"what": "x", "agent": "", "resource": ""}], "31")])
def test_verdict_as_text_is_green_if_the_access_proof_holds_and_red_if_it_fails(
    failures: list[dict[str, str]], code: str
) -> None:
    found = samples.network(1, 1, 1)
    found["proof"]["failures"] = failures

    assert text.verdict(verdict(found), COLOURED).startswith(f"\x1b[{code}m")
