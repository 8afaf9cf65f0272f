"""Tests of the exit code table and its documentation page."""

from pathlib import Path

from cli.exit_codes import MEANINGS, ExitCode, reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "exit-codes.md"


def test_exit_codes_page_matches_the_exit_code_table() -> None:
    command = "agent-network reference exit-codes > docs/reference/exit-codes.md"

    assert PAGE.read_text("utf-8") == reference(), f"run: {command}"


def test_every_exit_code_has_a_meaning_in_the_table() -> None:
    assert list(MEANINGS) == list(ExitCode)


def test_exit_codes_have_the_fixed_numbers_0_1_2_3_70_and_130() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "NO": 1,
        "UNANSWERED": 2,
        "GROWTH": 3,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
    }
