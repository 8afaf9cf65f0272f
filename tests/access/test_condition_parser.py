"""Tests of the parser for role assignment conditions: syntax trees and error messages."""

import pytest

from access.evaluate.conditions.operators import QUANTIFIERS
from access.evaluate.conditions.parser import parse
from access.evaluate.conditions.syntax import (
    ActionTest,
    Attribute,
    Combine,
    Comparison,
    Constant,
    ExistsTest,
    Instruction,
    Join,
    SubOperationTest,
)
from access.model.errors import ConditionError

NAME = "@Resource[a:b]"
KEY = Attribute("resource[a:b]")
TRUE, FALSE = Constant(value=True), Constant(value=False)
AND, OR, BOTH_OF_THREE = Combine(Join.AND, 2), Combine(Join.OR, 2), Combine(Join.AND, 3)
ANY_OF_ALL = QUANTIFIERS["foranyofallvalues"]

PROGRAMS: dict[str, tuple[Instruction, ...]] = {
    "true": (TRUE,),
    "FALSE": (FALSE,),
    "NOT true": (FALSE,),
    "!(NOT true)": (TRUE,),
    "true AND NOT true": (TRUE, FALSE, AND),
    "true && true AND true": (TRUE, TRUE, TRUE, BOTH_OF_THREE),
    "true OR false": (TRUE, FALSE, OR),
    "(true OR true) AND true": (TRUE, TRUE, OR, TRUE, AND),
    "NOT (true AND false)": (FALSE, TRUE, OR),
    "NOT (true || NOT false)": (FALSE, FALSE, AND),
    "(((true)))": (TRUE,),
    "ActionMatches{'A/b', 'C'}": (ActionTest(("A/b", "C")),),
    "NOT ActionMatches{'A/b'}": (ActionTest(("A/b",), negated=True),),
    "SubOperationMatches{'Blob.List'}": (SubOperationTest(("blob.list",)),),
    "@Request[SubOperation] StringEqualsIgnoreCase 'Blob.List'": (),
    "@Request[SubOperation] StringNotEquals {'Blob.List', 'x'}": (SubOperationTest(("blob.list", "x"), negated=True),),
    f"@Request[SubOperation] StringEquals {NAME}": (
        Comparison(Attribute("request[suboperation]"), "stringequals", KEY),
    ),
    f"Exists {NAME}": (ExistsTest(KEY),),
    f"NotExists {NAME}": (ExistsTest(KEY, negated=True),),
    f"NOT NotExists {NAME}": (ExistsTest(KEY),),
    f"{NAME} StringNotEquals 'b'": (Comparison(KEY, "stringequals", "b", inverse=True),),
    f"NOT {NAME} ForAnyOfAllValues:StringLike {{'b', 'c',}}": (
        Comparison(KEY, "stringlike", ("b", "c"), ANY_OF_ALL, negated=True),
    ),
    f"['b', true, 3] ListContains {NAME}": (Comparison(("b", True, 3), "listcontains", KEY),),
    "true BoolEquals True": (Comparison(left=True, operator="boolequals", right=True),),
    "0123 NumericEquals 1234567890123456789": (Comparison(123, "numericequals", "1234567890123456789"),),
    "-5 NumericEquals x-y": (Comparison(-5, "numericequals", "x-y"),),
    r"'its' StringLike 'a\*'": (Comparison("its", "stringlike", r"a\*"),),
}
PROGRAMS["@Request[SubOperation] StringEqualsIgnoreCase 'Blob.List'"] = PROGRAMS["SubOperationMatches{'Blob.List'}"]

