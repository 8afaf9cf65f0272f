"""Runs tests that must fail, to show that the test harness reports each kind of failure."""

from tests.canary.conftest import Run


def test_passing_test_passes_in_the_harness(run: Run) -> None:
    # Without this one, each of the others could fail for a reason that they do not mean.
    outcome = run("def test_it() -> None:\n    assert True\n")

    assert (outcome.code, "1 passed" in outcome.text) == (0, True), outcome.text


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


def test_python_warning_fails_the_test(run: Run) -> None:
    outcome = run('import warnings\n\n\ndef test_it() -> None:\n    warnings.warn("beware", stacklevel=1)\n')

    assert outcome.failed_with("UserWarning: beware"), outcome.text


def test_unclosed_socket_fails_the_test(run: Run) -> None:
    outcome = run("import socket\n\n\ndef test_it() -> None:\n    socket.socket()\n")

    assert outcome.failed_with("ResourceWarning", "unclosed"), outcome.text


def test_unknown_pytest_marker_is_refused(run: Run) -> None:
    outcome = run("import pytest\n\n\n@pytest.mark.slwo\ndef test_it() -> None:\n    pass\n")

    assert outcome.failed_with("'slwo' not found in `markers`"), outcome.text


def test_expected_failure_that_passes_fails_the_run(run: Run) -> None:
    outcome = run("import pytest\n\n\n@pytest.mark.xfail\ndef test_it() -> None:\n    pass\n")

    assert outcome.failed_with("XPASS(strict)"), outcome.text


def test_azure_credentials_of_the_environment_are_removed_for_tests(run: Run) -> None:
    text = 'import os\n\n\ndef test_it() -> None:\n    assert "ARM_CLIENT_ID" in os.environ\n'
    outcome = run(text, ARM_CLIENT_ID="somebody")

    assert outcome.failed_with("assert 'ARM_CLIENT_ID' in"), outcome.text
