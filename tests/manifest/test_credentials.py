"""Tests of credential detection: values that look like credentials are refused, and no error message contains them.

The samples are concatenated here, so that no file of the project contains a text that looks like a credential.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from manifest import ManifestError
from safe_text.credentials import detect_credential, is_credential_name
from tests.projects import load_project, write_project

KEY = "bm90LWEta2V5" * 4
MIXED = "aB3dE5fG7hI9" + "jK1lM3nO5pQ7" + "rS9tU1vW3xY5" + "zA7bC9dE1"

CREDENTIALS = {
    "account key": "AccountName=contoso;Account" + "Key=" + KEY,
    "shared access key": "Endpoint=sb://contoso/;SharedAccess" + "Key=" + KEY,
    "shared access signature": "https://contoso.example/box?sv=2025&" + "sig=" + KEY,
    "password": "Server=contoso;User=app;Pass" + "word=" + KEY[:9],
    "password in JSON": '{"user": "app", "pass' + f'word": "{KEY[:9]}"' + "}",
    "client secret": "client_" + "secret=" + KEY[:9],
    "address with a password": "amqps://app:" + KEY[:9] + "@contoso.example",
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----\n" + KEY,
    "signed token": "ey" + "J" + KEY[:12] + "." + KEY[:16] + "." + KEY[:16],
    "bearer token": "Bear" + "er " + KEY[:24],
    "token by its look": MIXED,
    "token inside a text": f"use {MIXED}.",
    "base64 with slashes": MIXED[:20] + "/" + MIXED[20:] + "==",
    "hexadecimal key": "0123456789abcdef" * 4,
}

OPEN = [
    "",
    "westeurope",
    "https://contoso.example/some/path?page=2&sort=name",
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Agents/providers/Microsoft.Storage",
    "3f786850e387550fdab836ed7e6dc881de23001b",  # a commit
    "sha256:" + "0123456789abcdef" * 4,
    "https://contoso-vault.vault.azure.net/secrets/webhook-signing-key",
    "Summarise what is new in these documents, in at most three sentences, and name the sources.",
    "password reset instructions",
    "text-embedding-3-large",
]

ENVIRONMENT = {"location": "westeurope", "resource_group": "group", "suffix": "dev7", "production": False}


def network(**agent: Any) -> dict[str, Any]:  # noqa: ANN401 - an agent's keys are of every type
    return {"name": "contoso", "registry": {"name": "contoso"}, "agents": {"report": {"image": "report", **agent}}}


def problems(root: Path, written: dict[str, Any], environment: dict[str, Any]) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load_project(write_project(root, written, environment))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS)
def test_credential_detection_recognises_texts_with_credentials(text: str) -> None:
    assert detect_credential(text) != ""


@pytest.mark.parametrize("text", OPEN)
def test_credential_detection_ignores_ordinary_values(text: str) -> None:
    assert detect_credential(text) == ""


@pytest.mark.parametrize("name", ["DB_PASSWORD", "API_KEY", "OPENAI_API_KEY", "CLIENT_SECRET", "SAS_TOKEN", "APIKEY"])
def test_credential_detection_recognises_variable_names_of_credentials(name: str) -> None:
    assert is_credential_name(name)


@pytest.mark.parametrize("name", ["MAX_TOKENS", "SECRET_NAME", "KEY_VAULT", "APPLICATIONINSIGHTS_CONNECTION_STRING"])
def test_credential_detection_ignores_similar_variable_names(name: str) -> None:
    assert not is_credential_name(name)


@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS)
def test_environment_variable_with_a_credential_is_refused_without_showing_the_value(text: str, tmp_path: Path) -> None:
    (line,) = problems(tmp_path, network(environment={"SETTING": text}), ENVIRONMENT)

    assert line.startswith("network.yaml:8 agents.report.environment.SETTING: the value looks like a")
    assert line.endswith(
        "(not shown), and no credential is stored here; put it into a key vault and grant 'read' on a key-vault-secret"
    )
    assert text not in line


@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS)
def test_manifest_error_messages_never_show_a_credential_of_any_field(text: str, tmp_path: Path) -> None:
    written = network(
        image=text, access={"box": text}, ingress={"kind": text, "allow": [text]}, memory=text, cpu=text, scale=text
    )
    written |= {"name": text, "registry": {"name": text, "permissions": text}}
    written["resources"] = {
        "box": {"kind": text},
        "cup": {"kind": "blob-container", "account": text, "container": text},
    }
    written["agents"][text] = {"image": "report", "environment": {text: "a"}, "budget": {"secrets": text}}
    written["separation"] = [{"apart": [{text: "read"}, {"cup": text}, {"cup": text}, text], "because": text}]
    written["exceptions"] = [
        {"finding": text, "on": on, "because": text, "expires": text} for on in (text, text, f"{text}/{text}")
    ]
    environment = {**ENVIRONMENT, "location": text, "suffix": text, "image_tag": text, "tags": {"note": text}}

    lines = problems(tmp_path, written, environment)

    assert len(lines) >= 14
    assert [line for line in lines for secret in (KEY[:9], MIXED[:20], "0123456789abcdef") if secret in line] == []


def test_hexadecimal_key_in_a_variable_named_like_a_key_is_refused_without_showing_the_value(tmp_path: Path) -> None:
    key = bytes(range(100, 116)).hex()

    (line,) = problems(tmp_path, network(environment={"AZURE_OPENAI_KEY": key}), ENVIRONMENT)

    assert line.startswith("network.yaml:8 agents.report.environment.AZURE_OPENAI_KEY: the value looks like a key")
    assert key not in line


@pytest.mark.parametrize("name", ["DB_PASS", "dbPassword", "ADMIN_PWD"])
def test_any_word_in_an_environment_variable_named_like_a_password_is_refused(name: str, tmp_path: Path) -> None:
    (line,) = problems(tmp_path, network(environment={name: "hunter"}), ENVIRONMENT)

    assert line.startswith(f"network.yaml:8 agents.report.environment.{name}: ")


def test_names_and_urls_in_environment_variables_named_like_keys_are_accepted(tmp_path: Path) -> None:
    variables = {
        "PARTITION_KEY": "tenant1_customer_id",
        "SIGNING_KEY": "https://contoso.vault.azure.net/secrets/signing-key",
        "ROUTING_TOKEN": "orders-by-region",
    }

    loaded, _ = load_project(write_project(tmp_path, network(environment=variables), ENVIRONMENT))

    assert loaded.agents["report"].environment == variables


@pytest.mark.parametrize(
    ("on", "error"),
    [
        ("report", "'report' is more than one property"),
        ("reprt/template.containers[report].env[SETTING]", "no resource or agent 'reprt'; did you mean 'report'?"),
        ("report/template.containers[report].env[SETTING]", ""),
    ],
)
def test_exception_for_a_credential_finding_must_name_an_agent_and_one_property(
    on: str, error: str, tmp_path: Path
) -> None:
    row = {"finding": "credential-in-plain-sight", "on": on, "because": "a test", "expires": "2027-01-31"}
    root = write_project(tmp_path, network() | {"exceptions": [row]}, ENVIRONMENT)

    if error:
        with pytest.raises(ManifestError, match=re.escape(error)):
            load_project(root)
    else:
        load_project(root)


@pytest.mark.parametrize("on", ["99999999-9999-4999-8999-999999999999", "ABCDEF00-9999-4999-8999-999999999999"])
def test_exception_may_name_the_object_id_of_a_principal_outside_the_network(on: str, tmp_path: Path) -> None:
    row = {"finding": "privileged-stranger", "on": on, "because": "the platform team", "expires": "2027-01-31"}
    root = write_project(tmp_path, network() | {"exceptions": [row]}, ENVIRONMENT)

    (found,) = load_project(root)[0].exceptions
    assert found.on == on
