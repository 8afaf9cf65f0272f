"""Tests of the effects of a local run on the simulated resources and the state file."""

import errno
import json
import os
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pulumi
import pytest
from pulumi_azure_native import app, authorization, batch, managedidentity, resources

from access.azure.catalogue import by_id
from access.azure.roles import by_name, definition_id
from localazure.arm.world import SUBSCRIPTION_ID, World
from localazure.deployment.state_file import exclusive
from localazure.errors import WorldFileError
from localazure.run import Operation, run
from tests.localazure.run.programs import GROUP_ID, changes, destroy, grant, group, identity, nothing, preview, up


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".localazure" / "dev.json"


def small() -> None:
    agent = identity("agent", group())
    grant("grant", agent.principal_id, GROUP_ID)


def test_second_local_run_without_changes_changes_nothing(path: Path) -> None:
    first = up(small, path)
    written = path.read_bytes()

    assert changes(first) == {"create": {"tiny-dev", "rg", "agent", "grant"}}
    assert changes(up(small, path)) == {}
    assert path.read_bytes() == written


def test_local_preview_plans_the_same_steps_as_up_and_writes_nothing(path: Path) -> None:
    planned = preview(small, path)

    assert not path.exists()
    assert changes(planned) == changes(up(small, path))

    before = path.read_bytes()
    assert changes(preview(nothing, path)) == {"delete": {"rg", "agent", "grant"}}
    assert path.read_bytes() == before


def test_pulumi_is_dry_run_is_true_in_a_local_preview_and_false_in_a_local_up() -> None:
    seen: list[bool] = []

    preview(lambda: seen.append(pulumi.runtime.is_dry_run()))
    up(lambda: seen.append(pulumi.runtime.is_dry_run()))

    assert seen == [True, False]


def test_local_run_updates_a_changed_mutable_property_and_reports_old_and_new_value(path: Path) -> None:
    up(lambda: group(stage="one") and None, path)

    result = up(lambda: group(stage="two") and None, path)

    (step,) = [step for step in result.steps if step.record.name == "rg"]
    assert changes(result) == {"update": {"rg"}}
    assert [(change.path, change.old, change.new) for change in step.differences.changed] == [
        (("tags", "stage"), "one", "two")
    ]


def test_local_run_replaces_a_resource_with_a_changed_immutable_property_and_its_dependents(path: Path) -> None:
    def program(name: str) -> None:
        agent = managedidentity.UserAssignedIdentity("agent", resource_name_=name, resource_group_name=group().name)
        grant("grant", agent.principal_id, GROUP_ID)

    up(lambda: program("one"), path)
    (old,) = World.load(path).principals

    assert changes(up(lambda: program("two"), path)) == {"replace": {"agent", "grant"}}

    world = World.load(path)
    (new,) = world.principals
    (assignment,) = (each for each in world.resources.values() if each.token.endswith("RoleAssignment"))
    assert new != old
    assert assignment.outputs["principalId"] == new


def holding(role: str, *more: str, opts: pulumi.ResourceOptions | None = None) -> None:
    """Register a role assignment that is replaced before its deletion, and a resource group for each name in `more`."""
    stays = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=False), opts)
    agent = identity("agent", group())
    authorization.RoleAssignment(
        "grant",
        role_assignment_name=str(uuid5(NAMESPACE_URL, role)),
        scope=GROUP_ID,
        principal_id=agent.principal_id,
        principal_type="ServicePrincipal",
        role_definition_id=definition_id(by_name(role), SUBSCRIPTION_ID),
        opts=stays,
    )
    for name in more:
        group(name)


def roles_in(path: Path) -> list[str]:
    """Return the names of the roles that are assigned in local Azure."""
    world = World.load(path)
    there = (
        each.outputs["roleDefinitionId"] for each in world.resources.values() if "roleDefinitionId" in each.outputs
    )
    return sorted(role.name for each in there if (role := by_id(each)) is not None)


def test_local_run_replaces_a_create_before_delete_resource_and_leaves_only_the_new_one(path: Path) -> None:
    up(lambda: holding("Reader"), path)

    result = up(lambda: holding("Contributor"), path)

    assert changes(result) == {"replace": {"grant"}}
    assert roles_in(path) == ["Contributor"]
    assert changes(up(lambda: holding("Contributor"), path)) == {}


