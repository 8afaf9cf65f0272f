"""Reads queries of Kusto's query language as far as the documentation's queries use it: tables, operators, columns."""

import re
from collections.abc import Iterator, Mapping

_NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*(?!\w*\s*\()")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_WORDS = {
    *("and", "or", "not", "in", "has", "has_any", "contains", "on", "kind", "inner", "leftouter", "leftanti", "by"),
    *("asc", "desc", "true", "false"),
}
_OPERATORS = {"where", "extend", "project", "mv-expand", "lookup", "join", "distinct", "order", "take", "count"}

Scope = Mapping[str, set[str]]


class UnknownPartError(AssertionError):
    """A query uses a table, an operator or a column that nothing defines."""


def queries(page: str) -> list[str]:
    """Return the queries in a page of documentation."""
    return re.findall(r"```kusto\n(.*?)```", page, re.DOTALL)


def columns_of(query: str, tables: Scope) -> list[set[str]]:
    """Return the columns of the result of each statement; raise `UnknownPartError` for a name that is not defined."""
    known, results = dict(tables), list[set[str]]()
    for statement in filter(None, map(str.strip, query.split(";"))):
        name, _, rest = statement.partition("=") if statement.startswith("let ") else ("", "", statement)
        found = _pipeline(rest.strip(), known)
        if name:
            known[name.removeprefix("let ").strip()] = found
        results.append(found)
    return results


def _pipeline(text: str, tables: Scope) -> set[str]:
    first, *steps = _split(text, "|")
    columns = _source(first.strip(), tables)
    for step in steps:
        operator, _, rest = step.strip().partition(" ")
        if operator not in _OPERATORS:
            raise UnknownPartError(f"operator {operator}")
        columns = _applied(operator, rest.strip(), columns, tables)
    return columns


def _source(text: str, tables: Scope) -> set[str]:
    if text.startswith("datatable"):
        return {each.partition(":")[0].strip() for each in text.partition("(")[2].partition(")")[0].split(",")}
    names = [each.strip() for each in text.removeprefix("union ").removeprefix("isfuzzy=true ").split(",")]
    for name in names:
        if name not in tables:
            raise UnknownPartError(f"table {name}")
    if any(tables[name] != tables[names[0]] for name in names):
        raise UnknownPartError(f"the tables {names} have different columns")
    return set(tables[names[0]])


def _applied(operator: str, rest: str, columns: set[str], tables: Scope) -> set[str]:
    if operator in {"lookup", "join"}:
        return _joined(operator, rest, columns, tables)
    if operator in {"where", "order", "take", "count"}:
        _check(rest, columns | set(tables))
        return columns
    new: set[str] = set()
    for part in _split(rest, ","):
        name, is_named, expression = part.partition("=") if re.match(r"\s*\w+\s*=[^=~]", part) else ("", "", part)
        _check(expression, columns)
        new.add(name.strip() if is_named else expression.strip())
    return new if operator in {"project", "distinct"} else columns | new


def _joined(operator: str, rest: str, columns: set[str], tables: Scope) -> set[str]:
    parts = re.fullmatch(r"kind=(\w+)\s+(\(.*\)|\w+)\s+on\s+(\w+)", rest.strip(), re.DOTALL)
    if parts is None:
        raise UnknownPartError(f"{operator} {rest}")
    kind, other, key = parts.groups()
    right = _pipeline(other.strip("()"), tables)
    if key not in columns or key not in right:
        raise UnknownPartError(f"{operator} on {key}")
    return columns if kind == "leftanti" else columns | right


def _check(expression: str, columns: set[str]) -> None:
    plain = _TEXT.sub(" ", expression)
    for name in _NAME.findall(plain):
        if name not in columns and name not in _WORDS:
            raise UnknownPartError(f"column {name} in {expression.strip()!r}")


def _split(text: str, separator: str) -> Iterator[str]:
    """Yield the parts between separators that are neither in parentheses nor in a text."""
    depth, part, quoted = 0, "", False
    for each in text:
        quoted ^= each == '"'
        if not quoted:
            depth += (each in "([") - (each in ")]")
        if each == separator and depth == 0 and not quoted:
            yield part
            part = ""
        else:
            part += each
    yield part
