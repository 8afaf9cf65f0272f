"""Tests of the condition language: Microsoft's documented examples, and invalid or extreme conditions.

Examples: Microsoft, "Azure role assignment condition format and syntax" (conditions-format.md, 2023-11-15), and
"Example Azure role assignment conditions for Blob Storage" (storage-auth-abac-examples.md, 2023-05-09).
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.actions import covers
from access.evaluate.conditions.attributes import attribute_key
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.model.attributes import Known, Missing
from access.model.errors import ConditionError

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
NAME = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
PATH = f"@Resource[{BLOBS}:path]"
TAG = f"@Resource[{BLOBS}/tags:Project<$key_case_sensitive$>]"


def verdict(text: str, operation: str = f"{BLOBS}/read", part: str | None = None, **known: Known) -> bool | None:
    """Evaluate a condition for one operation; return None if it is undecided before the request."""
    attributes = {attribute_key(_attribute(name)) or "": value for name, value in known.items()}

    def covered(pattern: str) -> tuple[int, int]:
        return int(covers(pattern, operation, granting=False)), int(covers(pattern, operation))

    found = evaluate(parse(text), ConditionQuery(operations=1, covered=covered, sub_operation=part), attributes)
    return True if found.true else False if found.false else None


def _attribute(name: str) -> str:
    return {
        "container": NAME[1:],
        "path": PATH[1:],
        "project": TAG[1:],
        "mine": "Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project]",
        "now": "Environment[UtcNow]",
        "private": "Environment[isPrivateLink]",
    }[name]


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        # "Cross product comparison functions"
        ("{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'blue', 'green'}", True),
        ("{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'orange', 'green'}", False),
        ("{'red', 'blue'} ForAllOfAnyValues:StringEquals {'orange', 'red', 'blue'}", True),
        ("{'red', 'blue'} ForAllOfAnyValues:StringEquals {'orange', 'red'}", False),
        ("{10, 20} ForAnyOfAllValues:NumericLessThan {15, 18}", True),
        ("{10, 20} ForAllOfAllValues:NumericLessThan {5, 15, 18}", False),
        ("{10, 20} ForAllOfAllValues:NumericLessThan {25, 30}", True),
        # string operators, with and without regard to case
        ("'logs' StringEquals 'logs'", True),
        ("'Logs' StringEquals 'logs'", False),
        ("'Logs' StringEqualsIgnoreCase 'logs'", True),
        ("'logs' StringNotEquals 'logs'", False),
        ("'logs/2026' StringStartsWith 'logs/'", True),
        ("'xlogs' StringNotStartsWith 'logs'", True),
        ("'readonly/a/b' StringLike 'readonly/*'", True),
        ("'ab' StringLike 'a?'", True),
        ("'abc' StringLike 'a?'", False),
        ("'abc' StringNotLike 'a?'", True),
        # numbers, times, booleans, GUIDs
        ("5 NumericGreaterThanEquals 5", True),
        ("5 NumericLessThan 5", False),
        ("'2026-05-01T13:00:00.0Z' DateTimeGreaterThan '2026-05-01T12:00:00.0Z'", True),
        ("true BoolEquals true", True),
        ("true BoolNotEquals true", False),
        (
            "'ba92f5b4-2d11-453d-a403-e96b0029c9fe' GuidEquals 'BA92F5B4-2D11-453D-A403-E96B0029C9FE'",
            True,
        ),
    ],
)
def test_condition_operator_returns_the_documented_result(comparison: str, expected: bool) -> None:  # noqa: FBT001
    assert verdict(f"({comparison})") is expected
    assert verdict(f"!({comparison})") is not expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1 NumericEquals 1) AND (1 NumericEquals 2)", False),
        ("(1 NumericEquals 1) && (2 NumericEquals 2)", True),
        ("(1 NumericEquals 1) OR (1 NumericEquals 2)", True),
        ("(1 NumericEquals 3) || (1 NumericEquals 2)", False),
        ("NOT (1 NumericEquals 2)", True),
        ("!(!(1 NumericEquals 2))", False),
        ("((1 NumericEquals 1) AND (!(1 NumericEquals 2))) OR (1 NumericEquals 4)", True),
    ],
)
def test_condition_with_and_or_and_not_in_parentheses_is_evaluated_correctly(text: str, expected: bool) -> None:  # noqa: FBT001
    assert verdict(text) is expected


READING = f"ActionMatches{{'{BLOBS}/read'}} AND NOT SubOperationMatches{{'Blob.List'}}"
READ_TAGGED = f"((!({READING})) OR ({TAG} StringEquals 'Cascade'))"


@pytest.mark.parametrize(
    ("operation", "part", "project", "expected"),
    [
        ("read", None, "Cascade", True),
        ("read", None, "Baker", False),
        ("read", None, Missing.ABSENT, False),
        ("read", None, Missing.UNKNOWN, None),
        ("read", "blob.list", "Baker", True),
        ("write", None, "Baker", True),
    ],
)
def test_tag_condition_allows_reading_only_blobs_with_that_tag(
    operation: str, part: str | None, project: Known, *, expected: bool | None
) -> None:
    """The first of Microsoft's examples: "Read blobs with a blob index tag"."""
    assert verdict(READ_TAGGED, f"{BLOBS}/{operation}", part, project=project) is expected


