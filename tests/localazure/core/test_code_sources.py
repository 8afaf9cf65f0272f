"""Tests that every error code of local Azure has a source, or is marked as local Azure's own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import localazure
from localazure.code_sources import OWN, SOURCES
from localazure.errors import OWN_MARK, AzureError
from localazure.services import catalogue

FOLDER = Path(localazure.__file__).parent
ERRORS = {"AzureError", "LateRefusal", "_PropertyRefusal"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(FOLDER.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def texts(node: ast.expr) -> list[str]:
    """Return the texts that an expression can be: itself, or either branch of a condition."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return [*texts(body), *texts(other)]
        case _:
            return []


def written_codes() -> dict[str, str]:
    """Return every error code that the modules of local Azure write as a text, with one place where it is."""
    found: dict[str, str] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            named = [each.value for each in node.keywords if each.arg == "code" or (each.arg or "").endswith("_code")]
            first = node.args[:1] if called in ERRORS else []
            # A code as the first argument of `super().__init__` in a class of errors.
            first += node.args[:1] if called == "__init__" and path.name == "errors.py" else []
            for text in (text for each in (*named, *first) for text in texts(each) if text):
                found[text] = f"{path.relative_to(FOLDER)}:{node.lineno}"
    for kind in catalogue():
        declared = [kind.name_taken_code, kind.immutable_code, kind.name_check.code if kind.name_check else ""]
        declared += [kind.exclusive_writes.code] if kind.exclusive_writes else []
        declared += [kind.soft_deletion.code, kind.soft_deletion.nothing_code] if kind.soft_deletion else []
        found |= {code: kind.token for code in declared if code}
    return found


def test_every_error_code_of_local_azure_has_a_source_or_is_marked_as_its_own() -> None:
    known = SOURCES.keys() | OWN

    assert {code: place for code, place in written_codes().items() if code not in known} == {}


def test_list_of_error_codes_of_local_azure_has_no_code_twice_and_none_that_is_never_answered() -> None:
    used = written_codes().keys() | {"PrincipalTypeNotSupported", "UnmatchedPrincipalType"}

    assert SOURCES.keys() & OWN == set()
    assert (SOURCES.keys() | OWN) - used == set()


def test_source_of_every_error_code_of_azure_is_a_document_or_a_report() -> None:
    places = re.compile(r".*Microsoft Learn.*|.*kubernetes\.io.*|[\w.-]+/[\w.-]+#\d+.*|in public files, 2026")

    assert {code for code, source in SOURCES.items() if not places.fullmatch(source)} == set()


@pytest.mark.parametrize("code", sorted(OWN))
def test_message_with_a_code_of_local_azures_own_is_marked(code: str) -> None:
    error = AzureError(code, "no")

    assert str(error) == f"{code}: no {OWN_MARK}"
    assert AzureError(code, error.message).message == error.message


def test_message_with_a_code_of_azure_is_unchanged() -> None:
    assert str(AzureError("ResourceNotFound", "no", 404)) == "ResourceNotFound: no"
