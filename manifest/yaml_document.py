"""Reads a YAML file as plain data with line numbers; syntax errors are collected as problems.

Plain scalars have their meaning in YAML 1.2 (as in editors and in JSON): `yes` and `2025-04-14` are texts, `true` is
true. Anchors, merge keys, tags and duplicate keys are refused, because with them one line changes the meaning of
another: a list of permissions must be readable from top to bottom.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml

from manifest.errors import KeyPath, Problem, format_path
from manifest.message_formatting import quote_value

__all__ = ["YamlDocument", "read_document"]

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is ten times faster, if it is installed
_DEFAULT_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
_INTEGER = re.compile("[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_LONGEST_NUMBER = 18
_DEEPEST = 16


class YamlDocument:
    """YAML file that was read: its data, the line number of each value, and the problems found.

    Attributes:
        name: the file's name, as problems show it.
        data: contents as plain data; an empty mapping if it could not be read.
        exists: True if the file exists.
        problems: errors of the file itself.
        refused_paths: paths of values that are not in the data, because a problem already reports them.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.data: dict[str, Any] = {}
        self.exists = True
        self.problems: list[Problem] = []
        self.refused_paths: set[KeyPath] = set()
        self._lines: dict[KeyPath, int] = {(): 0}
        self._seen: dict[int, yaml.Node] = {}

    def line(self, path: KeyPath) -> int:
        """Return the line of the key or item at `path`, or of the nearest one above; 0 for an unreadable file."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def has(self, path: KeyPath) -> bool:
        """Return True if the file has a value at exactly this path."""
        return path in self._lines

    def paths_below(self, path: KeyPath) -> Iterator[KeyPath]:
        """Return the paths in the file at or below `path`."""
        return (one for one in self._lines if one[: len(path)] == path)

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem with the value at `path`, with the file's name and the line."""
        return Problem(self.name, self.line(path), format_path(path), message)

    def refuse(self, path: KeyPath, message: str) -> None:
        """Record a problem with the value at `path`, whose value is left out of the data."""
        self.problems.append(self.problem(path, message))
        self.refused_paths.add(path)

    def compose(self, text: str) -> None:
        """Parse the text of the file into `data`; record problems for invalid YAML."""
        try:
            node = cast("yaml.Node | None", yaml.compose(text, _Loader))  # pyright: ignore[reportUnknownMemberType] - stub
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 0
            self.problems.append(Problem(self.name, line, "", f"not YAML: {_reason(error, text, line)}"))
            return
        except (yaml.YAMLError, RecursionError) as error:
            self.problems.append(Problem(self.name, 0, "", f"not YAML: {str(error).splitlines()[0]}"))
            return
        if not isinstance(node, yaml.MappingNode):
            found = "is empty" if node is None or (isinstance(node, yaml.ScalarNode) and not node.value) else "has"
            kind = (
                "" if found == "is empty" else " a list" if isinstance(node, yaml.SequenceNode) else " a single value"
            )
            self.problems.append(Problem(self.name, 1, "", f"the file {found}{kind}; it must be a mapping of keys"))
            return
        self._lines[()] = node.start_mark.line + 1
        self.data = self._value(node, ())

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:  # noqa: ANN401 - whatever the file holds
        if id(node) in self._seen:
            self.refuse(path, "an alias (*) is not supported; write the value itself")
            return None
        self._seen[id(node)] = node
        if node.tag not in _DEFAULT_TAGS:
            self.refuse(path, f"the tag {quote_value(node.tag)} is not supported; write a plain value")
            return None
        if len(path) > _DEEPEST:
            self.refuse(path, f"the value is nested more than {_DEEPEST} levels deep; use fewer levels")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, position)) for position, item in enumerate(node.value)]
        return _scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _item(self, node: yaml.Node, path: KeyPath) -> Any:  # noqa: ANN401 - whatever the file holds
        self._lines[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line: int = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(
                    Problem(self.name, line, format_path(path), "a key must be plain text, not a list or a mapping")
                )
                continue
            key: str = key_node.value
            here = (*path, key)
            if key in mapping:
                first = self._lines[here]
                message = f"duplicate key {quote_value(key)}, first in line {first}; keep one"
                self.problems.append(Problem(self.name, line, format_path(here), message))
                continue
            self._lines[here] = line
            if key == "<<":
                self.refuse(here, "merge keys (<<) are not supported; write the keys themselves")
                continue
            mapping[key] = self._value(value_node, here)
        return mapping


def _scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block: always a text
        return text
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) <= _LONGEST_NUMBER:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _reason(error: yaml.MarkedYAMLError, text: str, line: int) -> str:
    problem = " ".join((error.problem or error.context or "unreadable").split())
    if "cannot start any token" in problem and re.match(r"\s*\t", text.splitlines()[line - 1]):
        return "a tab before a value; indent with spaces"
    if "expected a single document" in problem or "single document" in (error.context or ""):
        return "a second document begins here ('---'); a file has only one"
    return problem


def read_document(root: Path, name: str) -> YamlDocument:
    """Read a YAML file of the project; errors become problems, and a missing file sets `exists` to False."""
    document = YamlDocument(name)
    try:
        text = (root / name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        document.exists = False
        return document
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        document.problems.append(Problem(name, line, "", "the file is not encoded in UTF-8; save it in UTF-8"))
        return document
    except OSError as error:
        document.problems.append(Problem(name, 0, "", f"cannot be read: {(error.strerror or str(error)).lower()}"))
        return document
    document.compose(text)
    return document
