"""Loading of YAML with bounds on depth and on the size to which aliases expand.

A few hundred bytes of aliases of aliases expand to a document of any size, which every later step would walk through.
`network.yaml` has a reader of its own (`manifest.yaml_document`), which refuses aliases.
"""

from typing import Any, cast

import yaml

__all__ = ["YamlBoundsError", "load_yaml"]

_DEEPEST = 64
_ALWAYS_ALLOWED, _EXPANSION = 100_000, 10
"""Number of values that a document may always have, and how many times larger aliases may make a larger one."""


class YamlBoundsError(yaml.YAMLError):
    """Error of a YAML text that is nested too deeply, or too large once its aliases are expanded."""


def load_yaml(text: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the contents of a YAML text; raises YamlBoundsError if nested too deeply or too large.

    Raises:
        YAMLError: the text is not YAML, or, as a YamlBoundsError, exceeds a limit.
    """
    loader: Any = yaml.SafeLoader(text)
    try:
        node = cast("yaml.Node | None", loader.get_single_node())
        if node is None:
            return None
        _check_size(node)
        return loader.construct_document(node)
    except RecursionError:
        raise YamlBoundsError(f"the values are nested more than {_DEEPEST} levels deep") from None
    finally:
        loader.dispose()


def _check_size(root: yaml.Node) -> None:
    """Raise YamlBoundsError if a YAML document is nested too deeply or too large with its aliases expanded."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    waiting: list[tuple[yaml.Node, bool]] = [(root, False)]
    while waiting:
        node, is_done = waiting.pop()
        children = _children(node)
        if is_done:
            open_nodes.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children)
        elif id(node) in open_nodes:
            raise YamlBoundsError("an alias (*) refers to a value that contains the alias; write the value itself")
        elif id(node) not in sizes:
            open_nodes.add(id(node))
            if len(open_nodes) > _DEEPEST:
                raise YamlBoundsError(f"the values are nested more than {_DEEPEST} levels deep")
            waiting.append((node, True))
            waiting += [(child, False) for child in children]
    if sizes[id(root)] > max(_ALWAYS_ALLOWED, _EXPANSION * len(sizes)):
        raise YamlBoundsError("aliases (*) expand to too many values; write the values themselves")


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return cast("list[yaml.Node]", node.value)
    if isinstance(node, yaml.MappingNode):
        return [each for pair in cast("list[tuple[yaml.Node, yaml.Node]]", node.value) for each in pair]
    return []
