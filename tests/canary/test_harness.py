"""Runs tests that must fail, to show that the test harness reports each kind of failure."""

from tests.canary.conftest import Run


def test_passing_test_passes_in_the_harness(run: Run) -> None:
    # Without this one, each of the others could fail for a reason that they do not mean.
    outcome = run("def test_it() -> None:\n    assert True\n")

    assert (outcome.code, "1 passed" in outcome.text) == (0, True), outcome.text


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
