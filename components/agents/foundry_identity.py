"""Import path of the dynamic provider in deployed stacks' state: Pulumi pickles `Provider` by module and name.

Do not rename or move `Provider`: `pulumi refresh` and `pulumi destroy` of a deployed stack load it from here.
"""

from components.agents.dynamic_provider import AgentIdentityProvider

__all__ = ["Provider"]


class Provider(AgentIdentityProvider):
    """`AgentIdentityProvider` under the name that deployed stacks have in their state."""
