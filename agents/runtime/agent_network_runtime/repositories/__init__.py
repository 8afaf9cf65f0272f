"""Reads the files of one repository at one commit with the rights of the user who requested it.

| source | rights | secret | token |
| --- | --- | --- | --- |
| `open_azure_repos` | the user's | none | ends with the user's token |
| `GitHubDeviceFlow` | the user's, as far as the app has them | none | valid 8 hours at GitHub |
| `GitHubInstallation` | the app's, after the user's own right is proved | a key in Key Vault | given back |
"""

from agent_network_runtime.repositories.app_key import (
    GitHubApp,
    SyncGitHubApp,
    key_vault_signer,
    sync_key_vault_signer,
)
from agent_network_runtime.repositories.azure_repos import AzureReposApi, open_azure_repos, open_azure_repos_sync
from agent_network_runtime.repositories.errors import (
    DeviceLoginError,
    NotInRepositoryError,
    NoVerifiedMappingError,
    RepositoryAccessError,
    RepositoryTooLargeError,
    TooBroadTokenError,
    UnexpectedResponseError,
)
from agent_network_runtime.repositories.files import Limits, RepositoryFile, RepositorySource, SyncRepositorySource
from agent_network_runtime.repositories.github_api import GitHubHosts, GitHubRepository
from agent_network_runtime.repositories.github_installation import GitHubInstallation, SyncGitHubInstallation
from agent_network_runtime.repositories.github_user import DeviceLogin, GitHubDeviceFlow, SyncGitHubDeviceFlow
from agent_network_runtime.repositories.signed_mapping import (
    AccountMapping,
    GitHubAccount,
    SignedAccounts,
    accounts_of_identities,
)

__all__ = [
    "AccountMapping",
    "AzureReposApi",
    "DeviceLogin",
    "DeviceLoginError",
    "GitHubAccount",
    "GitHubApp",
    "GitHubDeviceFlow",
    "GitHubHosts",
    "GitHubInstallation",
    "GitHubRepository",
    "Limits",
    "NoVerifiedMappingError",
    "NotInRepositoryError",
    "RepositoryAccessError",
    "RepositoryFile",
    "RepositorySource",
    "RepositoryTooLargeError",
    "SignedAccounts",
    "SyncGitHubApp",
    "SyncGitHubDeviceFlow",
    "SyncGitHubInstallation",
    "SyncRepositorySource",
    "TooBroadTokenError",
    "UnexpectedResponseError",
    "accounts_of_identities",
    "key_vault_signer",
    "open_azure_repos",
    "open_azure_repos_sync",
    "sync_key_vault_signer",
]
