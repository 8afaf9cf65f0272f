"""Run of a pipeline that a command runs in, as the environment variables of its platform name it.

Sources: "Variables reference" of GitHub Actions, docs.github.com, 2026, and "Use predefined variables" of Azure
Pipelines, Microsoft Learn, 2026. Anybody who starts a process can set them, so no approval follows from them alone.
"""

from collections.abc import Mapping

__all__ = ["run_identity"]

_GITHUB = {
    "repository": "GITHUB_REPOSITORY",
    "run_id": "GITHUB_RUN_ID",
    "attempt": "GITHUB_RUN_ATTEMPT",
    "actor": "GITHUB_ACTOR",
    "event": "GITHUB_EVENT_NAME",
}
_AZURE_PIPELINES = {
    "organization": "SYSTEM_COLLECTIONURI",
    "project": "SYSTEM_TEAMPROJECT",
    "run_id": "BUILD_BUILDID",
    "attempt": "SYSTEM_STAGEATTEMPT",
    "actor": "BUILD_REQUESTEDFOREMAIL",
}


def run_identity(environment: Mapping[str, str]) -> dict[str, str]:
    """Return platform, run, repository and actor of a pipeline's run; empty outside of a pipeline."""
    if environment.get("GITHUB_ACTIONS"):
        platform, names = "github", _GITHUB
    elif environment.get("TF_BUILD"):
        platform, names = "azure-pipelines", _AZURE_PIPELINES
    else:
        return {}
    return {"platform": platform, **{name: environment.get(variable, "") for name, variable in names.items()}}
