"""Renders the resources of a local run as a tree, and as numbers by type for large networks."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from access.reports.terminal import Style, width
from localazure.deployment.steps import Op, ResourceStep
from localazure.deployment.urns import name_of, type_of
from localazure.output.operation_words import COLOURS, SIGNS, operation_words
from localazure.output.property_changes import changed_paths
from localazure.run import RunResult
from safe_text.display import visible

_GUIDE = 4
"""Number of characters in front of a resource for each level of the tree."""


def resource_tree(result: RunResult, style: Style) -> str:
    """Return the tree of changed resources as text; unchanged resources appear only as parents of changed resources."""
    steps = {step.record.urn: step for step in result.steps}
    parents = {record.urn: record.parent for record in (*result.records, *(step.record for step in result.steps))}
    shown: set[str] = set()
    for urn, step in steps.items():
        above = urn if step.op is not Op.SAME else ""
        while above and above not in shown:
            shown.add(above)
            above = parents.get(above, "")
    children: defaultdict[str, list[str]] = defaultdict(list)
    for urn in shown:
        parent = parents[urn]
        children[parent if parent in shown else ""].append(urn)
    short = _widest_line(children) > width()
    trees: list[str] = []
    for top in _ordered(children, ""):
        tree = Tree(_label(top, steps.get(top), short=short), guide_style="dim")
        _grow(tree, top, children, steps, short=short)
        trees.append(style.render(tree))
    return "\n".join(trees)


def _grow(
    tree: Tree, urn: str, children: Mapping[str, list[str]], steps: Mapping[str, ResourceStep], *, short: bool
) -> None:
    for child in _ordered(children, urn):
        _grow(tree.add(_label(child, steps.get(child), short=short)), child, children, steps, short=short)


def _ordered(children: Mapping[str, list[str]], urn: str) -> list[str]:
    return sorted(children.get(urn, ()), key=lambda each: (bool(children.get(each)), type_of(each), name_of(each)))


def _widest_line(children: Mapping[str, list[str]], urn: str = "", indent: int = 0) -> int:
    """Return the width of a tree with the full type of each resource, without changed properties."""
    below = children.get(urn, ())
    own = (indent + len(f"+- {name_of(each)}  {type_of(each)}") for each in below)
    return max((*own, *(_widest_line(children, each, indent + _GUIDE) for each in below)), default=0)


def _label(urn: str, step: ResourceStep | None, *, short: bool) -> Text:
    """Return the sign, name, type and changed properties of a resource; an unchanged resource has no sign."""
    operation = step.op if step is not None else Op.SAME
    sign, kind = SIGNS[operation], type_of(urn)
    label = Text(overflow="fold")
    if sign:
        label.append(f"{sign} ", COLOURS[operation])
    label.append(visible(name_of(urn))).append(f"  {kind.rpartition(':')[2] if short else kind}", "dim")
    paths = changed_paths(step) if step is not None else ""
    return label.append(f"  {paths}") if paths else label


def resource_counts(result: RunResult, style: Style) -> str:
    """Return a table of the changed resources: a row for each type, a column for each operation."""
    found = Counter(
        (_without_package(type_of(step.record.urn)), step.op) for step in result.steps if step.op is not Op.SAME
    )
    operations = [op for op in Op if any(one is op for _, one in found)]
    if not operations:
        return ""
    words = operation_words(result.operation)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Type", overflow="fold")
    for op in operations:
        table.add_column(words[op], justify="right", style=COLOURS[op])
    for kind in sorted({kind for kind, _ in found}):
        table.add_row(kind, *(str(found[kind, op] or "") for op in operations))
    return style.render(table)


def _without_package(kind: str) -> str:
    """Return a type without its package: `authorization:RoleAssignment`, and `AksAgent` for a component."""
    return kind.partition(":")[2].removeprefix("index:")