def test_condition_compares_a_principal_attribute_with_a_resource_attribute() -> None:
    """ "Read or write blobs based on blob index tags and custom security attributes"."""
    text = (
        "(@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_Project]"
        f" ForAnyOfAnyValues:StringEquals {TAG})"
    )

    assert verdict(text, mine=("Cascade", "Baker"), project="Baker") is True
    assert verdict(text, mine=("Cascade",), project="Baker") is False
    assert verdict(text, project="Baker") is None


@pytest.mark.parametrize(("known", "expected"), [("logs", True), (Missing.ABSENT, False), (Missing.UNKNOWN, None)])
def test_exists_in_a_condition_is_true_only_if_the_attribute_has_a_value(known: Known, expected: bool | None) -> None:  # noqa: FBT001
    assert verdict(f"(Exists {NAME})", container=known) is expected
    assert verdict(f"(NOT Exists {NAME})", container=known) is (None if expected is None else not expected)


def test_condition_on_an_environment_attribute_is_undecided_before_a_request() -> None:
    text = "(@Environment[isPrivateLink] BoolEquals true)"

    assert verdict(text) is None
    assert verdict(text, private=True) is True


def test_condition_names_and_keywords_are_parsed_regardless_of_case() -> None:
    assert verdict(
        f"(NOT (actionmatches{{'{BLOBS.upper()}/READ'}})) or ({NAME.lower()} stringequals 'logs')", container="logs"
    )


def test_condition_of_ten_thousand_terms_is_evaluated() -> None:
    terms = " OR ".join(f"({NAME} StringEquals 'container-{number}')" for number in range(10_000))

    assert verdict(terms, container="container-9999") is True
    assert verdict(terms, container="nothing") is False


def test_condition_nested_a_hundred_thousand_deep_is_evaluated_or_refused_with_a_short_error() -> None:
    deep = 100_000

    try:
        assert verdict("(" * deep + "1 NumericEquals 1" + ")" * deep) is True
    except ConditionError as error:
        assert len(str(error)) < 500  # noqa: PT017 (either it is read, or refused in a sentence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "()",
        "((1 NumericEquals 1)",
        "(1 NumericEquals 1))",
        "(1 NumericEquals)",
        "(@Resource[x] StringEquals 'a')x",
        "(@Nowhere[Microsoft.X:y] StringEquals 'a')",
        "('a' StringFoo 'b')",
        "('a' StringEquals 'b",
        "ActionMatches{'a'",
        "(1 NumericEquals 1) AND",
        "\x00",
    ],
)
def test_invalid_condition_error_names_the_position(text: str) -> None:
    with pytest.raises(ConditionError, match=r"condition, character \d+: "):
        parse(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(
            [
                "(",
                ")",
                "{",
                "}",
                "AND",
                "OR",
                "NOT",
                "!",
                "'a'",
                "1",
                ",",
                NAME,
                "StringEquals",
                "Exists",
                "ActionMatches",
            ]
        ),
        max_size=30,
    ).map(" ".join)
)
def test_any_text_is_parsed_as_a_condition_or_raises_condition_error(text: str) -> None:
    try:
        parse(text)
    except ConditionError as error:
        assert str(error)  # noqa: PT017 (most of these are refused; what matters is that nothing else is raised)