def test_replaced_resource_survives_a_failed_local_run_and_is_deleted_by_the_next_run(path: Path) -> None:
    """The principal is never without a role, and no old role assignment remains."""
    up(lambda: holding("Reader"), path)

    failed = up(lambda: holding("Contributor", "a name that ends in a dot."), path)

    assert failed.failures
    assert roles_in(path) == ["Contributor", "Reader"]
    # A replaced resource that is to be deleted is not part of the stack.
    assert [one.name for one in failed.records].count("grant") == 1
    assert changes(up(lambda: holding("Contributor"), path)) == {}
    assert roles_in(path) == ["Contributor"]


def test_local_destroy_deletes_replaced_resources_that_await_deletion(path: Path) -> None:
    up(lambda: holding("Reader"), path)
    up(lambda: holding("Contributor", "a name that ends in a dot."), path)

    assert destroy(path).ok
    assert not path.exists()


def test_local_run_refuses_to_replace_a_protected_resource(path: Path) -> None:
    protected = pulumi.ResourceOptions(protect=True)
    up(lambda: holding("Reader", opts=protected), path)

    result = up(lambda: holding("Contributor", opts=protected), path)

    assert "is protected and would be replaced" in result.failures[0].message
    assert roles_in(path) == ["Reader"]


def test_local_run_deletes_a_resource_removed_from_the_program(path: Path) -> None:
    up(small, path)

    assert changes(up(lambda: identity("agent", group()) and None, path)) == {"delete": {"grant"}}
    assert {name.rpartition("/")[2] for name in World.load(path).resources} == {"rg", "agent"}


def test_local_destroy_deletes_every_resource_and_the_state_file(path: Path) -> None:
    up(small, path)

    assert changes(destroy(path)) == {"delete": {"tiny-dev", "rg", "agent", "grant"}}
    assert not path.exists()
    assert changes(destroy(path)) == {}


def test_local_run_with_a_failed_resource_skips_its_dependents_and_deletes_nothing(path: Path) -> None:
    up(lambda: group("old") and None, path)

    def program() -> None:
        lost = identity("x", group("first"))
        grant("grant", lost.principal_id, "/subscriptions/nowhere/resourceGroups/none")
        group("second")

    result = up(program, path)

    names = {name.rpartition("/")[2] for name in World.load(path).resources}
    assert names == {"old", "first", "second"}  # 'old' would have been deleted, had all gone well
    assert {urn.rpartition("::")[2] for urn in result.skipped} == {"grant"}
    (failure,) = result.failures
    assert failure.urn.endswith("::x")
    assert "is invalid" in failure.message


def test_local_run_with_an_unknown_resource_type_fails_naming_the_type() -> None:
    result = up(lambda: batch.BatchAccount("jobs", account_name="jobs", resource_group_name="rg") and None)

    assert [failure.message for failure in result.failures] == [
        "local Azure does not simulate 'azure-native:batch:BatchAccount'; nothing was created"
    ]


def test_local_run_refuses_an_invalid_enum_value_with_its_property_path() -> None:
    def program() -> None:
        wrong = app.ContainerAppProbeArgs(type="Sometimes")
        container = app.ContainerArgs(name="one", image="image:1", probes=[wrong])
        app.ContainerApp(
            "app",
            container_app_name="app",
            resource_group_name=group().name,
            template=app.TemplateArgs(containers=[container]),
        )

    (failure,) = up(program).failures

    assert "template.containers[0].probes[0].type: 'Sometimes' is not one of" in failure.message


def test_local_run_reports_a_pulumi_run_error_without_traceback_and_other_exceptions_with_one() -> None:
    def mistaken() -> None:
        raise pulumi.RunError("network.yaml:3 name: is missing")

    def broken() -> None:
        raise ZeroDivisionError("by zero")

    (found,) = up(mistaken).failures
    (traced,) = up(broken).failures

    assert (found.message, found.traceback) == ("network.yaml:3 name: is missing", "")
    assert traced.message == "ZeroDivisionError: by zero"
    assert "in broken" in traced.traceback


