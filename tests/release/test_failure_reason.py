"""Tests of the reason that a release reports for a failed command of the Pulumi CLI."""

import json

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import create_command_error

from release.engine.failure_reason import failure_reason

TRACEBACK = (
    "error: Program failed with an unhandled exception:\nTraceback (most recent call last):\n  …\nKeyError: 'a'\n"
)


def document(*messages: str) -> str:
    """Return the output of `pulumi preview --json` with errors."""
    rows = [{"message": message, "severity": "error"} for message in messages]
    note = {"message": "a note", "severity": "info"}
    return json.dumps({"steps": [], "diagnostics": [note, *rows]}, indent=4)


@pytest.mark.parametrize(
    ("out", "err", "reason"),
    [
        ("", "error: no stack named 'dev' found\n", "no stack named 'dev' found"),
        ("warning: slow\nerror: one\n\n", "", "one"),
        ("", "error: one\nerror: two\n", "two"),
        (document("error: storage: location is missing\n", "preview failed\n"), "", "storage: location is missing"),
        (document("a\n", "b\n", "b\n"), "", "a; b"),
        (document(*"abcde"), "", "a; b; c (and 2 more)"),
        (document(TRACEBACK), "", "KeyError: 'a'"),
        (document("preview failed\n"), "", "preview failed"),
        (document("<{%fg 1%}>red\n<{%reset%}>and on"), "", "red and on"),
        ("out", "", "the Pulumi CLI ended with exit code 255 and without a message; run the command again"),
        (document(), "", "the Pulumi CLI ended with exit code 255 and without a message; run the command again"),
    ],
)
def test_reason_of_a_failed_command_is_its_errors_in_one_line_without_the_rest_of_the_output(
    out: str, err: str, reason: str
) -> None:
    failed = create_command_error(CommandResult(stdout=out, stderr=err, code=255))

    assert failure_reason(failed) == reason
