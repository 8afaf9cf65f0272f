"""The command line of local Azure: `python -m localazure preview|up|destroy|republish|engine`.

Exit codes: 0, 1 where something is wrong, 2 where the command line is.
"""

import argparse
import json
import sys
from pathlib import Path

from access.reports.terminal import Style, say
from localazure.deployment import state_file as state
from localazure.deployment.project import NoSuchStackError, Project
from localazure.errors import LocalAzureError
from localazure.fronts import pulumi_cli as engine
from localazure.fronts.shared_world import SharedWorld
from localazure.output import text as show
from localazure.output.document import document
from localazure.output.progress import Progress
from localazure.output.role_assignments import role_assignments
from localazure.republish import NotPublishedError, republish
from localazure.run import Operation, run


def main(arguments: list[str] | None = None) -> int:
    """Run one command; answers its exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "engine":
        line: list[str] = options.line
        return engine.run(line[0] if len(line) == 1 else line)
    if options.command == "republish":
        return _republish(options.agent, options.stack)
    return _run(Operation(options.command), options.stack, as_json=options.json, save=options.save)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m localazure", description="Runs the Pulumi program in this folder on a local Azure."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    helps = {
        Operation.PREVIEW: "show what would exist, what would change and who could do what",
        Operation.UP: "deploy to local Azure",
        Operation.DESTROY: "remove everything of the stack from local Azure",
    }
    for operation, words in helps.items():
        command = commands.add_parser(operation.value, help=words, description=f"Local Azure: {words}.")
        command.add_argument("--stack", "-s", default="dev", help="the stack, one with a Pulumi.<stack>.yaml (dev)")
        command.add_argument("--json", action="store_true", help="print all of it as one JSON document")
        command.add_argument("--save", type=Path, metavar="FILE", help="write that document to a file, too")
    words = "delete and publish anew an agent of Foundry, beside the program: it then has another identity"
    command = commands.add_parser("republish", help=words, description=f"Local Azure: {words}.")
    command.add_argument("agent", help="what it is called in its project")
    command.add_argument("--stack", "-s", default="dev", help="the stack (dev)")
    words = "run a command with the real Pulumi engine on local Azure"
    command = commands.add_parser("engine", help=words, description=f"{words}: engine -- pulumi up".capitalize())
    command.add_argument("line", nargs="*", metavar="COMMAND", help="the command, after --")
    return parser


def _republish(agent: str, stack: str) -> int:
    path = state.path_of(Path.cwd(), stack)
    try:
        if not path.exists():
            raise NotPublishedError(f"{path}: nothing is deployed there; run `make up STACK={stack}` first")
        with SharedWorld(path).writing() as azure:
            before, now = republish(azure, agent)
    except LocalAzureError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    say(f"{agent} was {before}, and is {now}: whatever that one was granted, this one is not")
    return 0


def _run(operation: Operation, stack: str, *, as_json: bool, save: Path | None) -> int:
    root = Path.cwd()
    style = Style.of(sys.stdout)
    try:
        project = Project.at(root)
        config = project.config(stack)
        if not as_json:
            say(f"{style.paint(show.headline(operation, stack), 'bold')}\n")
        path = state.path_of(root, stack)
        with Progress(sys.stderr) as progress:
            result = run(
                project.run,
                project=project.name,
                stack=stack,
                config=config,
                operation=operation,
                path=path,
                progress=progress,
            )
    except LocalAzureError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, NoSuchStackError) else 1
    found = role_assignments(result.world, result.records)
    if save is not None:
        save.parent.mkdir(parents=True, exist_ok=True)
        save.write_text(json.dumps(document(result, found)), "utf-8")
    if as_json:
        say(json.dumps(document(result, found), indent=2))
    else:
        say(show.report(result, found, style))
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
