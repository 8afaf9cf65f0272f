"""Commands that run on local Azure: `preview`, `up`, `destroy`, `republish` and `engine`."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.exit_codes import ExitCode
from cli.help_text import examples
from cli.options import Json, Stack, not_empty
from cli.output import print_text, write_file
from cli.project_root import check_stack, find_root
from cli.working_tree import Project

__all__ = ["register"]

Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Also write the result of the run to a file, as JSON.")
]


Summary = Annotated[
    bool,
    typer.Option("--summary", help="Print a short summary: numbers by type, changes of access, proof and findings."),
]


def preview(*, stack: Stack = "dev", as_json: Json = False, save: Save = None, summary: Summary = False) -> int:
    """Show what a deployment to local Azure would change.

    Prints changed resources and changed access. With --summary, exit code 1 also if the proof fails or a finding is an
    error.
    """
    return _run("preview", stack, as_json=as_json, save=save, summary=summary)


def up(*, stack: Stack = "dev", as_json: Json = False, save: Save = None, summary: Summary = False) -> int:
    """Deploy the stack to local Azure.

    With --summary, exit code 1 also if the proof fails or a finding is an error.
    """
    return _run("up", stack, as_json=as_json, save=save, summary=summary)


def destroy(*, stack: Stack = "dev", as_json: Json = False, save: Save = None) -> int:
    """Delete all resources of the stack from local Azure."""
    return _run("destroy", stack, as_json=as_json, save=save)


def republish(
    agent: Annotated[
        str, typer.Argument(metavar="AGENT", help="Name of the agent in its Foundry project.", callback=not_empty)
    ],
    stack: Stack = "dev",
) -> int:
    """Give a Foundry agent of local Azure a new identity.

    Creates the agent again outside the Pulumi program, or publishes a legacy agent again, to show what follows when
    somebody does this in the portal.
    """
    from cli.run_report import republish_agent  # noqa: PLC0415 (imports Pulumi's SDK)

    before, now = republish_agent(find_root(), stack, agent)
    print_text(
        f"agent {agent} has the new principal {now} in local Azure, without the role assignments of its old principal"
        f" {before}; run `agent-network release foundry reconcile --local --stack {stack}` to move them"
    )
    return ExitCode.OK


def engine(
    command: Annotated[list[str] | None, typer.Argument(metavar="COMMAND", help="Command to run, after --.")] = None,
) -> int:
    """Run a command with the real Pulumi engine on local Azure."""
    from localazure.fronts.pulumi_cli import run  # noqa: PLC0415 (only this command needs it)

    os.chdir(find_root())
    line = command or []
    return run(line[0] if len(line) == 1 else line)


def register(app: typer.Typer) -> None:
    """Add the commands that run on local Azure to the command line application."""
    for command, epilog in _COMMANDS.items():
        app.command(epilog=epilog)(command)


_COMMANDS = {
    preview: examples(
        "agent-network preview", "agent-network preview --stack prod --json", "agent-network preview --summary"
    ),
    up: examples("agent-network up --stack prod"),
    destroy: examples("agent-network destroy --stack prod"),
    republish: examples("agent-network republish compliance --stack prod"),
    engine: examples("agent-network engine -- pulumi up", 'agent-network engine -- "pulumi up && pulumi stack ls"'),
}


def _run(name: str, stack: str, *, as_json: bool, save: Path | None, summary: bool = False) -> int:
    from cli.declared import check_project_files  # noqa: PLC0415 (imports the models)

    root = find_root()
    check_stack(root, stack)
    declared = None
    if name != "destroy":  # which runs no program: what is deployed can be removed whatever the files say
        check_project_files(root, stack)
        declared = Project(root, stack).declared_if_any()
    from cli import run_report  # noqa: PLC0415 (imports Pulumi's SDK, which a mistake in the files need not wait for)

    if not as_json:
        run_report.headline(root, name, stack)
    run = run_report.run_shown(root, name, stack, sys.stderr, declared)
    if save is not None:
        write_file(save, json.dumps(run.document()))
    verdict = None
    if summary and run.result.ok:
        from cli.run_verdict import verdict_of  # noqa: PLC0415 (imports every question)

        verdict = verdict_of(run, root, stack)
    if as_json:
        print_text(json.dumps(run.document(), indent=2))
    else:
        print_text(run.summary(verdict) if summary else run.text())
    is_bad = verdict is not None and verdict.level == "bad"
    return ExitCode.NO if is_bad or not run.result.ok else ExitCode.OK
