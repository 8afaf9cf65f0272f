"""Runs the commands of the documentation that compare with a git revision, on Fabrikam's project."""

import pytest

from tests.docs.running import RUN, exit_code, expected_exit_code

COMPARING = [command for command in RUN if "access diff" in command]


def test_documentation_shows_a_comparison_with_a_revision() -> None:
    assert COMPARING


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", COMPARING)
def test_every_comparison_shown_in_the_documentation_succeeds(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(command) == expected_exit_code(command), (command, capsys.readouterr().err)