def test_local_run_reports_an_exception_in_an_apply_as_failure() -> None:
    def program() -> None:
        pulumi.Output.from_input(0).apply(lambda zero: 1 // zero)

    (failure,) = up(program).failures

    assert failure.message.startswith("ZeroDivisionError")


def test_secrets_are_absent_from_the_recorded_stack_and_result_of_a_local_run(path: Path) -> None:
    def program() -> None:
        hidden = pulumi.Output.secret("do-not-show")
        made = resources.ResourceGroup(
            "rg", resource_group_name="rg", location="westeurope", tags={"key": hidden, "plain": "to-show"}
        )
        pulumi.export("key", made.tags["key"])

    result = up(program, path)
    stack = json.loads(path.read_text())["stack"]

    assert "do-not-show" not in json.dumps([stack, result.outputs])
    assert "to-show" in json.dumps(stack)
    assert "do-not-show" not in repr(result.steps)
    assert changes(up(program, path)) == {}


def test_local_run_does_not_replace_a_resource_renamed_with_an_alias(path: Path) -> None:
    up(lambda: identity("agent", group()) and None, path)

    def renamed() -> None:
        managedidentity.UserAssignedIdentity(
            "other",
            resource_name_="agent",
            resource_group_name=group().name,
            opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="agent")]),
        )

    assert changes(up(renamed, path)) == {}


def test_local_run_refuses_to_delete_a_protected_resource(path: Path) -> None:
    up(lambda: identity("agent", group(), pulumi.ResourceOptions(protect=True)) and None, path)

    result = up(nothing, path)

    (failure,) = result.failures
    assert "agent is protected" in failure.message
    assert len(World.load(path).resources) == 2


def test_retain_on_delete_keeps_a_resource_in_local_azure_after_its_removal_from_the_program(path: Path) -> None:
    up(lambda: identity("agent", group(), pulumi.ResourceOptions(retain_on_delete=True)) and None, path)

    assert changes(up(lambda: group() and None, path)) == {"delete": {"agent"}}
    assert len(World.load(path).resources) == 2


def test_local_run_refuses_two_resources_with_the_same_urn() -> None:
    def program() -> None:
        group("rg")
        group("rg")

    (failure,) = up(program).failures

    assert "rg is registered twice" in failure.message


def test_local_run_refuses_an_unsupported_resource_option_by_name() -> None:
    (failure,) = up(
        lambda: resources.ResourceGroup("rg", opts=pulumi.ResourceOptions(import_="/subscriptions/x")) and None
    ).failures

    assert "does not support the option import_" in failure.message


def test_second_concurrent_local_run_of_a_stack_is_refused(path: Path) -> None:
    with exclusive(path), pytest.raises(WorldFileError, match="another run is changing this stack"):
        up(nothing, path)


def test_local_run_reports_an_unwritable_state_file(path: Path) -> None:
    path.parent.write_text("a file, and no folder")

    with pytest.raises(WorldFileError, match=r"dev\.json: the state file cannot be written \(File exists"):
        up(small, path)


def test_failed_save_of_a_local_run_leaves_the_state_file_unchanged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    up(small, path)
    before = path.read_text()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(
        WorldFileError, match=r"dev\.json: the state file cannot be written \(No space left on device\)"
    ):
        up(nothing, path)

    assert path.read_text() == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "something else"}'])
def test_local_run_refuses_a_damaged_state_file_and_leaves_it_unchanged(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(WorldFileError, match=r"dev\.json"):
        up(small, path)

    assert path.read_text() == text


def test_local_run_refuses_a_state_file_of_another_project(path: Path) -> None:
    up(small, path)

    with pytest.raises(WorldFileError, match="holds stack 'dev' of project 'tiny'"):
        run(small, project="other", stack="dev", config={}, operation=Operation.UP, path=path)


def test_local_run_result_contains_the_programs_log_messages() -> None:
    result = up(lambda: pulumi.log.warn("mind the gap"))

    assert result.messages == ["warning: mind the gap"]


def test_stack_configuration_is_set_for_one_local_run_and_absent_in_the_next() -> None:
    seen: list[str | None] = []

    def program() -> None:
        seen.append(pulumi.Config("tiny").get("greeting"))

    run(program, project="tiny", stack="dev", config={"tiny:greeting": "hello"})
    up(program)

    assert seen == ["hello", None]
