"""Tests of GitHub in local Azure: tokens of an installation and of a user, and what each reaches."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests

from localazure.endpoints.apis.git_content import GitContent
from localazure.endpoints.apis.github.state import GitHubApp, GitHubRepository
from localazure.endpoints.request_log import fingerprint
from localazure.endpoints.signed_tokens import signing_key
from tests.localazure.endpoints.sample_tenant import SampleTenant
from tests.localazure.endpoints.token_requests import bearer, get

GITHUB = "https://api.github.com"
CONTENT = GitContent(files={"README.md": b"# Shop\n", "src/c.py": b""})


@pytest.fixture
def github(tenant: SampleTenant) -> GitHubApp:
    state = tenant.endpoints.github
    state.accounts |= {"anna-dev": 901, "ben-dev": 902}
    state.repositories += [
        GitHubRepository(owner="fabrikam", name="web", id=11, permissions={"anna-dev": "maintain"}, content=CONTENT),
        GitHubRepository(owner="fabrikam", name="secret", id=12, permissions={"anna-dev": "read"}),
        GitHubRepository(owner="fabrikam", name="outside", id=13, permissions={"anna-dev": "admin"}),
    ]
    app = GitHubApp(
        client_id="Iv23app", id=77, key=signing_key("github app"), installation=5, repositories=frozenset({11, 12})
    )
    state.apps.append(app)
    return app


def app_token(tenant: SampleTenant, app: GitHubApp, **changed: object) -> str:
    now = int(tenant.endpoints.clock.now())
    return app.key.sign({"iss": app.client_id, "iat": now - 60, "exp": now + 540, **changed})


def installation_token(tenant: SampleTenant, app: GitHubApp, **body: Any) -> requests.Response:  # noqa: ANN401 - JSON
    headers = bearer(app_token(tenant, app))
    return requests.post(f"{GITHUB}/app/installations/5/access_tokens", json=body, headers=headers, timeout=9)


def test_github_installation_token_is_narrowed_and_ends_when_it_is_given_back(
    tenant: SampleTenant, github: GitHubApp
) -> None:
    found = get(f"{GITHUB}/repos/fabrikam/web/installation", app_token(tenant, github)).json()
    issued = installation_token(
        tenant, github, repository_ids=[11], permissions={"contents": "read", "metadata": "read"}
    ).json()
    token = issued["token"]

    assert found["id"] == 5
    assert [each["id"] for each in issued["repositories"]] == [11]
    assert len(token) > 500
    permission = get(f"{GITHUB}/repos/fabrikam/web/collaborators/anna-dev/permission", token).json()
    assert (permission["permission"], permission["role_name"]) == ("write", "maintain")
    assert get(f"{GITHUB}/repos/fabrikam/web/collaborators/ben-dev/permission", token).json()["permission"] == "none"
    assert get(f"{GITHUB}/repos/fabrikam/secret", token).status_code == 404
    ended = requests.delete(f"{GITHUB}/installation/token", headers=bearer(token), timeout=9)
    assert ended.status_code == 204
    assert get(f"{GITHUB}/repos/fabrikam/web", token).status_code == 401
    assert tenant.endpoints.github.living_tokens == []
    assert fingerprint(token) in repr(list(tenant.endpoints.log))
    assert token not in repr(list(tenant.endpoints.log))


@pytest.mark.parametrize(
    "body",
    [
        {"repository_ids": [11], "permissions": {"contents": "write"}},
        {"repository_ids": [11], "permissions": {"issues": "read"}},
        {"repository_ids": [13]},
        {"repository_ids": []},
    ],
)
def test_github_refuses_a_token_for_more_than_the_app_has(
    tenant: SampleTenant, github: GitHubApp, body: dict[str, object]
) -> None:
    assert installation_token(tenant, github, **body).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        lambda now: {"exp": now + 700},
        lambda now: {"exp": now - 1},
        lambda now: {"iat": now + 120},
        lambda _now: {"iss": "Iv23other"},
    ],
)
def test_github_refuses_an_app_token_with_wrong_times_or_issuer(
    tenant: SampleTenant, github: GitHubApp, change: Callable[[int], dict[str, object]]
) -> None:
    token = app_token(tenant, github, **change(int(tenant.endpoints.clock.now())))

    assert get(f"{GITHUB}/repos/fabrikam/web/installation", token).status_code in {401, 404}


def poll(code: str, **more: str) -> dict[str, object]:
    form = {"client_id": "Iv23app", "device_code": code, "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    answer = requests.post("https://github.com/login/oauth/access_token", data={**form, **more}, timeout=9)
    assert answer.status_code == 200
    return answer.json()


def begin() -> dict[str, str]:
    form = {"client_id": "Iv23app"}
    return requests.post("https://github.com/login/device/code", data=form, timeout=9).json()


@pytest.mark.usefixtures("github")
def test_github_device_flow_issues_a_token_for_one_repository_after_the_user_has_typed_the_code(
    tenant: SampleTenant,
) -> None:
    endpoints = tenant.endpoints
    code = begin()
    assert poll(code["device_code"])["error"] == "authorization_pending"
    assert poll(code["device_code"]) == {**poll_error("slow_down"), "interval": 10}
    endpoints.clock.advance(11)
    endpoints.device_sign_in.authorize(code["user_code"], "anna-dev")
    token = str(poll(code["device_code"], repository_id="11")["access_token"])

    assert get(f"{GITHUB}/repos/fabrikam/web", token).json()["id"] == 11
    assert get(f"{GITHUB}/repos/fabrikam/secret", token).status_code == 404
    assert get(f"{GITHUB}/user", token).json()["login"] == "anna-dev"
    assert get(f"{GITHUB}/user/installations/5/repositories", token).json()["total_count"] == 1


def poll_error(code: str) -> dict[str, object]:
    description = {"slow_down": "Too many requests have been made."}[code]
    return {"error": code, "error_description": description, "error_uri": "https://docs.github.com"}


@pytest.mark.usefixtures("github")
def test_github_device_flow_ignores_a_repository_without_a_word_if_it_is_switched_so(tenant: SampleTenant) -> None:
    tenant.endpoints.github.ignores_repository_id = True
    code = begin()
    tenant.endpoints.device_sign_in.authorize(code["user_code"], "anna-dev")
    token = str(poll(code["device_code"], repository_id="11")["access_token"])

    # The user's rights and the app's: not the repository on which the app is not installed.
    listed = get(f"{GITHUB}/user/installations/5/repositories", token).json()["repositories"]
    assert [each["id"] for each in listed] == [11, 12]


@pytest.mark.usefixtures("github")
def test_github_token_of_a_user_reaches_only_what_the_user_may_read_now(tenant: SampleTenant) -> None:
    state, code = tenant.endpoints.github, begin()
    tenant.endpoints.device_sign_in.authorize(code["user_code"], "ben-dev")
    ben = str(poll(code["device_code"], repository_id="11")["access_token"])
    code = begin()
    tenant.endpoints.device_sign_in.authorize(code["user_code"], "anna-dev")
    anna = str(poll(code["device_code"], repository_id="11")["access_token"])

    assert [get(f"{GITHUB}/repos/fabrikam/web", each).status_code for each in (anna, ben)] == [200, 404]
    assert {each.login: set(each.repositories) for each in state.living_tokens} == {"anna-dev": {11}, "ben-dev": set()}
    state.repositories[0] = replace(state.repositories[0], permissions={"ben-dev": "read"})
    assert [get(f"{GITHUB}/repos/fabrikam/web", each).status_code for each in (anna, ben)] == [404, 404]


@pytest.mark.usefixtures("github")
def test_github_device_flow_ends_when_the_user_refuses_or_the_code_expires(tenant: SampleTenant) -> None:
    refused, expired = begin(), begin()
    tenant.endpoints.device_sign_in.deny(refused["user_code"])
    assert poll(refused["device_code"])["error"] == "access_denied"
    tenant.endpoints.clock.advance(901)
    assert poll(expired["device_code"])["error"] == "expired_token"
    assert poll("unknown")["error"] == "incorrect_device_code"


def test_github_with_saml_refuses_a_users_token_by_name_of_the_page(tenant: SampleTenant, github: GitHubApp) -> None:
    state = tenant.endpoints.github
    state.saml_owners.add("fabrikam")
    token = state.issue(github, "anna-dev", frozenset({11}), github.permissions)
    refused = get(f"{GITHUB}/repos/fabrikam/web", token)

    assert (refused.status_code, refused.headers["X-GitHub-SSO"]) == (
        403,
        "required; url=https://github.com/orgs/fabrikam/sso",
    )