TEST = "an attribute, a value, ActionMatches, SubOperationMatches, Exists, NOT or '('"
SOURCES = "@Resource[name], @Request[name], @Principal[name] or @Environment[name]"
MEANT = "an operator (did you mean 'StringEquals'?)"
LONG = f"'{'long ' * 20}' unknown"
ESCAPED = "a quote after a backslash", "a string without quotes, as no way to write one is documented"
MISTAKES = {
    r"'it\'s' StringLike 'a'": (3, *ESCAPED, r"'it\'s' StringLike 'a'"),
    r"'a' StringLike 'b\' OR 'c'": (17, *ESCAPED, r"'a' StringLike 'b\' OR 'c'"),
    "": (0, "the end", TEST, ""),
    "(": (1, "the end", TEST, "("),
    "((1 NumericEquals 1)": (20, "the end", "')' for the '(' at character 1", "((1 NumericEquals 1)"),
    "true AND (true": (14, "the end", "')' for the '(' at character 10", "true AND (true"),
    "(1 NumericEquals 1))": (19, "')'", "the end, since no '(' is open", "(1 NumericEquals 1))"),
    "(1 NumericEquals)": (16, "')'", "an attribute or a value", "(1 NumericEquals)"),
    "(1 NumericEquals 1) 'y'": (20, "\"'y'\"", "AND, OR, ')' or the end", "(1 NumericEquals 1) 'y'"),
    f"{NAME} StringEqual 'b'": (15, "'StringEqual'", MEANT, f"{NAME} StringEqual 'b'"),
    f"{NAME} Any:StringEquals 'b'": (15, "'Any:StringEquals'", MEANT, f"{NAME} Any:StringEquals 'b'"),
    f"{NAME} 'x' 'b'": (15, "\"'x'\"", "an operator", f"{NAME} 'x' 'b'"),
    f"{NAME} {NAME} 'b'": (15, f"'{NAME}'", "an operator", f"{NAME} {NAME} 'b'"),
    f"{NAME} xyzzy 'b'": (15, "'xyzzy'", "an operator", f"{NAME} xyzzy 'b'"),
    f"{NAME} StringEquals": (27, "the end", "an attribute or a value", "source[a:b] StringEquals"),
    f"{NAME} StringEquals {{}}": (28, "'{'", "at least one value between the braces", "ource[a:b] StringEquals {}"),
    f"{NAME} StringEquals {{'a' 'b'}}": (33, "\"'b'\"", "',' or '}'", "[a:b] StringEquals {'a' 'b'}"),
    f"{NAME} StringEquals {{'a',": (33, "the end", "a value or '}'", "[a:b] StringEquals {'a',"),
    f"{NAME} StringEquals ['a'}}": (32, "'}'", "',' or ']'", "e[a:b] StringEquals ['a'}"),
    "ActionMatches 'a'": (14, "\"'a'\"", "'{' after ActionMatches", "ActionMatches 'a'"),
    "ActionMatches{'a', 1}": (13, "'{'", "strings between the braces of ActionMatches", "ActionMatches{'a', 1}"),
    "Exists 'a'": (7, "\"'a'\"", "an attribute of the form @Source[name]", "Exists 'a'"),
    "@Nowhere[x] StringEquals 'a'": (0, "'@Nowhere[x]'", SOURCES, "@Nowhere[x] StringEquals"),
    "@Resource[] StringEquals 'a'": (0, "'@Resource[]'", SOURCES, "@Resource[] StringEquals"),
    "StringEquals 'a' 'b'": (0, "'StringEquals'", TEST, "StringEquals 'a' 'b'"),
    "'a' StringEquals 'b": (17, "a string that is never closed", "a closing quote", "'a' StringEquals 'b"),
    "a StringEquals @x": (15, "'@'", "an attribute of the form @Source[name]", "a StringEquals @x"),
    "a StringEquals ~": (15, "'~'", "a word, a string in straight quotes or a parenthesis", "a StringEquals ~"),
    "true false": (5, "'false'", "an operator", "true false"),
    "true AND AND true": (9, "'AND'", TEST, "true AND AND true"),
    LONG: (103, "'unknown'", "an operator", LONG[79:]),
    f"'{'x' * 99}'  'y' 1": (103, "\"'y'\"", "an operator", f"{'x' * 21}'  'y' 1"),
    f"{NAME} {'x' * 99} 1": (15, f"'{'x' * 64}'", "an operator", f"{NAME} {'x' * 24}"),
}


@pytest.mark.parametrize("text", PROGRAMS)
def test_condition_is_parsed_into_the_expected_instructions(text: str) -> None:
    found = parse(text)

    assert found.program == PROGRAMS[text]
    assert (found.text, found.ambiguous) == (text, False)
    assert found.attributes <= {"resource[a:b]", "request[suboperation]"}
    assert ("resource[a:b]" in found.attributes) is (NAME in text)


@pytest.mark.parametrize("text", MISTAKES)
def test_syntax_error_in_a_condition_names_position_and_expected_token(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)

    error = caught.value
    position, found, expected, excerpt = MISTAKES[text]
    assert (error.position, error.found, error.excerpt) == (position, found, excerpt)
    assert error.expectation == f"expected {expected}"
    assert str(error).startswith(f"condition, character {error.position + 1}: ")


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("true AND false OR true", True),
        ("true OR false AND true", True),
        ("true OR (false AND true OR false)", True),
        ("(true AND false) OR (true AND true)", False),
        ("true OR false OR true", False),
        ("(true OR false) AND (true OR true)", False),
    ],
)
def test_condition_that_mixes_and_with_or_without_parentheses_is_marked_ambiguous(
    text: str, *, ambiguous: bool
) -> None:
    assert parse(text).ambiguous is ambiguous
