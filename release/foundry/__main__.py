"""The command line: `python -m release.foundry reconcile --stack prod [--apply]`.

Exit codes: 0 where nothing has to change or all of it was done, 3 where something would change, 1 where something is
wrong, 2 where the command line is.
"""

import argparse
import json
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from access.azure.scopes import shown
from access.reports.terminal import Style, say
from localazure.deployment.state_file import path_of
from localazure.errors import LocalAzureError
from localazure.fronts.plugin import WORLD
from localazure.fronts.rest import LocalCredential
from localazure.fronts.serving import serving
from release.errors import ReleaseError
from release.foundry.azure import Azure
from release.foundry.reconciling import Move, Plan, apply, plan
from release.foundry.stack import EngineStack, ExportedStack, LocalStack, Stack
from release.foundry.state import Grant

WOULD_CHANGE = 3
"""The exit code of a plan that is not empty."""

_WORDS = {"grant": "granting", "prune": "taking away", "remember": "remembering"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers its exit code."""
    options = _parser().parse_args(arguments)
    root, style = Path.cwd(), Style.of(sys.stdout)
    try:
        with _azure(root, options.stack, local=options.local) as azure:
            stack = _stack(root, options.stack, options.export, local=options.local)
            planned, done = plan(stack, azure), False
            for line in () if options.json else _told(planned, style):
                say(line)
            try:
                if options.apply:
                    apply(planned, stack, azure, _steps(style, quiet=options.json))
                    done = True
            finally:
                if options.json:
                    say(json.dumps(_document(planned, applied=done), indent=2))
    except (ReleaseError, LocalAzureError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if not options.json:
        say(_end(planned, stack, style, applied=options.apply))
    if planned.moves and not options.apply:
        return WOULD_CHANGE
    return 1 if planned.obstacles else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m release.foundry", description="Keeps grants with the agents of Foundry."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    words = "compare who agents run as with who holds their grants, and move what has to move"
    command = commands.add_parser("reconcile", help=words, description=f"{words}.".capitalize())
    command.add_argument("--stack", "-s", default="dev", help="the stack (dev)")
    command.add_argument("--apply", action="store_true", help="do it; without this, only say what would change")
    command.add_argument("--json", action="store_true", help="say it as one JSON document")
    source = command.add_mutually_exclusive_group()
    source.add_argument("--export", type=Path, metavar="FILE", help="the stack as `pulumi stack export` printed it")
    source.add_argument("--local", action="store_true", help="what `make up` deployed to local Azure")
    return parser


@contextmanager
def _azure(root: Path, stack: str, *, local: bool) -> Generator[Azure]:
    """Azure; the one on this machine where it is asked for, or where the engine runs on it."""
    world = os.environ.get(WORLD, "")
    if world or local:
        with serving(Path(world) if world else path_of(root, stack)) as endpoint:
            yield Azure(LocalCredential(), endpoint)
    else:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - importing costs, and local Azure does without

        yield Azure(DefaultAzureCredential())


def _stack(root: Path, name: str, export: Path | None, *, local: bool) -> Stack:
    if export is not None:
        return ExportedStack(export)
    return LocalStack(path_of(root, name).relative_to(root)) if local else EngineStack(name, root)


def _told(planned: Plan, style: Style) -> list[str]:
    lines: list[str] = []
    for move in planned.moves:
        lines.append(style.paint(_sentence(move), "bold"))
        rows = [("+ grant", one) for one in move.grants] + [("- prune", one) for one in move.prunes]
        cells = [(verb, one.role, shown(one.scope), one.principal) for verb, one in rows]
        wide = [max((len(row[at]) for row in cells), default=0) for at in range(3)]
        for verb, role, scope, who in cells:
            words = f"{verb:<{wide[0]}}  {role:<{wide[1]}}  at {scope:<{wide[2]}}  of {who}"
            lines.append(f"  {style.paint(words, 'green' if verb.startswith('+') else 'red')}")
        if move.names:
            lines.append("  ~ remember it in the stack")
    lines += [f"{style.paint('?', 'yellow')} {one.holder}: {one.what}" for one in planned.believed]
    lines += [f"{style.paint('✗', 'red')} {one.holder}: {one.what}" for one in planned.obstacles]
    return lines


def _sentence(move: Move) -> str:
    agents = " and ".join(move.holder.agents) or move.holder.name
    verb = "runs as" if len(move.holder.agents) == 1 else "run as"
    if move.principal.lower() == move.holder.principal.lower() and not move.prunes:
        return f"{agents} {verb} {move.principal}, and not every grant is there"
    before = {one.principal for one in move.holder.grants} - {move.principal} or {move.holder.principal}
    return f"{agents} {verb} {move.principal}, and the grants are those of {' and '.join(sorted(before))}"


def _steps(style: Style, *, quiet: bool) -> Any:  # noqa: ANN401 - what `apply` takes
    def step(verb: str, move: Move, grant: Grant | None) -> None:
        if not quiet:
            what = f"{grant.title} ({grant.principal})" if grant else f"who {move.holder.name} is"
            say(f"{style.paint(f'{_WORDS[verb]}:', 'cyan')} {what}")

    return step


def _end(planned: Plan, stack: Stack, style: Style, *, applied: bool) -> str:
    grants = sum(len(one.grants) for one in planned.moves)
    prunes = sum(len(one.prunes) for one in planned.moves)
    count = f"{grants} to grant, {prunes} to take away"
    left = f", {len(planned.obstacles)} left as they are" if planned.obstacles else ""
    if not planned.moves:
        agents = sum(len(one.agents) for one in planned.holders)
        return f"{agents} agents of Foundry{left or ' hold what they are given, as who they are: nothing to do'}"
    if not applied:
        return f"{style.paint('plan', 'yellow')}: {count}{left}; nothing was changed, --apply does it"
    return f"{style.paint('done', 'green')}: {grants} granted, {prunes} taken away{left}; written to {stack.where}"


def _document(planned: Plan, *, applied: bool) -> dict[str, Any]:
    return {
        "applied": applied,
        "agents": [
            {"name": one.name, "agents": list(one.agents), "remembered": one.principal} for one in planned.holders
        ],
        "moves": [
            {
                "name": one.holder.name,
                "principal": one.principal,
                "grant": [_entry(grant) for grant in one.grants],
                "prune": [_entry(grant) for grant in one.prunes],
            }
            for one in planned.moves
        ],
        "believed": [{"name": one.holder, "what": one.what} for one in planned.believed],
        "obstacles": [{"name": one.holder, "what": one.what} for one in planned.obstacles],
    }


def _entry(grant: Grant) -> dict[str, str]:
    return {
        "title": grant.title,
        "role": grant.role,
        "scope": grant.scope,
        "principal": grant.principal,
        "assignment": grant.id,
    }


if __name__ == "__main__":
    sys.exit(main())
