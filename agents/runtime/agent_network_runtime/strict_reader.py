"""Reader of a JSON document that must have an exact form: collects every problem with the path of its member."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

MISSING: Final = object()
"""Placeholder of a member that an object does not have; each method returns an empty value for it without a problem."""

_LONGEST_SHOWN: Final = 60
_GUID: Final = r"(?!0{8}-0{4}-0{4}-0{4}-0{12})[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SERVER: Final = rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?"


class Form(NamedTuple):
    """The form of a text: a pattern for the whole text, and the words for it in messages."""

    pattern: re.Pattern[str]
    words: str


def _form(pattern: str, words: str) -> Form:
    return Form(re.compile(pattern, re.ASCII), words)


GUID: Final = _form(_GUID, "a GUID in lower case with hyphens, and not all zeros")
NAME: Final = _form(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", "a name of letters, digits, hyphens and dots")
SERVER: Final = _form(_SERVER, "a host name in lower case, such as graph.microsoft.com, without a scheme and a path")
ORIGIN: Final = _form(rf"https://{_SERVER}", "an https address in lower case without a path and a slash at its end")
RESOURCE: Final = _form(
    rf"{_GUID}|https://{_SERVER}(?:/[A-Za-z0-9._-]+)*|api://[A-Za-z0-9._/-]*[A-Za-z0-9]",
    "an API's GUID, https address or api:// address without a slash at its end",
)
SCOPE: Final = _form(r"[A-Za-z0-9][A-Za-z0-9._-]*", "the name of one scope without its API, such as User.Read")


@dataclass
class Reader:
    """Reads values of exact types and forms, and keeps a message for each that is not valid."""

    document: str
    problems: list[str] = field(default_factory=list[str])

    def problem(self, path: str, message: str) -> None:
        """Keep a problem of the member at a path."""
        self.problems.append(f"{self.document}{f' {path}' if path else ''}: {message}")

    def members(self, value: object, path: str, names: Sequence[str]) -> Mapping[str, object]:
        """Return the named members of an object, and `MISSING` for each one that it does not have."""
        found = self._object(value, path)
        if found is None:
            return dict.fromkeys(names, MISSING)
        for name in names:
            if name not in found:
                self.problem(path, f"the member {name!r} is missing")
        for name in found:
            if name not in names:
                self.problem(path, f"{shown(name)} is not a member; the members are {', '.join(names)}")
        return {name: found.get(name, MISSING) for name in names}

    def entries(self, value: object, path: str, form: Form, what: str) -> Mapping[str, object]:
        """Return an object with at least one member, whose members have names of a form."""
        found = self._object(value, path) or {}
        if value == {}:
            self.problem(path, f"must have at least one {what}")
        for name in found:
            self.text(name, path, form)
        return found

    def kind(self, value: object, path: str, allowed: Sequence[str]) -> str:
        """Return the member `kind` of an object, or an empty text if it is none of the allowed ones."""
        found = self._object(value, path)
        return "" if found is None else self.one_of(found.get("kind"), f"{path}.kind", allowed)

    def number(self, value: object, path: str, expected: int) -> None:
        """Check that a value is one whole number."""
        if value is not MISSING and (type(value) is not int or value != expected):
            self.problem(path, f"must be the number {expected}, not {shown(value)}")

    def text(self, value: object, path: str, form: Form) -> str:
        """Return a text of a form, or an empty text if the value is not one."""
        if isinstance(value, str) and form.pattern.fullmatch(value):
            return value
        if value is not MISSING:
            self.problem(path, f"{shown(value)} is not {form.words}")
        return ""

    def optional_text(self, value: object, path: str, form: Form) -> str | None:
        """Return a text of a form, or None for null."""
        return None if value is None else self.text(value, path, form)

    def texts(self, value: object, path: str, form: Form) -> frozenset[str]:
        """Return the texts of a list, each of a form, at least one, none twice."""
        if isinstance(value, list) and value:
            items = [self.text(item, f"{path}[{at}]", form) for at, item in enumerate(cast("list[object]", value))]
            for item in sorted({item for item in items if item and items.count(item) > 1}):
                self.problem(path, f"{shown(item)} is in the list twice")
            return frozenset(filter(None, items))
        if value is not MISSING:
            self.problem(path, "must be a list with at least one text")
        return frozenset()

    def one_of(self, value: object, path: str, allowed: Sequence[str]) -> str:
        """Return one of the allowed texts, or an empty text if the value is none of them."""
        if isinstance(value, str) and value in allowed:
            return value
        if value is not MISSING:
            self.problem(path, f"{shown(value)} is not valid; it must be {' or '.join(allowed)}")
        return ""

    def _object(self, value: object, path: str) -> Mapping[str, object] | None:
        if isinstance(value, dict):
            return cast("Mapping[str, object]", value)
        if value is not MISSING:
            self.problem(path, f"must be an object, not {shown(value)}")
        return None


def shown(value: object) -> str:
    """Return a value as a message shows it: a short text in quotes, and the type alone of anything else."""
    if isinstance(value, str):
        return repr(value) if len(value) <= _LONGEST_SHOWN else f"a text of {len(value)} characters"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a number"
