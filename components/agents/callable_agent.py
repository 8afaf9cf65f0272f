"""Agent in a container that other agents may call: the grant of a call, and the variables of a caller.

Independent of the order of creation: the endpoint follows from names and not from the agent, so that two agents can
call each other.
"""

from collections.abc import Mapping
from typing import Literal

import pulumi

from components.grants import Grantee
from components.user_context.application import AgentApplication

__all__ = ["CallableAgent"]

_VERB = "use"


class CallableAgent:
    """Callable agent on Container Apps or AKS, with the Entra application whose app role a caller needs."""

    def __init__(self, application: AgentApplication, endpoint: pulumi.Input[str]) -> None:
        """Keep the application of the agent, and its URL."""
        self.agent_name = application.agent_name
        self._application, self._endpoint = application, endpoint

    def variables(self) -> Mapping[str, pulumi.Input[str]]:
        """Return environment variables of a caller, by the last part of their names: the endpoint, and the scope.

        With the scope the caller requests its token for the agent.
        """
        return {"ENDPOINT": self._endpoint, "SCOPE": pulumi.Output.concat(self.audience, "/.default")}

    @property
    def audience(self) -> pulumi.Output[str]:
        """Return the identifier URI of the agent's application, for which a caller requests its token."""
        return pulumi.Output.concat("api://", self._application.client_id)

    def tool_url(self, kind: Literal["mcp", "a2a"]) -> pulumi.Output[str]:
        """Return the URL of the agent as a tool of Foundry agents: for MCP, at the usual path of such servers."""
        return pulumi.Output.concat(self._endpoint, "/mcp" if kind == "mcp" else "")

    def allow(self, caller: Grantee, verb: str) -> pulumi.CustomResource:
        """Assign a caller the app role for calls, and return the assignment.

        Raises:
            ValueError: the verb does not exist.
        """
        if verb != _VERB:
            raise ValueError(f"{self.agent_name!r} has no verb {verb!r}; its verb is {_VERB}")
        return self._application.let_call(caller)
