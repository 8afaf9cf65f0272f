"""Tests of the setting `release`: exactly one workflow may sign, and the files of an own Sigstore are the project's."""

from typing import Any

import pytest
from pydantic import ValidationError

from manifest import Environment

GITHUB = "https://github.com/contoso/agents"
WORKFLOW = f"{GITHUB}/.github/workflows/release.yml@refs/heads/main"


def environment(**release: Any) -> Environment:  # noqa: ANN401 (values of a setting)
    required = {"stack": "dev", "location": "westeurope", "resource_group": "group", "suffix": "dev7"}
    return Environment.model_validate({**required, **({"release": release} if release else {})})


def signed_by(workflow: str, **identity: Any) -> Environment:  # noqa: ANN401 (values of a setting)
    return environment(sign="sigstore", identity={"workflow": workflow, **identity})


def test_releases_are_not_signed_by_default() -> None:
    assert environment().release is None


@pytest.mark.parametrize(
    ("workflow", "repository"),
    [
        (WORKFLOW, GITHUB),
        (f"{GITHUB}/.github/workflows/release.yaml@refs/tags/v1.0", GITHUB),
        (f"{GITHUB}/.github/workflows/release.yml@{'0123456789' * 4}", GITHUB),
        ("https://github.contoso.com/a/b.c/.github/workflows/r.yml@refs/heads/x/y", "https://github.contoso.com/a/b.c"),
    ],
)
def test_signing_workflow_runs_for_the_repository_of_its_file_by_default(workflow: str, repository: str) -> None:
    release = signed_by(workflow).release

    assert release is not None
    assert (release.identity.run_repository, release.identity.issuer) == (
        repository,
        "https://token.actions.githubusercontent.com",
    )


def test_signing_workflow_that_is_reused_runs_for_the_declared_repository() -> None:
    release = signed_by(WORKFLOW, repository=f"{GITHUB}-eu").release

    assert release is not None
    assert release.identity.run_repository == f"{GITHUB}-eu"


@pytest.mark.parametrize(
    ("workflow", "reason"),
    [
        (f"{GITHUB}/.github/workflows/release.yml", "is not the address of one workflow"),
        (f"{GITHUB}/.github/workflows/release.yml@refs/heads/*", "without a pattern"),
        (f"{GITHUB}/.github/workflows/.*@refs/heads/main", "without a pattern"),
        ("^https://github.com/contoso/.*$", "without a pattern"),
        ("repo:contoso/agents:environment:prod", "is not the address of one workflow"),
        (WORKFLOW.replace("https", "http"), "is not the address of one workflow"),
        (f"{GITHUB}/.github/workflows/release.yml@main", "is not the full name of a branch or tag"),
        (f"{GITHUB}/.github/workflows/release.yml@refs/pull/5/merge", "anyone who can open one would sign"),
        (f"{WORKFLOW}\n", "is not the address of one workflow"),
    ],
)
def test_signing_workflow_that_is_a_pattern_or_a_pull_request_is_refused(workflow: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        signed_by(workflow)


@pytest.mark.parametrize("path", ["../trust.json", "/etc/trust.json", "~/trust.json", "C:\\trust.json", "a/../b", ""])
def test_trust_configuration_outside_of_the_project_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="is not a file of the project"):
        environment(sign="sigstore", identity={"workflow": WORKFLOW}, trust_config=path)


def test_trust_configuration_in_a_folder_of_the_project_is_accepted() -> None:
    release = environment(sign="sigstore", identity={"workflow": WORKFLOW}, trust_config="keys/trust.json").release

    assert release is not None
    assert release.trust_config == "keys/trust.json"
