"""Table of the manifest's resource kinds, each with the Pulumi component that creates it.

Every component of this folder that has a `KIND` is in the table, so that a new kind is a new file.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from components.resources.base import NetworkResource


def _components() -> Iterator[type[NetworkResource]]:
    for found in iter_modules([str(Path(__file__).parent)]):
        name = f"{__package__}.{found.name}"
        if name == __name__:
            continue
        for value in vars(import_module(name)).values():
            if isinstance(value, type) and issubclass(value, NetworkResource) and value.__module__ == name:
                yield value


KINDS: Mapping[str, type[NetworkResource]] = {
    each.KIND: each
    for each in sorted(
        (one for one in _components() if one is not NetworkResource and one.DECLARED), key=lambda one: one.KIND
    )
}
"""Kind in the manifest → component class of the kind."""
