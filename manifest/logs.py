"""Model of the destination of a network's logs."""

from typing import ClassVar

from manifest.arm_ids import WorkspaceId
from manifest.base_model import StrictModel

__all__ = ["Logs"]


class Logs(StrictModel):
    """Destination of the logs of all resources; by default, a workspace that the network creates."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "retention": "logs are kept as long as the workspace keeps them; set the retention there",
    }

    workspace: WorkspaceId
    """Id of an existing Log Analytics workspace, best outside the deployer's scope."""
