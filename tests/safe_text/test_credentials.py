"""Tests of credential detection on a labelled corpus, whose values are drawn at run time."""

from random import Random
from time import process_time

import pytest
from pulumi.runtime import rpc

from safe_text.credentials import detect_credential
from tests.safe_text.corpus import CREDENTIALS, PUBLIC, Family

VALUES, FOUND_AT_LEAST = 100, 95


def found(family: Family) -> list[bool]:
    random = Random(20261128)  # noqa: S311 - the same values in every run
    return [bool(detect_credential(value, name)) for name, value in (family(random) for _ in range(VALUES))]


@pytest.mark.parametrize("family", CREDENTIALS.values(), ids=CREDENTIALS)
def test_credential_detection_finds_at_least_95_of_100_generated_credentials_of_each_kind(family: Family) -> None:
    assert sum(found(family)) >= FOUND_AT_LEAST


@pytest.mark.parametrize("family", PUBLIC.values(), ids=PUBLIC)
def test_credential_detection_finds_nothing_in_generated_public_values(family: Family) -> None:
    assert not any(found(family))


def test_credential_detection_ignores_pulumis_marks_for_special_values() -> None:
    marks = {value for name, value in vars(rpc).items() if name.startswith("_special_")}

    assert len(marks) > 4
    assert not any(map(detect_credential, marks))


@pytest.mark.parametrize("ending", ["Pw==", "Pwd=", "Key=", "Pwd=="])
def test_credential_detection_takes_no_base64_padding_for_the_value_of_a_password(ending: str) -> None:
    assert detect_credential(f"VEHY{ending}", "rid") == ""


@pytest.mark.parametrize("unit", ["aa:", "a:1:", "://a:", 'key="', "curl -u ", "create user ", "x=1;", "/a", '"kty":'])
def test_credential_detection_needs_little_time_for_a_long_text_of_one_repeated_part(unit: str) -> None:
    text = unit * (65_536 // len(unit))
    start = process_time()

    detect_credential(text)

    assert process_time() - start < 4
