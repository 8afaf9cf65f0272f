"""Ids of app role assignments and consents in a stack's file, which look like keys and are none.

Owns their place: `assignments` and `consents` of an agent in `existing` of the setting `entra`. Such an id is a text of
base64 without padding ("appRoleAssignment resource type", Microsoft Learn, 2025). Many keys have the same form, so the
place decides; a text of another form is searched for credentials there, too.
"""

import re
from collections.abc import Iterator
from typing import cast

import yaml

__all__ = ["without_grant_ids"]

_ID = re.compile("[A-Za-z0-9_-]{20,120}")


def without_grant_ids(text: str) -> str:
    """Return the text of a stack's file with blanks in place of the ids of assignments and consents."""
    if "existing" not in text:
        return text
    try:
        root = cast("yaml.Node | None", yaml.compose(text, yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
    except (yaml.YAMLError, RecursionError):
        return text
    for one in _ids(root):
        start, end = one.start_mark.index, one.end_mark.index
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


_PLACE = ("config", r"[^:]+:entra", "existing", ".*", "assignments|consents", ".*")
"""Patterns of the keys that lead to an id."""


def _ids(root: yaml.Node | None) -> list[yaml.Node]:
    found = [root]
    for pattern in _PLACE:
        found = [value for each in found for value in _values(each, pattern)]
    return [each for each in found if isinstance(each, yaml.ScalarNode) and _ID.fullmatch(each.value)]


def _values(node: yaml.Node | None, pattern: str) -> Iterator[yaml.Node]:
    """Yield the values of a mapping whose keys match a pattern."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and re.fullmatch(pattern, key.value):
            yield value
