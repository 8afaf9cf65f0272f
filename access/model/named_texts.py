"""Lists every known text inside a JSON value, with its place and the name that states what it is.

Owns how a place is written, and which name belongs to a text: an environment variable has its name next to its value.
The arguments of a command are one text as well, since an option and its value may be two of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from access.model.json_values import is_known, listed, mapping
from safe_text.credentials import detect_credential

__all__ = ["NamedText", "named_texts", "shown_name"]

_COMMAND = ("command", "args")
"""Properties with the words of a command: of a container app, of a pod, of a job and of a script."""


class NamedText(NamedTuple):
    """A text inside a JSON value: its place, the name that states what it is, and the text."""

    path: str
    name: str
    text: str


def named_texts(value: object) -> Iterator[NamedText]:
    """Yield every known text inside a JSON value; the words of a command together, after each of them."""
    waiting: list[tuple[str, str, object]] = [("", "", value)]
    commands: list[NamedText] = []
    while waiting:
        path, name, one = waiting.pop()
        if isinstance(one, str):
            if is_known(one):
                yield NamedText(path, name, one)
        elif isinstance(one, Mapping):
            values = mapping(cast("object", one))
            commands += _command(path, values)
            label = _label(values)
            for each, inner in values.items():
                here = f"{path}.{shown_name(str(each))}".lstrip(".")
                # An environment variable: its name is next to its value.
                named = label and each == "value"
                waiting.append((path if named else here, label if named else str(each), inner))
        elif isinstance(one, list):
            for position, inner in enumerate(cast("list[object]", one)):
                mark = _label(mapping(inner)) or str(position)
                waiting.append((f"{path}[{mark}]", name, inner))
    yield from commands


def shown_name(name: str) -> str:
    """Return a name for display, or a placeholder if the name itself contains a credential."""
    return "(not shown)" if detect_credential(name) else name[:80]


def _label(values: Mapping[str, Any]) -> str:
    given = values.get("name")
    return shown_name(given) if isinstance(given, str) and is_known(given) else ""


def _command(path: str, values: Mapping[str, Any]) -> Iterator[NamedText]:
    """Yield the words of a command as one text, at the place of its arguments."""
    words = {name: [each for each in listed(values.get(name)) if isinstance(each, str)] for name in _COMMAND}
    every = [word for each in words.values() for word in each if is_known(word)]
    if len(every) > 1:
        place = next(name for name in reversed(_COMMAND) if words[name])
        yield NamedText(f"{path}.{place}".lstrip("."), "", " ".join(every))
