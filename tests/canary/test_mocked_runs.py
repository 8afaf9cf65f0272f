"""Runs tests of programs on Pulumi mocks that must fail, to show that the test harness reports each kind of failure."""

from tests.canary.conftest import Run

RECORDED = """
import pulumi

from tests.components.recorder import record


class Thing(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:index:Thing", name)


def refuse(_: object) -> None:
    raise AssertionError("raised in an apply")


def program() -> None:
    {program}


def test_it() -> None:
    record(program)
"""


def test_exception_in_an_unawaited_apply_fails_the_test(run: Run) -> None:
    outcome = run(RECORDED.format(program='Thing("one").urn.apply(refuse)'))

    assert outcome.failed_with("raised in an apply"), outcome.text


def test_exception_in_a_nested_unawaited_apply_fails_the_test(run: Run) -> None:
    outcome = run(
        RECORDED.format(program='Thing("one").urn.apply(lambda urn: pulumi.Output.from_input(urn).apply(refuse))')
    )

    assert outcome.failed_with("raised in an apply"), outcome.text


def test_two_resources_with_the_same_name_on_pulumi_mocks_fail_the_test(run: Run) -> None:
    outcome = run(RECORDED.format(program='Thing("one"), Thing("one")'))

    assert outcome.failed_with("registered twice", "test:index:Thing::one"), outcome.text


def test_formatting_a_pulumi_output_as_text_fails_the_test(run: Run) -> None:
    outcome = run(RECORDED.format(program="f\"{Thing('one').urn}\""))

    assert outcome.failed_with("__str__"), outcome.text
