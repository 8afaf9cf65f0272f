"""Runs every command shown in the documentation on Fabrikam's project, except commands with a reason in `NOT_RUN`.

`test_revision_commands.py` runs those that compare the working tree with a revision of git.
"""

import pytest

from tests.docs.commands import commands
from tests.docs.running import NOT_RUN, RUN, exit_code, expected_exit_code, reason

HERE = [command for command in RUN if "access diff" not in command]


def test_command_search_finds_the_commands_in_the_documentation() -> None:
    assert len(commands()) > 40
    assert len(RUN) > 10


@pytest.mark.parametrize("start", NOT_RUN)
def test_every_exemption_from_running_documented_commands_is_still_needed(start: str) -> None:
    assert any(reason(command) == start for command in commands())


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", HERE)
def test_command_shown_in_the_documentation_exits_with_the_expected_code(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(command) == expected_exit_code(command), (command, capsys.readouterr().err)
