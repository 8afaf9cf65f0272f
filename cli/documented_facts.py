"""Generates the reference page of facts about Azure that rest on documentation alone, from docstrings and comments.

`docs/reference/documented-facts.md` is made from it: `agent-network reference documented-facts`. A fact is a text in
the code that names its source: a quoted title with a date, or an issue of a public repository with a date.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

from localazure.code_sources import SOURCES

__all__ = ["DocumentedFact", "documented_facts", "page"]

_ROOT = Path(__file__).parents[1]
_PACKAGES = ("access", "cli", "components", "localazure", "manifest", "policies", "release", "safe_text")

_CODES = _ROOT / "localazure" / "code_sources.py"
_LISTED = (Path(__file__), _CODES)

_DATE = re.compile(r"\b20\d\d(?:-\d\d(?:-\d\d)?)?\b")
_SOURCE = re.compile(r"\bMicrosoft Learn\b|\b[\w-]+/[\w.-]+#\d+")
_ISSUE = re.compile(r"\b[\w-]+/[\w.-]+#\d+")
_READ = "read 2026-11"
"""Date of the issues that are cited without one: the month in which they were read."""

_LABEL = re.compile(r"^(?:Sources?|Facts|Limits?|Codes?|Format): (?=.*\")")
# A sentence ends before a capital letter, a quotation mark or a code name; "e.g." and "i.e." end none.
_SENTENCE = re.compile(r'(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z"`*])')
_PARAGRAPH = re.compile(r"\n\s*\n|\n\s*(?=- )")


_INTRODUCTION = """\
# Facts that rest on documentation

Nothing in this project was tried on Azure. Each row is a fact about Azure, Entra ID, Kubernetes or Pulumi that the code
relies on, with the documents or public reports that it comes from, and the oldest of their dates. After a deployment,
`agent-network access proof --of live --subscription …` compares the access that Azure has with the declared access.

Made by `agent-network reference documented-facts > docs/reference/documented-facts.md`; edit the docstrings and
comments, not this page."""


@dataclass(frozen=True)
class DocumentedFact:
    """Fact in the code that rests on documentation or a public report, and that nobody has tried on Azure here."""

    module: str
    """Path of the module, from the root of the project."""
    statement: str
    source: str
    """Sentence that names the documents; empty if the statement itself does."""

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """Return the dates of the documents, oldest first; empty for an issue without a date."""
        return tuple(sorted(set(_DATE.findall(self.source or self.statement))))

    @property
    def is_issue(self) -> bool:
        """Return True if the fact cites an issue of a public repository, which its number identifies."""
        return _ISSUE.search(f"{self.statement} {self.source}") is not None


@cache
def documented_facts() -> tuple[DocumentedFact, ...]:
    """Return every fact of the code with a source, by module in the order of the code."""
    paths = (path for package in _PACKAGES for path in sorted((_ROOT / package).rglob("*.py")))
    facts = [fact for path in paths if path not in _LISTED for fact in _facts_of(path)]
    module = _CODES.relative_to(_ROOT).as_posix()
    codes = [DocumentedFact(module, f"Azure answers with `{code}`.", source) for code, source in SOURCES.items()]
    return tuple(sorted((*facts, *codes), key=lambda one: one.module))


def page() -> str:
    """Return the reference page of documented facts, as Markdown."""
    parts = [_INTRODUCTION]
    for module, facts in groupby(documented_facts(), key=lambda one: one.module):
        rows = "\n".join(
            f"| {_cell(one.statement)} | {_cell(one.source)} | {min(one.dates, default=_READ)} |" for one in facts
        )
        parts.append(f"## `{module}`\n\n| fact | source | oldest date |\n| --- | --- | --- |\n{rows}")
    return "\n\n".join(parts) + "\n"


def _facts_of(path: Path) -> Iterator[DocumentedFact]:
    module = path.relative_to(_ROOT).as_posix()
    seen: set[tuple[str, str]] = set()
    for text in _texts(path):
        before = ""
        for paragraph in _PARAGRAPH.split(text):
            sentences = _SENTENCE.split(" ".join(paragraph.split()).lstrip("- "))
            for number, sentence in enumerate(sentences):
                labelled = bool(_LABEL.search(sentence))
                if labelled or _SOURCE.search(sentence):
                    stated = (each for each in sentences[:number] if not each.startswith("Owns "))
                    statement = (" ".join(stated) or before) if labelled else sentence
                    # The sentences after the one that begins with "Source:" may name further documents.
                    source = _LABEL.sub("", " ".join(sentences[number:])) if labelled else ""
                    if (statement, source) not in seen:
                        seen.add((statement, source))
                        yield DocumentedFact(module, statement or source, source if statement else "")
                    if labelled:
                        break
            before = before or sentences[0]


def _texts(path: Path) -> Iterator[str]:
    """Yield the docstrings, other long texts and comments of a module, in the order of their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    with tokenize.open(path) as file:
        comments = [one for one in tokenize.generate_tokens(file.readline) if one.type == tokenize.COMMENT]
    for _, lines in groupby(enumerate(comments), key=lambda each: each[1].start[0] - each[0]):
        run = [one for _, one in lines]
        found.append((run[0].start[0], "\n".join(one.string.lstrip("#: ") for one in run)))
    return (text for _, text in sorted(found))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
