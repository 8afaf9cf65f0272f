"""The command line of the access questions: `python -m access QUESTION --stack dev`.

Exit codes: 0, 1 where something is wrong, 2 where the command line is, 3 where access grows.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from access import VERSION, answers
from access.answers import Told
from access.findings import RULES
from access.model.errors import AccessError, NoAgentError, UnknownName, UnreadableSource
from access.model.graph import Graph
from access.readers import local
from access.reports.page import page
from access.reports.sarif import sarif
from access.reports.terminal import Style, say
from access.sources import LIVE, WORKING_TREE, Project, graph, texts

_SOURCES = "`.` the working tree, a git revision, a file (stack export, preview, local world), or `live`"


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question; answers its exit code."""
    options = _parser().parse_args(arguments)
    project = Project(Path.cwd(), options.stack)
    try:
        told = _told(options, project)
    except AccessError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, UnknownName | NoAgentError) else 1
    say(_rendered(told, options.format))
    return told.code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m access", description="Who can do what, before anything is deployed."
    )
    questions_ = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--stack", "-s", default="dev", help="the stack (dev)")
    common.add_argument("--format", "-f", choices=("text", "json", "markdown", "sarif"), default="text")
    common.add_argument("--subscription", help="for live Azure: the subscription's id")
    common.add_argument("--resource-group", help="for live Azure: look at this group alone")
    of = argparse.ArgumentParser(add_help=False)
    of.add_argument("--of", default=WORKING_TREE, metavar="SOURCE", help=_SOURCES)

    matrix = questions_.add_parser("matrix", parents=[common, of], help="agents × resources, verbs in the cells")
    matrix.add_argument("--operations", action="store_true", help="the exact operations")
    why = questions_.add_parser("why", parents=[common, of], help="why an agent may, or may not, do something")
    why.add_argument("agent")
    why.add_argument("resource")
    why.add_argument("operation", help="an operation of Azure, or a verb")
    diff = questions_.add_parser("diff", parents=[common], help="what changes; exit code 3 where access grows")
    diff.add_argument("before", metavar="A", help=_SOURCES)
    diff.add_argument("after", metavar="B", nargs="?", default=WORKING_TREE, help="likewise (the working tree)")
    questions_.add_parser("proof", parents=[common, of], help="exactly the declared access, and nothing else")
    blast = questions_.add_parser("blast-radius", parents=[common, of], help="what an attacker holds who is an agent")
    blast.add_argument("agent", nargs="?", help="one agent; without it, each")
    questions_.add_parser("check", parents=[common, of], help="findings; exit code 1 where one is an error")
    for name, words in (
        ("report", "write the HTML page"),
        ("review", "proof, findings and page: the end of a preview"),
    ):
        report = questions_.add_parser(name, parents=[common, of], help=words)
        report.add_argument("--out", type=Path, help="the file to write (report/STACK.html)")
        report.add_argument("--diff", metavar="A", help=f"what to compare with: {_SOURCES}")
    return parser


def _told(options: argparse.Namespace, project: Project) -> Told:
    def read(source: str) -> Graph:
        return graph(source, project, lambda: _live(options, project))

    if options.question == "diff":
        names = (_name(options.before), _name(options.after))
        return answers.asked_diff(read(options.before), read(options.after), names)
    declared, found = project.declared(), read(options.of)
    today = datetime.now(UTC).date()
    run: dict[str, Callable[[], Told]] = {
        "matrix": lambda: answers.asked_matrix(found, declared, operations=options.operations),
        "why": lambda: answers.asked_why(found, declared, options.agent, options.resource, options.operation),
        "proof": lambda: answers.asked_proof(found, declared),
        "blast-radius": lambda: answers.asked_blast(found, declared, options.agent),
        "check": lambda: answers.asked_check(found, declared, today, texts(options.of, project)),
    }
    if options.question in run:
        return run[options.question]()
    names = (_name(options.diff), _name(options.of))
    before = (read(options.diff), names) if options.diff else None
    report = answers.asked_report(found, declared, today, texts(options.of, project), before)
    shown = _written(page(report), options, project)
    if options.question == "review":
        return answers.reviewed(report, shown)
    return Told(report, lambda _style: shown, lambda: shown)


def _written(html: str, options: argparse.Namespace, project: Project) -> str:
    """Write the page; answers where it is."""
    out: Path = options.out or project.root / "report" / f"{options.stack}.html"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(html, "utf-8")
    return str(out.relative_to(project.root) if out.is_relative_to(project.root) else out)


def _live(options: argparse.Namespace, project: Project) -> Graph:
    from access.readers import live  # noqa: PLC0415 (a second to import, and only live Azure needs it)

    if not options.subscription:
        raise UnreadableSource(LIVE, "no subscription is named; give --subscription")
    declared = project.declared()
    return live.read(
        options.subscription,
        live.signed_in(),
        resource_group=options.resource_group,
        network=declared.network,
        stack=declared.stack,
        like=local.read(project.deployed()),
    )


def _name(source: str) -> str:
    return "the working tree" if source == WORKING_TREE else source


def _rendered(told: Told, form: str) -> str:
    match form:
        case "json":
            return json.dumps(told.document, indent=2)
        case "markdown":
            return told.as_markdown()
        case "sarif":
            return json.dumps(sarif(told.findings, RULES, tool_version=VERSION), indent=2)
        case _:
            return told.as_text(Style.of(sys.stdout))


if __name__ == "__main__":
    sys.exit(main())
