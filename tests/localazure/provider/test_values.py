"""Tests of the conversion between the Pulumi engine's gRPC values and Python values, with secrets."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from localazure.arm.resource_type import UNKNOWN
from localazure.fronts.values import UnsupportedValueError, format_path, unwrap, wrap

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a marker of the protocol, not a secret)
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"

JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def sent(values: dict[str, Any]) -> Struct:
    struct = Struct()
    struct.update(values)
    return struct


def marked(value: object) -> dict[str, object]:
    return {SIGNATURE: SECRET, "value": value}


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_unwrapping_grpc_values_reverses_wrapping(values: dict[str, object]) -> None:
    read = unwrap(wrap(values))

    assert read.values == values
    assert read.secrets == frozenset()


def test_whole_numbers_in_grpc_values_become_integers() -> None:
    read = unwrap(sent({"port": 8080, "cpu": 0.5}))

    assert read.values == {"port": 8080, "cpu": 0.5}
    assert isinstance(read.values["port"], int)


def test_null_properties_in_grpc_values_are_omitted() -> None:
    assert unwrap(sent({"a": None, "b": {"c": None, "d": [None, 1]}})).values == {"b": {"d": [None, 1]}}


def test_secret_grpc_values_are_unwrapped_with_their_paths() -> None:
    read = unwrap(sent({"a": marked("x"), "b": {"list": [{"value": marked({"y": 1})}]}, "c": "open"}))

    assert read.values == {"a": "x", "b": {"list": [{"value": {"y": 1}}]}, "c": "open"}
    assert read.secrets == {("a",), ("b", "list", 0, "value")}


def test_grpc_output_and_resource_values_become_plain_values() -> None:
    read = unwrap(
        sent(
            {
                "known": {SIGNATURE: OUTPUT, "value": "x", "secret": False, "dependencies": ["urn:a"]},
                "later": {SIGNATURE: OUTPUT, "dependencies": []},
                "hidden": {SIGNATURE: OUTPUT, "value": "y", "secret": True},
                "group": {SIGNATURE: RESOURCE, "urn": "urn:b", "id": "/subscriptions/s"},
            }
        )
    )

    assert read.values == {"known": "x", "later": UNKNOWN, "hidden": "y", "group": "/subscriptions/s"}
    assert read.secrets == {("hidden",)}


@pytest.mark.parametrize(("signature", "noun"), [(ASSET, "an asset"), (ARCHIVE, "an archive")])
def test_assets_in_grpc_values_are_refused_with_their_property_path(signature: str, noun: str) -> None:
    with pytest.raises(UnsupportedValueError, match=rf"^template\.files\[0\]: {noun} "):
        unwrap(sent({"template": {"files": [{SIGNATURE: signature, "text": "x"}]}}))


def test_wrapping_values_marks_secrets_at_their_paths() -> None:
    secrets = {("a",), ("b", "list", 0, "value")}
    values = {"a": "x", "b": {"list": [{"value": 1, "name": "n"}]}, "c": "open"}

    assert wrap(values, secrets) == sent(
        {"a": marked("x"), "b": {"list": [{"value": marked(1), "name": "n"}]}, "c": "open"}
    )
    assert unwrap(wrap(values, secrets)).secrets == secrets


def test_secret_whose_output_has_another_structure_is_masked_as_a_whole() -> None:
    answered = {"identities": {"/id/one": {"clientId": "c"}}, "name": "n"}

    assert wrap(answered, {("identities", 0)}) == sent(
        {"identities": marked({"/id/one": {"clientId": "c"}}), "name": "n"}
    )


def test_secret_input_without_a_matching_output_marks_no_grpc_output_as_secret() -> None:
    assert wrap({"block": {"name": "n"}}, {("block", "key"), ("gone",)}) == sent({"block": {"name": "n"}})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("template", "containers", 0, "image"), "template.containers[0].image"),
        (("tags", "a.b"), 'tags["a.b"]'),
        (("storage_account", "key-1"), "storage_account.key-1"),
    ],
)
def test_property_paths_are_formatted_like_the_pulumi_engine_formats_them(
    path: tuple[str | int, ...], text: str
) -> None:
    assert format_path(path) == text
