"""Parses and builds URNs, the Pulumi engine's unique names of resources.

Owns the form of a URN: stack, project, the chain of parent types and the logical name; and the URNs of aliases. The
rules are the engine's: `sdk/go/common/resource/urn` and `pkg/resource/deploy/step_generator.go` of pulumi/pulumi, Nov
2026 (the SDK's mock monitor keeps only the last parent's type).
"""

from dataclasses import dataclass

STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True, kw_only=True)
class Namespace:
    """Stack and project, within which a URN is unique."""

    stack: str
    project: str


def urn(namespace: Namespace, parent: str, type_: str, name: str) -> str:
    """Build the URN of a resource below `parent`, which is a URN or empty."""
    above = qualified_type(parent) if parent else ""
    chain = f"{above}${type_}" if above and above != STACK_TYPE else type_
    return f"urn:pulumi:{namespace.stack}::{namespace.project}::{chain}::{name}"


def namespace_of(of: str) -> Namespace:
    """Return the stack and the project in a URN."""
    stack, project = of.removeprefix("urn:pulumi:").split("::", 3)[:2]
    return Namespace(stack=stack, project=project)


def qualified_type(of: str) -> str:
    """Return the chain of types in a URN, outermost first, joined by `$`."""
    return of.split("::", 3)[2]


def name_of(of: str) -> str:
    """Return the logical name in a URN."""
    return of.split("::", 3)[3]


def type_of(of: str) -> str:
    """Return the type of a resource in its URN, without the types of its parents."""
    return qualified_type(of).rpartition("$")[2]


def urn_before_parent_rename(child_type: str, child_name: str, parent: str, old_parent: str) -> str:
    """Return the URN that a child had before its parent was renamed; a name prefix from the parent changes too."""
    if child_name.startswith(name_of(parent)):
        child_name = name_of(old_parent) + child_name.removeprefix(name_of(parent))
    return urn(namespace_of(old_parent), old_parent, child_type, child_name)
