"""Runs the `agent-network access` commands: reads the source, prints the answer and returns the exit code."""

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from access.findings import RULES
from access.model.graph import Graph
from access.readers.stack_outputs import stack_texts
from access.reports.page import page
from access.reports.sarif import sarif
from access.reports.terminal import Style
from agent_network import __version__
from cli import answers
from cli.answers import Result
from cli.exit_codes import ExitCode
from cli.graph_file import graph_of_file, read_document
from cli.name_check import check_agent, check_question
from cli.output import print_text, write_file
from cli.project_root import find_root, shown_path
from cli.report_origin import report_origin
from cli.sources import WORKING_TREE, LiveScope, Source, program_file, source_name
from cli.working_tree import Project, report_run
from safe_text.current_date import current_date

__all__ = ["Question"]


@dataclass(frozen=True)
class Question:
    """Source and output format of an access command; each method runs one command and returns the exit code."""

    stack: str
    source: str
    form: str
    subscription: str | None
    resource_group: str | None

    def matrix(self, *, operations: bool) -> ExitCode:
        """Print the access matrix of agents by resources."""
        declared = self._project.declared()
        return self._print(answers.run_matrix(self._graph, declared, operations=operations))

    def identities(self) -> ExitCode:
        """Print every identity of the network with its owners."""
        declared = self._project.declared()
        return self._print(answers.run_identities(self._graph, declared))

    def why(self, agent: str, resource: str, operation: str) -> ExitCode:
        """Print the reasons why an agent may or may not perform an operation."""
        declared = self._project.declared()
        if self.source == WORKING_TREE:
            check_question(declared, self._project.values(), agent, resource, operation)
        return self._print(answers.run_why(self._graph, declared, agent, resource, operation))

    def diff(self, before: str) -> ExitCode:
        """Print the access that changes from another source to the source of this command."""
        earlier, declared = self._source_of(before), self._project.declared_if_any()
        return self._print(answers.run_diff(self._compared(earlier), self._graph, current_date(), declared))

    def proof(self) -> ExitCode:
        """Print the proof that exactly the declared access is granted."""
        declared = self._project.declared()
        return self._print(answers.run_proof(self._graph, declared, current_date()))

    def grants(self) -> ExitCode:
        """Print the role assignments with their lines in network.yaml, also as the beginning of a query."""
        return self._print(answers.run_grants(self._graph, self._project.declared(), current_date()))

    def blast_radius(self, agent: str | None) -> ExitCode:
        """Print the blast radius of one agent or of all agents."""
        declared = self._project.declared()
        if agent is not None and self.source == WORKING_TREE:
            check_agent(declared, self._project.values(), agent)
        return self._print(answers.run_blast_radius(self._graph, declared, agent))

    def check(self) -> ExitCode:
        """Print the findings about access."""
        declared = self._project.declared()
        return self._print(answers.run_check(self._graph, declared, current_date(), self._source.texts))

    def check_of_program(self) -> ExitCode:
        """Print the findings about any Azure program in a file, without a project and its network.yaml."""
        path = program_file(self.source)
        found = stack_texts(read_document(path))
        return self._print(answers.run_check_of_program(graph_of_file(path), current_date(), found))

    def report(self, out: Path | None, diff_with: str | None) -> ExitCode:
        """Write the HTML report on access, and print its path."""
        document, path = self._written(out, diff_with)
        return self._print(Result(document, lambda _style: path, lambda: path))

    def review(self, out: Path | None, diff_with: str | None) -> ExitCode:
        """Print proof and findings, and write the HTML report on access."""
        document, path = self._written(out, diff_with)
        declared = self._project.declared()
        found = self._source.texts
        findings = (
            answers.run_check(self._graph, declared, current_date(), found).findings if self.form == "sarif" else ()
        )
        return self._print(answers.run_review(document, path, findings))

    @cached_property
    def _project(self) -> Project:
        return Project(find_root(), self.stack, uses_cache=True, report=report_run)

    @cached_property
    def _graph(self) -> Graph:
        return self._source.graph

    @cached_property
    def _source(self) -> Source:
        return self._source_of(self.source)

    def _source_of(self, name: str) -> Source:
        return Source(name, self._project, LiveScope(self.subscription, self.resource_group))

    def _compared(self, earlier: Source) -> answers.Earlier:
        names = (source_name(earlier.name), source_name(self.source))
        return answers.Earlier(earlier.graph, names, (earlier.texts, self._source.texts))

    def _written(self, out: Path | None, diff_with: str | None) -> tuple[dict[str, object], str]:
        """Write the HTML report on access; return its document and path."""
        declared = self._project.declared()
        before = self._compared(self._source_of(diff_with)) if diff_with else None
        found, made = self._source.texts, report_origin(self._project.root)
        document = answers.run_report(self._graph, declared, current_date(), found, before, made)
        path = out or self._project.root / "report" / f"{self.stack}.html"
        write_file(path, page(document))
        return document, shown_path(path)

    def _print(self, result: Result) -> ExitCode:
        match self.form:
            case "json":
                text = json.dumps(result.document, indent=2)
            case "markdown":
                text = result.as_markdown()
            case "kql":
                text = result.as_kql()
            case "sarif":
                log = sarif(result.findings, RULES, tool_version=__version__)
                text = json.dumps(log, indent=2)
            case _:
                text = result.as_text(Style.of(sys.stdout))
        print_text(text)
        return result.code
