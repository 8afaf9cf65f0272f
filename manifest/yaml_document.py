"""A YAML file as plain data that remembers its lines, with everything odd about it collected as problems.

Plain scalars mean what they mean in YAML 1.2 (as in editors and in JSON): `yes` and `2025-04-14` are texts, `true` is
true. What would let one place say something about another (anchors, merge keys, tags, a key written twice) is refused:
a list of permissions is to be read from the top to the bottom.
"""

import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any, cast

import yaml

from manifest.errors import Path, Problem, spell
from manifest.phrases import show

__all__ = ["Document", "read"]

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is some ten times faster, where it is there
_DEFAULT_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
_INTEGER = re.compile("[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_LONGEST_NUMBER = 18
_DEEPEST = 16


class Document:
    """One file, read.

    Attributes:
        name: the file's name, as problems show it.
        data: its contents as plain data; an empty mapping where it could not be read.
        there: is there such a file?
        problems: what is wrong with it as a file.
        refused: paths whose value is left out of the data, because a problem already says what is wrong with it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.data: dict[str, Any] = {}
        self.there = True
        self.problems: list[Problem] = []
        self.refused: set[Path] = set()
        self._lines: dict[Path, int] = {(): 0}
        self._seen: dict[int, yaml.Node] = {}

    def line(self, path: Path) -> int:
        """The line of the key or item at `path`, or of the nearest thing around it; 0 where nothing could be read."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def known(self, path: Path) -> bool:
        """Does the file say something at exactly this path?"""
        return path in self._lines

    def under(self, path: Path) -> Iterator[Path]:
        """Every path that the file has at or below `path`."""
        return (one for one in self._lines if one[: len(path)] == path)

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at `path`."""
        return Problem(self.name, self.line(path), spell(path), message)

    def refuse(self, path: Path, message: str) -> None:
        """Leave out what stands at `path`, and say why."""
        self.problems.append(self.problem(path, message))
        self.refused.add(path)

    def compose(self, text: str) -> None:
        """Take in the text of the file."""
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
            found = "is empty" if node is None or (isinstance(node, yaml.ScalarNode) and not node.value) else "holds"
            kind = (
                "" if found == "is empty" else " a list" if isinstance(node, yaml.SequenceNode) else " a single value"
            )
            self.problems.append(Problem(self.name, 1, "", f"the file {found}{kind}; it needs to be a mapping of keys"))
            return
        self._lines[()] = node.start_mark.line + 1
        self.data = self._value(node, ())

    def _value(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
        if id(node) in self._seen:
            self.refuse(path, "an alias (*) stands here; write the value out, so that it can be read where it stands")
            return None
        self._seen[id(node)] = node
        if node.tag not in _DEFAULT_TAGS:
            self.refuse(path, f"the tag {show(node.tag)} is not used here; write a plain value")
            return None
        if len(path) > _DEEPEST:
            self.refuse(path, f"nested more than {_DEEPEST} deep")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, position)) for position, item in enumerate(node.value)]
        return _scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _item(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
        self._lines[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line: int = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(self.name, line, spell(path), "a key must be a single word"))
                continue
            key: str = key_node.value
            here = (*path, key)
            if key in mapping:
                first = self._lines[here]
                message = f"{show(key)} stands here twice, first in line {first}; keep one"
                self.problems.append(Problem(self.name, line, spell(here), message))
                continue
            self._lines[here] = line
            if key == "<<":
                self.refuse(here, "merge keys (<<) are not used here; write the keys out")
                continue
            mapping[key] = self._value(value_node, here)
        return mapping


def _scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    text: str = node.value
    if node.style:  # quoted, or a block: text, whatever it looks like
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
        return "a tab stands where a value should begin; indent with blanks"
    if "expected a single document" in problem or "single document" in (error.context or ""):
        return "a second document begins here ('---'); a file holds one"
    return problem


def read(root: File, name: str) -> Document:
    """Read a file of the project; whatever is wrong with it becomes problems of the document."""
    document = Document(name)
    try:
        text = (root / name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        document.there = False
        return document
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        document.problems.append(Problem(name, line, "", "not UTF-8; save the file in that encoding"))
        return document
    except OSError as error:
        document.problems.append(Problem(name, 0, "", f"cannot be read: {(error.strerror or str(error)).lower()}"))
        return document
    document.compose(text)
    return document
