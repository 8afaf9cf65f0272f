"""The exit codes of all commands, in one table.

`docs/reference/exit-codes.md` is made from it: `agent-network reference exit-codes`.
"""

from enum import IntEnum

__all__ = ["MEANINGS", "ExitCode", "reference"]


class ExitCode(IntEnum):
    """Exit code of an `agent-network` command."""

    OK = 0
    NO = 1
    UNANSWERED = 2
    GROWTH = 3
    INTERNAL = 70
    """Internal error, as `EX_SOFTWARE` of BSD's sysexits."""
    INTERRUPTED = 130
    """Interrupted by Ctrl-C: 128 + SIGINT, as shells report it."""


# A few words, and what they mean for each command.
MEANINGS = {
    ExitCode.OK: (
        "Allowed, or nothing found",
        (
            "`why`: allowed. `proof` holds. `check` and `review`: no finding is an error. `diff`: nobody gains access. "
            "`preview`, `up`, `destroy`: every resource succeeded. `reconcile`: nothing is to change, or all was done. "
            "`release plan`: nobody gains access; with `--pipeline`, or somebody does. `release approve`: the plan has "
            "its approval, or needs none. "
            "`release apply`: everything was deployed, and Azure has exactly the approved access."
        ),
    ),
    ExitCode.NO: (
        "The answer is no",
        (
            "`why`: denied. `proof` fails. `blast-radius`: an agent is over budget. `check`, `review`: a finding is "
            "an error. `preview`, `up`, `destroy`: the program or a resource failed; with `--summary`, as `review`, "
            "too. `reconcile`: an agent cannot be reconciled. `release plan`: the proof fails, a finding is an error, "
            "or Azure has access that nobody declared. `release approve`: no valid approval. `release apply`: the "
            "deployment stopped, Azure has not exactly the approved access, or the result could not be signed."
        ),
    ),
    ExitCode.UNANSWERED: (
        "The question could not be answered",
        (
            "Bad input, a mistake in network.yaml or a stack's file (`preview` and `up` check them first), an unknown "
            "stack, agent, resource, verb or revision, a source that cannot be read, or an output that cannot be "
            "written. `release apply`: something differs from the evidence, or approval or signature is missing."
        ),
    ),
    ExitCode.GROWTH: (
        "Growth, new doubt, or perhaps",
        (
            "`diff`: somebody gains access, a finding that is an error is new, or something can no longer be judged. "
            "`why`: under a condition, or undecided. `reconcile` without `--apply`: something would change. "
            "`refresh-roles`: roles differ. `release plan`: access grows, or something can no longer be judged."
        ),
    ),
    ExitCode.INTERNAL: (
        "Internal error",
        "A fault of this program. `AGENT_NETWORK_DEBUG=1` or `agent-network --debug …` shows the traceback to report.",
    ),
    ExitCode.INTERRUPTED: (
        "Interrupted",
        (
            "Ctrl-C, or another signal to `release`. What was deployed until then is recorded, and `release apply` "
            "reports it."
        ),
    ),
}

_HEAD = """\
# Exit codes

Every command of `agent-network` ends with one of these codes. This page is generated: `agent-network reference
exit-codes > docs/reference/exit-codes.md`.

| code | meaning | in detail |
| ---: | --- | --- |
"""

_TAIL = """
`agent-network engine` ends with the code of the command that it runs. `make` turns every code but 0 into 2: where the
code matters, as in a pipeline, call `agent-network` itself.
"""


def reference() -> str:
    """Return the reference page about exit codes, as Markdown."""
    rows = (f"| {code.value} | {meaning} | {detail} |" for code, (meaning, detail) in MEANINGS.items())
    return _HEAD + "\n".join(rows) + "\n" + _TAIL
