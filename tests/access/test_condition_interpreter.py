"""Compares the evaluation of conditions with Microsoft's own interpreter, on random conditions.

The interpreter is the crate `regorus` (GitHub microsoft/regorus, feature `azure-rbac`). It is built once into the cache
folder of pytest, where cargo is installed. Its dialect has no quantifiers and no tag keys with `$`, compares actions
segment by segment and with regard to case, and writes `NOT (` and `ActionMatches('…')`. Conditions that both decide are
compared.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.azure.actions import covers
from access.evaluate.conditions.attributes import attribute_key
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.model.attributes import Known, Missing
from access.model.errors import ConditionError
from tests.user_files import IN_CHANGED_COPY

HERE = Path(__file__).parent / "condition_interpreter"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
ACTIONS = [f"{BLOBS}/{verb}" for verb in ("read", "write", "delete", "add/action")]
PARTS = ["Blob.List", "Blob.Write.Tier", None]
GUID = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"

Answer = Callable[[str, dict[str, Any]], bool | None]


@pytest.fixture(scope="module")
def interpreter(request: pytest.FixtureRequest) -> Generator[Answer]:
    """Return a function that evaluates a condition with Microsoft's interpreter; None if that is an error there."""
    if IN_CHANGED_COPY in os.environ:
        pytest.skip("the interpreter is built in the run outside the copy, and reads no network")
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("cargo is not installed, which builds Microsoft's interpreter")
    folder = request.config.cache.mkdir("condition-interpreter")
    command = [cargo, "build", "--release", "--locked", "--quiet", "--manifest-path", str(HERE / "Cargo.toml")]
    built = subprocess.run([*command, "--target-dir", str(folder)], capture_output=True, text=True, check=False)  # noqa: S603
    if built.returncode:
        pytest.skip(f"Microsoft's interpreter cannot be built: {built.stderr.strip().splitlines()[-1:]}")
    program = [str(folder / "release" / "condition-interpreter")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        reading, writing = process.stdout, process.stdin
        assert reading is not None
        assert writing is not None

        def answer(condition: str, context: dict[str, Any]) -> bool | None:
            translated = condition.replace("Matches{", "Matches(").replace("}", ")")
            writing.write(json.dumps({"condition": translated, "context": context}) + "\n")
            writing.flush()
            return {"true": True, "false": False}.get(reading.readline().strip())

        yield answer
        writing.close()


TEXTS = st.text(alphabet="abA*?/.-", max_size=4)
NUMBERS = st.integers(-3, 3)
MOMENTS = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T12:30:00Z", "2025-12-31T23:59:59Z"])
KINDS: dict[str, tuple[st.SearchStrategy[Any], list[str]]] = {
    "text": (
        TEXTS,
        [
            f"String{negated}{name}{suffix}"
            for name in ("Equals", "StartsWith", "EndsWith", "Contains", "Like")
            for negated in ("", "Not")
            for suffix in ("", "IgnoreCase")
        ],
    ),
    "number": (
        NUMBERS,
        ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericGreaterThan"],
    ),
    "truth": (st.booleans(), ["BoolEquals", "BoolNotEquals"]),
    "guid": (st.sampled_from([GUID, GUID.upper(), GUID.replace("8", "9")]), ["GuidEquals", "GuidNotEquals"]),
    "moment": (MOMENTS, ["DateTimeEquals", "DateTimeLessThan", "DateTimeGreaterThanEquals", "DateTimeNotEquals"]),
}
NAMES = {kind: f"Microsoft.Storage/accounts:{kind}" for kind in KINDS}
SOURCES = ["Resource", "Request"]


def written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else f"'{value}'"


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(sorted(KINDS)))
    values, operators = KINDS[kind]
    attribute = f"@{draw(st.sampled_from(SOURCES))}[{NAMES[kind]}]"
    if draw(st.integers(0, 9)) == 0:
        return f"Exists {attribute}"
    return f"{attribute} {draw(st.sampled_from(operators))} {written(draw(values))}"


