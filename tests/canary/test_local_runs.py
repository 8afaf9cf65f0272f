"""Runs tests of programs on local Azure that must fail, to show that the test harness reports each kind of failure."""

from tests.canary.conftest import Run

LOCAL = """
from pathlib import Path

import pulumi
from pulumi_azure_native import resources

from localazure.run import Operation, run


def refuse(_: object) -> None:
    raise AssertionError("raised in an apply")


def group(name: str) -> "resources.ResourceGroup":
    return resources.ResourceGroup(name, resource_group_name=name, location="westeurope")


def program() -> None:
    {program}


def test_it() -> None:
    result = run(program, project="canary", stack="dev", config={{}}, operation=Operation.UP, path=None)
    assert result.ok, [failure.message for failure in result.failures]
"""


def test_program_on_local_azure_deploys_in_the_harness(run: Run) -> None:
    outcome = run(LOCAL.format(program='group("one")'))

    assert outcome.code == 0, outcome.text


def test_exception_in_an_apply_fails_a_run_on_local_azure(run: Run) -> None:
    outcome = run(LOCAL.format(program='group("one").location.apply(refuse)'))

    assert outcome.failed_with("raised in an apply"), outcome.text


def test_two_resources_with_the_same_name_fail_a_run_on_local_azure(run: Run) -> None:
    outcome = run(LOCAL.format(program='group("one"), group("one")'))

    assert outcome.failed_with("one is registered twice as azure-native:resources:ResourceGroup"), outcome.text
