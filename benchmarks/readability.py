"""Prints a random sample of docstrings, messages and test names, to measure how well readers understand them.

Prints three groups of rows as tab-separated text: a row has its number, its group, its location and the text alone. A
reader who has never seen the code writes a guess next to each row; somebody with the code open judges the guesses. The
seed is fixed, so two runs on the same tree draw the same rows.
"""

import argparse
import ast
import random
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("access", "cli", "components", "localazure", "manifest", "policies", "release", "safe_text")
SEED = 14
SIZE = 60
_FEWEST_WORDS = 4
"""Minimum number of words of a message; shorter strings are keys, names or fragments."""

Row = tuple[str, str]


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield every module in the given folders of the project, with its path."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def docstrings() -> Iterator[Row]:
    """Yield the first lines of the docstrings of product code, each with the name that it documents."""
    for path, module in modules(*ROOMS):
        for node in ast.walk(module):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text:
                    name = getattr(node, "name", path)
                    yield f"{path} {name}", text.splitlines()[0]


def messages() -> Iterator[Row]:
    """Yield the messages of product code: texts of several words in `raise` statements and calls."""
    for path, module in modules(*ROOMS):
        parts = {id(part) for node in ast.walk(module) for part in _not_messages(node)}
        seen = set[int]()
        for node in ast.walk(module):
            if isinstance(node, ast.Raise | ast.Call):
                for inner in ast.walk(node):
                    text = "" if id(inner) in parts else _text(inner)
                    if text and len(text.split()) >= _FEWEST_WORDS and inner.lineno not in seen:  # type: ignore[attr-defined]
                        seen.add(inner.lineno)  # type: ignore[attr-defined]
                        yield f"{path}:{inner.lineno}", text  # type: ignore[attr-defined]


def _not_messages(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the strings below a node that are a part of a message, a regular expression or a type."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name in {"cast", "typing.cast"} or name.startswith("re."):
            yield from (inner for argument in node.args for inner in ast.walk(argument))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values]
        return "".join(str(part) for part in parts)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def test_names() -> Iterator[Row]:
    """Yield the names of test functions, each with the path of its file."""
    for path, module in modules("tests"):
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path, node.name


GROUPS = {"docstring": docstrings, "message": messages, "test name": test_names}


def main() -> None:
    """Print the sample of docstrings, messages and test names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--size", type=int, default=SIZE)
    options = parser.parse_args()
    for group, rows in GROUPS.items():
        every = sorted(set(rows()))
        drawn = random.Random(options.seed).sample(every, min(options.size, len(every)))  # noqa: S311 - a sample, no secret
        for number, (location, text) in enumerate(drawn, 1):
            print(f"{group} {number}\t{location}\t{' '.join(text.split())}")


if __name__ == "__main__":
    main()
