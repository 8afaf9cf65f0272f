"""Names the apps of a program that belong to no component of the network, as if they were agents.

Such an app is called by its name in Azure. Where that is the name of one of the network's agents, or of another app,
its name has more of its path: an app never counts as an agent because of its name.
"""

from collections.abc import Iterable

from access.azure.distinct_names import distinct_names
from access.azure.scopes import key
from access.readers.components import Components
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState


class OutsideApps:
    """Names of a program's apps outside the network's components."""

    def __init__(self, apps: Iterable[ResourceState], resource_ids: ResourceIds, components: Components) -> None:
        self._ids_of = resource_ids
        outside = [state for state in apps if not components.agent_of(state)]
        called = {self._ids_of.id_of(state): _last(self._ids_of.id_of(state), state) for state in outside}
        self.ids = {name: where for where, name in distinct_names(called, components.agents).items()}
        """Id of each app, by its name."""
        self._names = {key(where): name for name, where in self.ids.items()}

    def name_of(self, state: ResourceState) -> str:
        """Return the name of an app outside the network's components; empty for other resources."""
        return self._names.get(key(self._ids_of.id_of(state)), "")


def _last(where: str, state: ResourceState) -> str:
    """Return the name of a resource in Azure, or else its name in the Pulumi program."""
    return where.rpartition("/")[2] if where.startswith("/") else state.name
