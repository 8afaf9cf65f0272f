"""What every test has: no credential and no setting of whoever runs it, and outputs that refuse to be texts."""

import os

import pytest

_OF_THE_RUNNER = ("ARM_", "AZURE_", "PULUMI_")


@pytest.fixture(autouse=True)
def hermetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the environment of whoever runs the tests from the code under test."""
    for name in list(os.environ):
        if name.startswith(_OF_THE_RUNNER):
            monkeypatch.delenv(name)
    # An output in an f-string is then an error, and not a text that says so.
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "1")
