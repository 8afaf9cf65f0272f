"""Tests of the findings about credentials in plain text: detection, and masking of the value."""

import base64
import json

import pytest

from access.findings import RULES
from access.reports.sarif import sarif
from safe_text.credentials import detect_credential
from tests.access.findings.small import SMALL, app, variables

DRAWN = base64.b64encode(bytes(range(100, 164))).decode()
SHORT = base64.b64encode(bytes(range(100, 132))).decode()
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
CREDENTIALS = {
    "STORE": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={DRAWN};EndpointSuffix=core.windows.net",
    "BUS": f"Endpoint=sb://b;SharedAccessKeyName=Root;SharedAccessKey={SHORT}",
    "KEY_64": DRAWN,
    "KEY_32": SHORT,
    "MODEL": "sk-proj-abcdefghijklmnop1234567890",
    "PEM": "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "TOKEN": JWT,
    "SAS": "https://a.blob.core.windows.net/c?sv=2024-01-01&sig=abcdefgh%2Bijkl%3D",
    "DATABASE": "postgres://user:hunter2@db/x",
    "DB_PASSWORD": "hunter2",
    "OPENAI_API_KEY": "0123456789abcdef0123456789abcdef",
}
HARMLESS = {
    "ENDPOINT": "https://a.blob.core.windows.net/",
    "SIGNING_KEY": "https://vault.vault.azure.net/secrets/signing-key",
    "SIGNING_KEY_NAME": "webhook-signing-key",
    "COMMIT": "0123456789abcdef0123456789abcdef01234567",
    "IMAGE": "x.azurecr.io/report@sha256:" + "0f" * 32,
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=00000000-0000-0000-0000-000000000000;Ingestion=x",
    "SCOPE": "/subscriptions/0000/resourceGroups/a-very-long-name-of-a-resource-group-for-agents/providers/x",
    "TASK": "risk-assessment-of-network-agents",
    "PARTITION_KEY": "/id",
}


@pytest.mark.parametrize(("name", "value"), CREDENTIALS.items())
def test_access_check_reports_a_credential_in_plain_text_without_its_value(name: str, value: str) -> None:
    findings = SMALL.having(app(template=variables(**{name: value}))).findings()

    (found,) = findings
    assert found.rule.id == "credential-in-plain-sight"
    assert f"[{name}]" in found.what
    assert found.agent == "report"
    printed = json.dumps([found.document(), sarif(findings, RULES, tool_version="1")]) + repr(found)
    assert not any(part in printed for part in (value, DRAWN, SHORT, JWT, "hunter2"))


@pytest.mark.parametrize(("name", "value"), HARMLESS.items())
def test_access_check_reports_no_url_name_or_digest_as_credential(name: str, value: str) -> None:
    assert detect_credential(value, name) == ""
    assert SMALL.having(app(template=variables(**{name: value}))).ids() == []


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"command": ["curl"], "args": ["-u", "deploy:hunter2", "https://a"]}, "args"),
        ({"command": ["redis-cli", "-a", "hunter2", "ping"]}, "command"),
        ({"command": ["sh", "-c", "mysql -phunter2 orders"]}, "command[2]"),
        ({"args": ["--password=hunter2", "--fast"]}, "args[0]"),
    ],
)
def test_access_check_searches_the_words_of_a_command_together(words: dict[str, list[str]], path: str) -> None:
    (found,) = SMALL.having(app(template={"containers": [{"name": "report", **words}]})).findings()

    assert found.part == f"template.containers[report].{path}"
    assert "hunter2" not in repr(found)


def test_access_check_masks_a_credential_in_the_name_of_a_tag() -> None:
    (found,) = SMALL.having(app(tags={f"AccountKey={DRAWN}": f"AccountKey={DRAWN}"})).findings()

    assert "(not shown)" in found.what
    assert DRAWN not in repr(found)


def test_access_check_finds_and_masks_a_credential_in_a_deeply_nested_property() -> None:
    inner: object = f"AccountKey={DRAWN}"
    for _ in range(5000):
        inner = [inner]
    (found,) = SMALL.having(app(deep=inner)).findings()

    assert DRAWN not in found.what


def test_exception_in_network_yaml_for_a_credential_accepts_one_property_and_not_the_whole_agent() -> None:
    row = {"finding": "credential-in-plain-sight", "because": "a test", "expires": "2099-01-01"}
    world = SMALL.having(app(template=variables(STORE=CREDENTIALS["STORE"], BUS=CREDENTIALS["BUS"])))

    def accepted(on: str) -> list[str]:
        found = world.declaring(exceptions=[{**row, "on": on}]).findings()
        return [one.part.rpartition(".")[2] for one in found if one.exception]

    assert accepted("report") == []
    (one,) = [each.part for each in world.findings() if each.part.endswith("[BUS]")]
    assert accepted(f"report/{one}") == ["env[BUS]"]
