"""Tests that names, docstrings, comments, messages and documentation contain no word of a list of dialect words."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.user_files import is_users

REPOSITORY = Path(__file__).parents[2]

# A docstring begins with a noun (a thing) or a verb (a function), not with a question word.
FIRST_WORDS = frozenset({"what", "who", "whom", "whose", "whether", "where", "how", "that"})

# Dialect -> plain words. A name is read word by word, `_asked_matrix` as "asked matrix".
DIALECT = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bbesides?\b": "next to, outside, in addition to",
    r"\b(told|tells)\b": "report, return, state",
    r"\b(asked|asks)\b": "request, read, query",
    r"\b(said|says)\b": "state, define, contain",
    r"\bstands\b": "is, is set, is defined",
    r"\bwhoever\b": "the deployer, the caller, anyone who",
    r"\banew\b": "again",
    r"(?<!there )\b(is|are) no (?!longer\b|more\b|less\b|fewer\b|one\b)\w": "is not a, is not valid",
}


class Exemption(NamedTuple):
    """A phrase of a file, or of every file of a folder, in which a listed word is allowed."""

    path: str
    phrase: str
    reason: str


EXEMPTIONS = (
    Exemption("tests/contracts/test_plain_english.py", "", "the list of words itself"),
    Exemption("CHANGELOG.md", "`notes-what-is-asked-for`", "the former name of a policy"),
    Exemption("CHANGELOG.md", "(before: `mend`)", "the former name of a key"),
)


class Text(NamedTuple):
    """A name, docstring, comment, message or line of documentation, with its line number in a file."""

    line: int
    words: str


@cache
def files() -> tuple[str, ...]:
    # Without the folders of tools: the virtual environment has a hundred times as many files as the repository.
    shown = [path for path in REPOSITORY.iterdir() if not path.name.startswith(".")]
    found = (path.relative_to(REPOSITORY) for top in shown for path in (top, *top.rglob("*")))
    visible = (path for path in found if not any(part.startswith((".", "__pycache__")) for part in path.parts))
    kinds = {".py", ".md", ".js", ".html", ".css"}
    ours = (path for path in visible if path.suffix in kinds and not is_users(REPOSITORY / path))
    return tuple(sorted(path.as_posix() for path in ours))


def within(path: str, *folders: str) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def spoken(name: str) -> str:
    """Split an identifier into words: `_WideGrant` and `wide_grant` are both "wide grant"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\W]+", " ", name).strip().lower()


def names(tree: ast.AST) -> Iterator[Text]:
    """Return the names that a module defines: functions, classes, parameters, variables and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield Text(node.lineno, spoken(node.name))
        elif isinstance(node, ast.arg):
            yield Text(node.lineno, spoken(node.arg))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield Text(node.lineno, spoken(node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield Text(node.lineno, spoken(node.attr))


def docstrings(tree: ast.AST) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield Text(node.body[0].lineno, text)


def texts(path: str) -> Iterator[Text]:
    source = read(path)
    if not path.endswith(".py"):
        yield from (Text(number, line) for number, line in enumerate(source.splitlines(), start=1))
        return
    tree = ast.parse(source)
    yield Text(1, spoken(Path(path).stem))
    yield from names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (Text(node.lineno + offset, line) for offset, line in enumerate(node.value.splitlines() or [""]))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Text(token.start[0], token.string)


def exempt(path: str, words: str) -> bool:
    return any(within(path, one.path) and one.phrase in words for one in EXEMPTIONS)


def dialect(path: str) -> list[str]:
    """Return every listed word in a file: `file:line 'text': the word; write the plain ones`."""
    return [
        f"{path}:{text.line} {text.words.strip()!r}: {found.group().strip()}; write {plain}"
        for text in texts(path)
        for pattern, plain in DIALECT.items()
        if (found := re.search(pattern, text.words, re.IGNORECASE)) and not exempt(path, text.words)
    ]


def question_words(path: str) -> list[str]:
    """Return every docstring of a file that begins with a question word."""
    return [
        f"{path}:{text.line} {text.words.splitlines()[0]!r}"
        for text in docstrings(ast.parse(read(path)))
        if re.split(r"\W", text.words, maxsplit=1)[0].lower() in FIRST_WORDS
    ]


def test_no_docstring_begins_with_a_question_word() -> None:
    found = [line for path in files() if path.endswith(".py") for line in question_words(path)]

    assert not found, "\n".join(found)


def test_names_strings_comments_and_documentation_contain_no_listed_dialect_word() -> None:
    found = [line for path in files() for line in dialect(path)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    ["mended", "stands beside it", "was told to", "it asks twice", "whoever deploys", "is no list", "are no lists"],
)
def test_dialect_word_list_matches_dialect_phrases(text: str) -> None:
    assert any(re.search(pattern, text) for pattern in DIALECT)


@pytest.mark.parametrize("text", ["amend", "recommended", "there is no list", "is no longer set", "understands"])
def test_dialect_word_list_does_not_match_similar_plain_words(text: str) -> None:
    assert not any(re.search(pattern, text) for pattern in DIALECT)


def test_dialect_check_splits_identifiers_into_words() -> None:
    assert spoken("_AskedMatrix") == "asked matrix"
    assert spoken("wide_grants") == "wide grants"


@pytest.mark.parametrize("exemption", [one for one in EXEMPTIONS if one.phrase])
def test_every_exemption_from_the_word_list_is_still_needed(exemption: Exemption) -> None:
    assert any(
        re.search(pattern, text.words, re.IGNORECASE)
        for path in files()
        if within(path, exemption.path)
        for text in texts(path)
        if exemption.phrase in text.words
        for pattern in DIALECT
    )
