"""Generates the API reference pages for the components and for `access` as a library, from docstrings.

Reads signatures and docstrings, and imports nothing that it describes. Names are shown as an installed package has
them. Whatever begins with an underscore, or is missing in `__all__`, is not for other programs and not shown.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["PAGES", "page"]

_ROOT = Path(__file__).parents[1]
_PACKAGE = "agent_network"

PAGES = {
    "components": (
        "Components",
        "Pulumi components for any program; [an example](../../howto/use-from-your-own-program.md) has the imports.",
    ),
    "access": (
        "Access",
        "Who can do what, as a library. A reader makes a graph of a source, and questions are functions of the graph.",
    ),
}
"""Page name → title and introduction."""

# The modules of `access` for other programs; the rest of the room may change from version to version.
_ACCESS = (
    *("model/graph", "model/declared", "model/errors"),
    *("readers/export", "readers/preview", "readers/local", "readers/live"),
    *("evaluate/decisions", "questions/matrix", "questions/why", "questions/diff", "questions/proof"),
    *("questions/blast_radius", "findings/__init__", "findings/finding"),
    *("reports/document", "reports/markdown", "reports/sarif", "reports/page"),
)

_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$")
_OWN = re.compile(r"^(self|cls)\b(, )?")
_ENTRY = re.compile(r"^ {4}(\w+): ")

_Definition = ast.ClassDef | ast.FunctionDef


def page(name: str) -> str:
    """Return the Markdown text of one API reference page, generated from docstrings.

    Args:
        name: a key of `PAGES`.
    """
    title, introduction = PAGES[name]
    command = f"agent-network reference api {name} > docs/reference/api/{name}.md"
    parts = [f"# {title}", introduction, f"Made by `{command}`; edit the docstrings, not this page."]
    if name == "components":
        for path in sorted((_ROOT / "components").rglob("*.py")):
            parts += _module(path, is_public=_is_shown)
    else:
        for one in _ACCESS:
            parts += _module(_ROOT / "access" / f"{one}.py")
    return "\n\n".join(parts) + "\n"


def _is_shown(name: str, tree: ast.Module) -> bool:
    """Return True for the definitions of a module with a Pulumi component, and in others for types of arguments."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    has_component = any(one.arg == "opts" for function in functions for one in function.args.args)
    return _is_public(name, tree) and (has_component or name.endswith("Args"))


def _module(path: Path, is_public: Callable[[str, ast.Module], bool] | None = None) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [
        node for node in tree.body if isinstance(node, _Definition) and (is_public or _is_public)(node.name, tree)
    ]
    if not public:
        return []
    parts = path.relative_to(_ROOT).with_suffix("").parts
    name = ".".join((_PACKAGE, *parts)).removesuffix(".__init__")
    return [f"## `{name}`", *_text(tree), *(text for node in public for text in _definition(node))]


def _is_public(name: str, tree: ast.Module) -> bool:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets
        ):
            return name in ast.literal_eval(node.value)
    return not name.startswith("_")


def _definition(node: _Definition) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef):
        yield f"### `{_signature(node)}`"
        yield from _text(node)
        return
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    yield f"### `class {node.name}{f'({bases})' if bases else ''}`"
    yield from _text(node)
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    entries = [*_fields(node), *(_method(one) for one in methods if not one.name.startswith("_"))]
    if entries:
        yield "\n".join(entries)


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield the annotated fields of a class as Markdown, each with the docstring below the field."""
    for one, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and not one.target.id.startswith("_"):
            yield _entry(f"{one.target.id}: {ast.unparse(one.annotation)}", _docstring_of(after))


def _docstring_of(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return inspect.cleandoc(node.value.value)
    return ""


def _method(node: ast.FunctionDef) -> str:
    is_property = any(isinstance(one, ast.Name) and one.id == "property" for one in node.decorator_list)
    returned = f": {ast.unparse(node.returns)}" if node.returns else ""
    head = f"{node.name}{returned}" if is_property else _signature(node)
    return _entry(head, (ast.get_docstring(node) or "").partition("\n\n")[0])


def _entry(head: str, text: str) -> str:
    words = " ".join(text.split())
    return f"- `{head}`: {words}" if words else f"- `{head}`"


def _signature(node: ast.FunctionDef) -> str:
    arguments = _OWN.sub("", ast.unparse(node.args))
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({arguments}){returned}"


def _text(node: ast.Module | _Definition) -> Iterator[str]:
    """Yield the paragraphs of a docstring as Markdown, with its sections as lists."""
    for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
        first, *rest = paragraph.splitlines() or [""]
        if _SECTION.match(first):
            yield f"*{first}*"
            yield "\n".join(_ENTRY.sub(r"- `\1`: ", line) if _ENTRY.match(line) else line[2:] for line in rest)
        elif paragraph:
            yield paragraph
