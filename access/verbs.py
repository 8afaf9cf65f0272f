"""The words of a network and the roles that they stand for.

Owns the reading of a role as a verb, for whoever finds assignments where no component says what it is: in a live
subscription, or in another program. What the components assign stands with them; a contract test keeps both equal.
"""

from collections.abc import Mapping

VERBS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("app-configuration", "read"): ("App Configuration Data Reader",),
    ("blob-container", "read"): ("Storage Blob Data Reader",),
    ("blob-container", "write"): ("Storage Blob Data Contributor",),
    ("cosmos-container", "read"): ("Cosmos DB Built-in Data Reader",),
    ("cosmos-container", "write"): ("Cosmos DB Built-in Data Contributor",),
    # The second is what a registry in repository mode honours.
    ("image-registry", "pull"): ("AcrPull", "Container Registry Repository Reader"),
    ("key-vault-secret", "read"): ("Key Vault Secrets User",),
    ("model-account", "use"): ("Cognitive Services OpenAI User",),
    ("search-index", "read"): ("Search Index Data Reader",),
    ("search-index", "write"): ("Search Index Data Contributor",),
    ("service-bus-queue", "receive"): ("Azure Service Bus Data Receiver",),
    ("service-bus-queue", "send"): ("Azure Service Bus Data Sender",),
    ("service-bus-topic", "receive"): ("Azure Service Bus Data Receiver",),
    ("service-bus-topic", "send"): ("Azure Service Bus Data Sender",),
    ("storage-queue", "receive"): ("Storage Queue Data Message Processor",),
    ("storage-queue", "send"): ("Storage Queue Data Message Sender",),
}
"""Kind and verb → the roles that it stands for."""

KINDS = tuple(sorted({kind for kind, _ in VERBS}))

_BY_ROLE = {role: verb for (_, verb), roles in VERBS.items() for role in roles}


def verb_of(role_name: str) -> str:
    """The verb that a role stands for; empty where none does."""
    return _BY_ROLE.get(role_name, "")