def any_test() -> st.SearchStrategy[str]:
    actions = st.builds("ActionMatches{{'{}'}}".format, st.sampled_from([*ACTIONS, f"{BLOBS}/*"]))
    parts = st.builds("SubOperationMatches{{'{}'}}".format, st.sampled_from([one for one in PARTS if one]))
    return comparisons() | comparisons() | actions | parts


CONDITIONS = st.recursive(
    any_test(),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "&&", "||"]), inner)
        | st.builds("NOT ({})".format, inner)
    ),
    max_leaves=8,
)
VALUES = {kind: values for kind, (values, _) in KINDS.items()}
# A comparison with a missing attribute is often undecided here, so that most requests have all of them.
OF_SOURCE = st.fixed_dictionaries(VALUES) | st.fixed_dictionaries(VALUES) | st.fixed_dictionaries({}, optional=VALUES)
ATTRIBUTES = st.fixed_dictionaries(dict.fromkeys(SOURCES, OF_SOURCE))
REQUESTS = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(PARTS), ATTRIBUTES)


def context(action: str, part: str | None, attributes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    named = {source: {NAMES[kind]: value for kind, value in found.items()} for source, found in attributes.items()}
    return {
        "principal": {"id": "p", "principal_type": "ServicePrincipal", "custom_security_attributes": {}},
        "resource": {"id": "r", "resource_type": "t", "scope": "s", "attributes": named["Resource"]},
        "request": {"action": action, "data_action": action, "attributes": named["Request"]},
        "environment": {"is_private_link": None, "private_endpoint": None, "subnet": None, "utc_now": None},
        "action": action,
        "suboperation": part,
    }


def decided(text: str, action: str, part: str | None, attributes: dict[str, dict[str, Any]]) -> bool | None:
    """Evaluate a condition with this project; None if it is undecided."""
    values: dict[str, Known] = {}
    for source in SOURCES:
        for kind in KINDS:
            values[str(attribute_key(f"{source}[{NAMES[kind]}]"))] = attributes[source].get(kind, Missing.ABSENT)

    def covered(pattern: str) -> tuple[int, int]:
        # The other interpreter lets a wildcard stand for one segment.
        same_depth = pattern.count("/") == action.count("/")
        bits = int(covers(pattern, action) and same_depth)
        return bits, bits

    verdict = evaluate(parse(text), ConditionQuery(1, covered, part.lower() if part else None), values)
    return True if verdict.true else False if verdict.false else None


@given(CONDITIONS, st.lists(REQUESTS, min_size=1, max_size=4))
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_condition_decided_by_this_project_and_by_microsofts_interpreter_has_the_same_result(
    interpreter: Answer, condition: str, requests: list[tuple[str, str | None, dict[str, dict[str, Any]]]]
) -> None:
    for action, part, attributes in requests:
        own = decided(condition, action, part, attributes)
        other = interpreter(condition, context(action, part, attributes))
        if own is not None and other is not None:
            assert own is other, (condition, action, part, attributes)


def test_most_random_conditions_are_decided_by_this_project_and_by_microsofts_interpreter(interpreter: Answer) -> None:
    """A comparison that is never made would prove nothing."""
    made: list[bool] = []

    @given(CONDITIONS, REQUESTS)
    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    def count(condition: str, request: tuple[str, str | None, dict[str, dict[str, Any]]]) -> None:
        action, part, attributes = request
        both = decided(condition, *request), interpreter(condition, context(action, part, attributes))
        made.append(None not in both)

    count()
    assert sum(made) > len(made) / 2


def test_escaped_quote_in_a_condition_is_refused_here_and_accepted_by_microsofts_interpreter(
    interpreter: Answer,
) -> None:
    r"""The documentation has escapes for `*` and `?` alone; the other interpreter keeps the backslash in the text."""
    condition = rf"@Resource[{NAMES['text']}] StringEquals 'a\'b'"
    values = {"Resource": {"text": "a\\'b"}, "Request": {}}

    assert interpreter(condition, context(ACTIONS[0], None, values)) is True
    with pytest.raises(ConditionError, match="a quote after a backslash"):
        parse(condition)
