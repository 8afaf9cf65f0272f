"""Runs the commands of the documentation that compare with a git revision, on Fabrikam's project."""

import pytest

from tests.docs.running import RUN, exit_code, expected_exit_code

COMPARING = [command for command in RUN if "access diff" in command]


def test_documentation_contains_an_access_diff_command_to_run() -> None:
    assert COMPARING


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", COMPARING)
def test_access_diff_command_shown_in_the_documentation_exits_with_the_expected_code(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(command) == expected_exit_code(command), (command, capsys.readouterr().err)
