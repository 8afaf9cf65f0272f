"""Tests of validation: values of every wrong type get an error message of this project, not of pydantic."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import manifest.model_messages
from manifest import ManifestError
from tests.projects import load_project, write_project
from tests.strategies import projects

JUNK = [None, True, 0, -1, 10**20, 1.5, "", "x", "é" * 300, [], [None], ["x"], [[1]], {}, {"x": None}, {"x": {"y": 1}}]


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - plain data
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from _paths(value, (*path, key))


def _set(data: Any, path: tuple[Any, ...], value: object) -> None:  # noqa: ANN401 - plain data
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


def _fail_untranslated(detail: dict[str, Any]) -> str:
    raise AssertionError(f"no message of the project for {detail['type']}")


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(project=projects(), data=st.data())
def test_any_value_at_any_path_of_the_files_loads_or_gives_a_one_line_error_of_the_project(
    project: tuple[dict[str, Any], dict[str, Any], str],
    data: st.DataObject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(manifest.model_messages, "_pydantic_message", _fail_untranslated)
    network, environment, stack = copy.deepcopy(project)
    for changed in (network, environment):
        for path in data.draw(st.lists(st.sampled_from(sorted(_paths(changed), key=str)), max_size=2, unique=True)):
            if path in set(_paths(changed)):
                _set(changed, path, data.draw(st.sampled_from(JUNK)))

    try:
        load_project(write_project(tmp_path, network, environment, stack), stack)
    except ManifestError as error:
        for problem in error.problems:
            assert problem.message.strip()
            assert len(str(problem).splitlines()) == 1
            assert "pydantic" not in str(problem)


def test_manifest_errors_of_all_agents_are_reported_together(tmp_path: Path) -> None:
    environment = {"location": "westeurope", "resource_group": "group", "suffix": "dev7", "production": False}
    agents = {f"agent-{n}": {"image": "Bad", "cpu": 0.3, "port": 0, "access": {"box": "send"}} for n in range(3)}
    resources = {"box": {"kind": "blob-container", "account": "Bad"}}
    network = {"name": "n", "registry": {"name": "images"}, "resources": resources, "agents": agents}

    with pytest.raises(ManifestError) as caught:
        load_project(write_project(tmp_path, network, environment))

    assert [problem.path for problem in caught.value.problems] == [
        "resources.box.account",
        *(f"agents.agent-{n}.{key}" for n in range(3) for key in ("image", "cpu", "port", "access.box")),
    ]
