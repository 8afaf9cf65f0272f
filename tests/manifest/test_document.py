"""Tests of the YAML reader: values as in YAML 1.2, line numbers, and problems instead of exceptions."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manifest import ManifestError, load
from manifest.yaml_document import YamlDocument, read_document


def compose(text: str) -> YamlDocument:
    document = YamlDocument("network.yaml")
    document.compose(text)
    return document


def test_unquoted_yaml_values_are_parsed_as_in_yaml_1_2() -> None:
    text = (
        "a: yes\nb: true\nc: 2025-04-14\nd: 1.10\ne: 007\nf: '1'\ng: 1:30\nh: 1_000\ni: ~\nj: |\n  on\nk: 1e3\nl: .5\n"
    )

    assert compose(text).data == {
        "a": "yes",
        "b": True,
        "c": "2025-04-14",
        "d": 1.1,
        "e": 7,
        "f": "1",
        "g": "1:30",
        "h": "1_000",
        "i": None,
        "j": "on\n",
        "k": 1000.0,
        "l": 0.5,
    }


def test_yaml_document_returns_line_numbers_of_keys_and_list_items() -> None:
    document = compose("a:\n  b: 1\n  c:\n    - x\n    - { d: 2 }\n")

    assert document.line(("a",)) == 1
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 0)) == 4
    assert document.line(("a", "c", 1, "d")) == 5
    assert document.line(("a", "missing", "below")) == 1
    assert document.has(("a", "c", 0))
    assert not document.has(("a", "missing"))


def test_byte_order_mark_is_removed_from_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").write_bytes(b"\xef\xbb\xbfname: a\n")

    assert read_document(tmp_path, "network.yaml").data == {"name": "a"}


def test_folder_in_place_of_network_yaml_is_reported_as_a_problem(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").mkdir()
    (problem,) = read_document(tmp_path, "network.yaml").problems

    assert str(problem) == "network.yaml: cannot be read: is a directory"


@pytest.mark.parametrize("text", ["a: " + "[" * 20 + "]" * 20, "a: " + "{a: " * 20 + "}" * 20])
def test_yaml_nested_more_than_16_deep_is_a_problem(text: str) -> None:
    (problem,) = compose(text).problems

    assert problem.message == "the value is nested more than 16 levels deep; use fewer levels"


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "a: &a [*a]", "&a {b: *a}", "\0", "%"]
)
def test_malformed_or_deeply_nested_yaml_is_one_problem_and_not_an_exception(text: str) -> None:
    assert len(compose(text).problems) == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%@`, \n\t?", max_size=60).map(str.encode))
def test_loading_random_file_contents_raises_only_problems_of_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: agent-network\n")
    (tmp_path / "network.yaml").write_bytes(content)
    (tmp_path / "Pulumi.dev.yaml").write_bytes(content)

    with pytest.raises(ManifestError) as caught:
        load("dev", {"suffix": "dev7"}.get, root=tmp_path, role_refusal_reason=lambda role, kind: role + kind)

    assert caught.value.problems
    assert all(len(str(problem).splitlines()) == 1 for problem in caught.value.problems)
