"""Jobs of a release pipeline that may sign in as an identity: the issuer and the subject of their tokens.

Owns the forms that a federated credential is written with. Entra ID accepts any text there and compares it exactly, so
a wrong subject would fail only when a job signs in ("Important considerations and restrictions for federated identity
credentials", Microsoft Learn, 2025-02).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, cast

__all__ = ["Job", "Jobs", "trusted_jobs"]

_GITHUB = "https://token.actions.githubusercontent.com"
_PLAN = "-plan"

# "Reserved names and naming rules", GitHub Docs, 2026.
_OWNER = re.compile("[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9._-]{1,250}")
_NUMBER = re.compile("[1-9][0-9]{0,19}")

# "Workload identity federation for Azure Pipelines", Microsoft Learn, 2026: connections since November 2025.
_GUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_ENTRA = re.compile(
    f"https://login[.](?:microsoftonline[.]com|microsoftonline[.]us|partner[.]microsoftonline[.]cn)/{_GUID}/v2[.]0"
)
_CONNECTION = re.compile(f"/eid1/c/[A-Za-z0-9]+/t/[A-Za-z0-9_-]+/a/[A-Za-z0-9_-]+/sc/{_GUID}/{_GUID}")
_OLD_ISSUER = "vstoken.dev.azure.com"


class Job(NamedTuple):
    """Job of a pipeline that a federated credential trusts: the issuer and the subject of its token."""

    issuer: str
    subject: str


class Jobs(NamedTuple):
    """Jobs of one environment's pipeline: the one that plans, and the one that applies."""

    plan: Job
    apply: Job


def trusted_jobs(given: Mapping[str, object]) -> tuple[Jobs | None, list[str]]:
    """Return the jobs that the settings of a pipeline name, and every mistake in the settings.

    Args:
        given: the settings, with exactly one of `github` and `azure_pipelines`.
    """
    named = [each for each in _PLATFORMS if each in given]
    if len(named) != 1:
        return None, ["set exactly one of github and azure_pipelines"]
    settings = given[named[0]]
    if not isinstance(settings, Mapping):
        return None, [f"{named[0]}: is not a mapping of settings"]
    jobs, problems = _PLATFORMS[named[0]](cast("Mapping[str, object]", settings))
    return (None if problems else jobs), [f"{named[0]}.{each}" for each in problems]


def _github(given: Mapping[str, object]) -> tuple[Jobs, list[str]]:
    """Return the jobs of two environments of a GitHub repository.

    Repositories that were created, renamed or transferred since 15 July 2026 have subjects with ids, older ones have
    names alone until their owner chooses ids ("Migrate GitHub Actions federated credentials to immutable subjects",
    Microsoft Learn, 2026-07-28). GitHub announced 18 June ("Immutable subject claims for GitHub Actions OIDC tokens",
    GitHub Changelog, 2026-04-23): the repository's settings show which form it has.
    """
    text = _texts(given, "owner", "repository", "environment", "owner_id", "repository_id")
    form = given.get("subject", "ids")
    problems = [*_unknown(given, (*text, "subject"))]
    problems += _mismatches(text, {"owner": _OWNER, "repository": _REPOSITORY, "environment": _ENVIRONMENT})
    if text["environment"].lower().endswith(_PLAN):
        problems.append(
            f"environment: {text['environment']!r} ends with {_PLAN!r}, which is added for the job that plans"
        )
    if form == "ids":
        problems += _mismatches(text, {"owner_id": _NUMBER, "repository_id": _NUMBER})
    elif form != "names":
        problems.append(
            f"subject: {form!r} is not a form of subject; allowed are ids, and names for a repository that was created"
            " and last renamed before 18 June 2026"
        )
    elif text["owner_id"] or text["repository_id"]:
        problems.append("subject: is names, and ids are given; remove the ids, or set ids")
    ids = form == "ids"
    owner = f"{text['owner']}@{text['owner_id']}" if ids else text["owner"]
    repository = f"{text['repository']}@{text['repository_id']}" if ids else text["repository"]
    start = f"repo:{owner}/{repository}:environment:{text['environment']}"
    return Jobs(Job(_GITHUB, f"{start}{_PLAN}"), Job(_GITHUB, start)), problems


def _azure_pipelines(given: Mapping[str, object]) -> tuple[Jobs, list[str]]:
    """Return the jobs of two service connections of Azure Pipelines, as each connection shows issuer and subject."""
    text = _texts(given, "issuer", "plan_subject", "apply_subject")
    problems = [*_unknown(given, text)]
    if _OLD_ISSUER in text["issuer"]:
        problems.append(
            f"issuer: {text['issuer']!r} is the issuer that ends on 1 July 2027; convert the service connection to the"
            " issuer of Entra ID, and copy its issuer and subject again"
        )
    else:
        problems += _mismatches(text, {"issuer": _ENTRA})
    problems += _mismatches(text, {"plan_subject": _CONNECTION, "apply_subject": _CONNECTION})
    if text["plan_subject"] == text["apply_subject"]:
        problems.append(
            "apply_subject: is the same as plan_subject; the job that applies needs a connection of its own"
        )
    issuer = text["issuer"]
    return Jobs(Job(issuer, text["plan_subject"]), Job(issuer, text["apply_subject"])), problems


_PLATFORMS: Mapping[str, Callable[[Mapping[str, object]], tuple[Jobs, list[str]]]] = {
    "github": _github,
    "azure_pipelines": _azure_pipelines,
}

_EXPECTED_SUBJECT = (
    "a subject such as /eid1/c/pub/t/…/a/…/sc/ORGANIZATION/CONNECTION, as the service connection shows it"
)
_EXPECTED = {
    "owner": "the name of a user or an organization on GitHub, without a wildcard",
    "repository": "the name of a repository without its owner, and without a wildcard",
    "environment": "the name of an environment of the repository (letters, digits, dots, dashes and underscores); a"
    " branch, a tag or pull requests cannot be trusted",
    "owner_id": "a number; `gh api repos/OWNER/REPOSITORY --jq .owner.id` prints it",
    "repository_id": "a number; `gh api repos/OWNER/REPOSITORY --jq .id` prints it",
    "issuer": "https://login.microsoftonline.com/TENANT/v2.0, as the service connection shows it",
    "plan_subject": _EXPECTED_SUBJECT,
    "apply_subject": _EXPECTED_SUBJECT,
}


def _texts(given: Mapping[str, object], *keys: str) -> dict[str, str]:
    """Return settings as texts: an id may be written as a number, and an empty setting is missing."""
    return {key: "" if given.get(key) is None else str(given[key]) for key in keys}


def _mismatches(text: Mapping[str, str], rules: Mapping[str, re.Pattern[str]]) -> Iterator[str]:
    for key, rule in rules.items():
        if not text[key]:
            yield f"{key}: is missing; set {_EXPECTED[key]}"
        elif not rule.fullmatch(text[key]):
            yield f"{key}: {text[key]!r} is not {_EXPECTED[key]}"


def _unknown(given: Mapping[str, object], known: object) -> Iterator[str]:
    names = [*cast("Mapping[str, object]", known)]
    for key in given:
        if key not in names:
            yield f"{key}: is not a setting; allowed are {', '.join(names)}"
