"""Runtime library of an agent: validates users' tokens, and gets tokens of the agent and of the user it acts for."""

from agent_network_runtime.asyncio_runtime import Runtime, UserContext
from agent_network_runtime.environment import settings_from_environment
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    ConfigurationError,
    ConsentRequiredError,
    CredentialRefusedError,
    ForbiddenError,
    HostNotDeclaredError,
    InvalidTokenError,
    MissingTokenError,
    RuntimeLibraryError,
    ScopeNotDeclaredError,
    SettingsError,
    TemporaryError,
)
from agent_network_runtime.incoming import CallerContext
from agent_network_runtime.settings import Settings
from agent_network_runtime.thread_runtime import SyncRuntime, SyncUserContext

__all__ = [
    "CallerContext",
    "ClaimsChallengeError",
    "ConfigurationError",
    "ConsentRequiredError",
    "CredentialRefusedError",
    "ForbiddenError",
    "HostNotDeclaredError",
    "InvalidTokenError",
    "MissingTokenError",
    "Runtime",
    "RuntimeLibraryError",
    "ScopeNotDeclaredError",
    "Settings",
    "SettingsError",
    "SyncRuntime",
    "SyncUserContext",
    "TemporaryError",
    "UserContext",
    "settings_from_environment",
]
