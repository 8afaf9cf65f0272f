"""Reason for which a command of the Pulumi CLI failed, in one line without the rest of its output.

With `--json`, the errors are in the document on standard output, and otherwise lines that contain `error:`.
"""

import json
import re
from collections.abc import Iterator

from pulumi import automation

from access.model.json_values import listed, mapping, text

__all__ = ["failure_reason", "plain_message"]

_OUTPUT = re.compile(r"\A\s*code: (-?\d+)\n stdout: (.*)\n stderr: (.*)\Z", re.DOTALL)
"""Text of an error of the Automation API (pulumi/pulumi, sdk/python/lib/pulumi/automation/_cmd.py, 3.272)."""
_SUMMARIES = frozenset({"preview failed", "update failed", "refresh failed"})
"""Errors that come after others and add nothing."""
_TRACEBACK = "Traceback (most recent call last):"
_SHOWN = 3


def failure_reason(error: automation.CommandError) -> str:
    """Return the errors in the output of a failed command, in one line."""
    output = _OUTPUT.match(str(error))
    code, out, err = output.groups() if output else ("", "", str(error))
    lines = [line.partition("error:")[2] for line in f"{out}\n{err}".splitlines() if "error:" in line]
    every = [plain_message(each) for each in (*_diagnostics(out),)] or [plain_message(each) for each in lines[-1:]]
    found = list(dict.fromkeys(each for each in every if each))
    specific = [each for each in found if each not in _SUMMARIES] or found
    if not specific:
        return f"the Pulumi CLI ended with exit code {code or 'unknown'} and without a message; run the command again"
    more = f" (and {len(specific) - _SHOWN} more)" if len(specific) > _SHOWN else ""
    return "; ".join(specific[:_SHOWN]) + more


def plain_message(message: str) -> str:
    """Return a message of the engine in one line, without markup for colours; of a traceback, the last line."""
    for markup in ("<{%reset%}>", "<{%fg 1%}>", "<{%fg 13%}>"):
        message = message.replace(markup, "")
    lines = message.strip().splitlines()
    if _TRACEBACK in message:
        lines = lines[-1:]
    return " ".join(" ".join(lines).split()).removeprefix("error: ")


def _diagnostics(out: str) -> Iterator[str]:
    """Yield the messages of errors in the JSON document that the CLI printed."""
    try:
        document: object = json.loads(out)
    except ValueError:
        return
    for row in map(mapping, listed(mapping(document).get("diagnostics"))):
        if row.get("severity") == "error":
            yield text(row, "message")
