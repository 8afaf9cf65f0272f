"""Tests that every component assigns and registers exactly the outputs that its class annotates."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import ClassVar, get_origin

import pulumi
import pytest

import components
from components.resources.kinds import KINDS
from tests.components.recorder import Registered
from tests.contracts.networks import of_hosts, of_kind


def modules() -> Iterator[str]:
    return (found.name for found in pkgutil.walk_packages(components.__path__, "components."))


def every_component() -> dict[str, type[pulumi.ComponentResource]]:
    """Return the component classes by name, without base classes."""
    found: dict[str, type[pulumi.ComponentResource]] = {}
    for name in modules():
        for each in vars(importlib.import_module(name)).values():
            if inspect.isclass(each) and issubclass(each, pulumi.ComponentResource) and each.__module__ == name:
                found[each.__name__] = each
    return {name: each for name, each in found.items() if not each.__subclasses__()}


COMPONENTS = every_component()


def announced(component: type) -> set[str]:
    """Return the outputs that a component class and its base classes annotate."""
    ours = [each for each in component.__mro__ if each.__module__.startswith("components.")]
    annotations = {name: kind for each in ours for name, kind in inspect.get_annotations(each).items()}
    return {name for name, kind in annotations.items() if get_origin(kind) is not ClassVar and name != "TOKEN"}


def assigned(component: type) -> set[str]:
    """Return the attributes that the code of a component class and its base classes assigns to `self`."""
    ours = [each for each in component.__mro__ if each.__module__.startswith("components.")]
    trees = [ast.parse(inspect.getsource(each)) for each in ours]
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"}


def registered() -> dict[str, list[Registered]]:
    found: dict[str, list[Registered]] = {}
    for recorded in (*map(of_kind, KINDS), of_hosts()):
        for one in recorded.resources:
            if not one.custom:
                found.setdefault(one.kind, []).append(one)
    return found


REGISTERED = registered()


def test_every_component_class_is_covered_by_the_sample_networks() -> None:
    assert set(REGISTERED) == set(COMPONENTS)


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_component_registers_exactly_its_annotated_outputs(name: str) -> None:
    outputs = announced(COMPONENTS[name])

    assert outputs
    assert outputs <= assigned(COMPONENTS[name])
    for one in REGISTERED[name]:
        assert set(one.outputs or {}) == outputs, one.urn


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_component_type_token_is_agent_network_index_and_its_class_name(name: str) -> None:
    assert {one.type for one in REGISTERED[name]} == {f"agent-network:index:{name}"}
