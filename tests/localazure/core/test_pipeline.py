"""Tests of the request pipeline on invented resource types, one for each feature that a resource type can have."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from localazure.arm import pipeline
from localazure.arm.defaults import with_defaults
from localazure.arm.managed_identity import preview_identity
from localazure.arm.outputs import preview_outputs
from localazure.arm.property_changes import diff_inputs
from localazure.arm.resource_type import UNKNOWN, InputDiff, NameCheck, Request, ResourceType, SoftDeletion
from localazure.arm.type_catalogue import Catalogue
from localazure.arm.world import Resource, Values, World
from localazure.errors import AzureError, InvalidInputs, UnknownType
from localazure.services import catalogue as services
from manifest.name_rules import NameRule

SUBSCRIPTION = "/subscriptions/10ca1000-0000-4000-8000-000000000001"
GROUP_ID = f"{SUBSCRIPTION}/resourceGroups/rg"
IN_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Test.Things"
SHORT = NameRule(what="a thing", shortest=2, longest=9, pattern="[a-z]+", words="letters", source="this test")
KNOWN = ("location", "identity", "properties", "recover")


def refuses_forbidden(request: Request) -> Iterator[AzureError]:
    if request.input("properties.forbidden"):
        yield AzureError("Forbidden", "it is forbidden", 403)


def refuses_deletion(_world: World, resource: Resource) -> Iterator[AzureError]:
    if resource.inputs.get("properties", {}).get("locked"):
        yield AzureError("Locked", "it is locked", 423)


GROUP = ResourceType(
    "test:resources:Group", "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}", known_inputs=KNOWN
)
THING = ResourceType(
    "test:things:Thing",
    f"{IN_GROUP}/things/{{thingName}}",
    known_inputs=KNOWN,
    name_check=NameCheck(SHORT, "BadName"),
    name_taken_code="NameTaken",
    soft_deletion=SoftDeletion(
        code="Deleted",
        nothing_code="NothingDeleted",
        recovered_by=lambda inputs: bool(inputs.get("recover")),
        kept=lambda one: not one.inputs.get("properties", {}).get("free"),
    ),
    rules=refuses_forbidden,
    immutable=("properties.fixed",),
    immutable_code="CannotChange",
    outputs={
        "properties.url": lambda request: f"https://{request.name}",
        "properties.parts[*].state": lambda _request: "ready",
        "properties.nothing": lambda _request: None,
        "uniqueId": lambda request: request.guid("unique"),
    },
    volatile=("uniqueId",),
    rewrites={"properties.size": lambda request: f"{request.input('properties.size')} GB"},
    write_only=("properties.secret", "properties.parts[*].secret"),
    echoed_placeholders=("thingName",),
    data_plane_children=("entries",),
    deletion_refusals=refuses_deletion,
)
SERVICE = ResourceType(
    "test:things:Service", f"{IN_GROUP}/things/{{thingName}}/services/default", known_inputs=KNOWN, singleton=True
)
PART = ResourceType(
    "test:things:Part",
    f"{IN_GROUP}/things/{{thingName}}/services/default/parts/{{partName}}",
    known_inputs=KNOWN,
    provider_id="{thingName}/{partName}",
    unique_keys=lambda request: (f"Part {request.name}",),
    index_keys=lambda request: (f"In {request.inputs['thingName']}",),
)
LABEL = ResourceType(
    "test:labels:Label",
    "{scope}/providers/Test.Labels/labels/{labelName}",
    known_inputs=KNOWN,
    outlives_parent=True,
    computed_placeholders={"labelName": lambda world, inputs: world.guid(str(inputs["scope"]))},
)
TYPES = Catalogue((GROUP, THING, SERVICE, PART, LABEL))
THING_ID = f"{GROUP_ID}/providers/Test.Things/things/thing"
PART_ID = f"{THING_ID}/services/default/parts/part"


def request(world: World, kind: ResourceType, inputs: Values) -> Request:
    resource_id = kind.id_of(inputs, world)
    old = world.get(resource_id)
    today = date(2026, 1, 1)
    return Request(
        world=world, catalogue=TYPES, type=kind, id=resource_id, inputs=inputs, now="now", today=today, old=old
    )


def thing(name: str = "thing", group: str = "rg", **more: Any) -> Values:  # noqa: ANN401 - any JSON value
    return {"resourceGroupName": group, "thingName": name, **more}


def part(name: str = "part", of: str = "thing") -> Values:
    return {**thing(of), "partName": name}


def created(world: World, kind: ResourceType, inputs: Values) -> Resource:
    return pipeline.create(request(world, kind, inputs))


def refusal(world: World, kind: ResourceType, inputs: Values) -> tuple[str, int, str]:
    before = world.content()
    with pytest.raises(AzureError) as caught:
        created(world, kind, inputs)
    assert world.content() == before
    return caught.value.code, caught.value.status, caught.value.message


@pytest.fixture
def world() -> World:
    found = World()
    created(found, GROUP, {"resourceGroupName": "rg", "location": "West Europe"})
    return found


def test_local_azure_resource_type_derives_arm_type_and_inputs_from_its_id_pattern() -> None:
    types = (GROUP, THING, SERVICE, PART, LABEL)

    assert [kind.arm_type for kind in types] == [
        "Microsoft.Resources/resourceGroups",
        "Test.Things/things",
        "Test.Things/things/services",
        "Test.Things/things/services/parts",
        "Test.Labels/labels",
    ]
    assert [kind.name_input for kind in types] == ["resourceGroupName", "thingName", None, "partName", None]
    assert [kind.path_inputs for kind in types] == [
        ("resourceGroupName",),
        ("resourceGroupName", "thingName"),
        ("resourceGroupName", "thingName"),
        ("resourceGroupName", "thingName", "partName"),
        ("scope",),
    ]
    assert THING.unechoed_path_inputs == {"resourceGroupName"}
    assert [kind.label for kind in (GROUP, PART)] == ["Group", "Part"]


def test_local_azure_builds_resource_ids_from_inputs_and_parses_them_back(world: World) -> None:
    label_id = LABEL.id_of({"scope": f"{THING_ID}/"}, world)

    assert [GROUP.id_of({"resourceGroupName": "rg"}, world), THING.id_of(thing(), world)] == [GROUP_ID, THING_ID]
    assert PART.id_of(part(), world) == PART_ID
    assert label_id == f"{THING_ID}/providers/Test.Labels/labels/{world.guid(f'{THING_ID}/')}"
    assert [PART.parent_of(PART_ID), THING.parent_of(THING_ID), LABEL.parent_of(label_id)] == [
        THING_ID,
        GROUP_ID,
        THING_ID,
    ]
    assert PART.inputs_in(PART_ID.replace("Test.Things", "test.things")) == part()
    assert LABEL.inputs_in(label_id) == {"scope": THING_ID}
    assert PART.inputs_in(THING_ID) is None
    assert (PART.provider_id_of(PART_ID), PART.provider_id_of(THING_ID)) == ("thing/part", THING_ID)
    assert (THING.provider_id_of(THING_ID), THING.full_id_of(THING_ID)) == (THING_ID, THING_ID)


def test_local_azure_catalogue_finds_resource_types_by_token_or_id_and_reports_existing_ids(world: World) -> None:
    created(world, THING, thing())

    assert (TYPES.find(PART.token), TYPES.of(PART_ID), TYPES.of("/x/y")) == (PART, PART, None)
    assert list(TYPES) == [GROUP, THING, SERVICE, PART, LABEL]
    with pytest.raises(UnknownType):
        TYPES.find("test:things:Other")
    exists = [SUBSCRIPTION, GROUP_ID, THING_ID, f"{THING_ID}/services/default", f"{THING_ID}/entries/one"]
    missing = [
        *(PART_ID, f"{GROUP_ID}-2", f"{THING_ID}-2", f"{THING_ID}-2/services/default"),
        *(f"{THING_ID}-2/entries/one", f"{THING_ID}/others/one", f"{GROUP_ID}/entries/one"),
    ]
    assert [TYPES.exists(world, each) for each in exists] == [True] * len(exists)
    assert [TYPES.exists(world, each) for each in missing] == [False] * len(missing)


def test_created_resource_is_stored_with_its_parent_unique_keys_and_index_keys_in_local_azure(world: World) -> None:
    created(world, THING, thing())
    made = created(world, PART, part())

    assert made == Resource(
        id=PART_ID,
        token=PART.token,
        parent=THING_ID,
        inputs=part(),
        outputs={},
        claims=("part part",),
        marks=("in thing",),
    )
    assert world.get(PART_ID) == made
    assert created(world, LABEL, {"scope": PART_ID}).outlives_parent


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        (THING, thing("x"), ("BadName", 400)),
        (THING, thing("Thing"), ("BadName", 400)),
        (THING, thing("there"), ("Conflict", 409)),
        (THING, thing("there", "other"), ("NameTaken", 409)),
        (THING, thing("gone"), ("Deleted", 409)),
        (THING, thing("fresh", recover=True), ("NothingDeleted", 400)),
        (THING, thing("gone", "other", recover=True), ("NothingDeleted", 400)),
        (THING, thing("gone", recover=True, location="north europe"), ("NothingDeleted", 400)),
        (THING, thing("fresh", "missing"), ("ResourceGroupNotFound", 404)),
        (PART, part(of="missing"), ("ParentResourceNotFound", 404)),
        (THING, thing("fresh", properties={"forbidden": True}), ("Forbidden", 403)),
    ],
)
def test_invalid_creation_is_refused_with_azures_error_code_and_status_in_local_azure(
    world: World, kind: ResourceType, inputs: Values, expected: tuple[str, int]
) -> None:
    created(world, GROUP, {"resourceGroupName": "other"})
    created(world, THING, thing("there"))
    pipeline.delete(request(world, THING, created(world, THING, thing("gone", location="West Europe")).inputs))

    assert refusal(world, kind, inputs)[:2] == expected


def test_creation_with_several_mistakes_reports_every_error_at_once_in_local_azure(world: World) -> None:
    code, status, message = refusal(world, THING, thing("X", "missing", properties={"forbidden": True}))

    assert (code, status) == ("BadName", 400)
    assert all(each in message for each in ("'X'", "; ResourceGroupNotFound: ", "; Forbidden: it is forbidden"))


def test_unknown_input_properties_are_refused_before_any_other_validation_in_local_azure(world: World) -> None:
    with pytest.raises(InvalidInputs, match="wrong: no such property; known are identity, location"):
        created(world, THING, thing("X", wrong=1))


def test_soft_deleted_resource_keeps_its_name_taken_until_recovered_in_local_azure(world: World) -> None:
    first = created(world, THING, thing("gone", location="westeurope"))
    pipeline.delete(request(world, THING, first.inputs))
    assert [one.id for one in world.soft_deleted.values()] == [first.id]

    again = created(world, THING, thing("gone", location="West Europe", recover=True))
    assert (again.id, world.soft_deleted) == (first.id, {})
    pipeline.delete(request(world, THING, created(world, THING, thing("free", properties={"free": True})).inputs))
    assert world.soft_deleted == {}
    created(world, THING, thing("free"))


def test_deleting_a_resource_deletes_its_children_and_its_managed_identity_in_local_azure(world: World) -> None:
    made = created(world, THING, thing(identity={"type": "SystemAssigned"}))
    created(world, PART, part())
    label = created(world, LABEL, {"scope": THING_ID})
    principal = world.find_owned_principal(THING_ID)
    assert principal is not None
    pipeline.delete(request(world, THING, made.inputs))

    assert [one.id for one in world.resources.values()] == [GROUP_ID, label.id]
    assert world.was_deleted(principal.id)
    pipeline.delete(request(world, THING, made.inputs))


def test_refused_deletion_deletes_nothing_but_deleting_the_resource_group_succeeds_in_local_azure(world: World) -> None:
    locked = created(world, THING, thing(properties={"locked": True}))
    created(world, PART, part())
    with pytest.raises(AzureError, match="Locked"):
        pipeline.delete(request(world, THING, locked.inputs))
    assert len(world.resources) == 3

    pipeline.delete(request(world, GROUP, {"resourceGroupName": "rg"}))
    assert world.resources == {}


def test_update_of_immutable_property_is_refused_and_changes_nothing_in_local_azure(world: World) -> None:
    created(world, THING, thing(properties={"fixed": 1, "size": 1}))

    updated = pipeline.update(request(world, THING, thing(properties={"fixed": 1, "size": 2})))
    assert updated.outputs["properties"]["size"] == "2 GB"
    with pytest.raises(AzureError) as caught:
        pipeline.update(request(world, THING, thing(properties={"fixed": 2, "forbidden": True})))
    assert (caught.value.code, caught.value.status) == ("CannotChange", 409)
    assert "properties.fixed" in caught.value.message
    assert "Forbidden" in caught.value.message
    stored = world.get(THING_ID)
    assert stored == updated


def test_resource_created_outside_local_azure_skips_validation_and_can_be_updated(world: World) -> None:
    adopted = pipeline.adopt(request(world, THING, thing("X", "unknown")))
    assert adopted.adopted
    changed = pipeline.update(request(world, THING, thing("X", "unknown", properties={"fixed": 3})))
    assert (changed.adopted, changed.inputs["properties"]) == (True, {"fixed": 3})
    assert not created(world, THING, thing()).adopted
    # A group is not missed around what lies in something that was adopted.
    pipeline.adopt(request(world, THING, thing("elsewhere", "unknown")))
    created(world, PART, {**part(of="elsewhere"), "resourceGroupName": "unknown"})


def test_resource_outputs_are_its_inputs_and_computed_outputs_in_local_azure(world: World) -> None:
    properties = {"parts": [{"secret": "s", "name": "a"}, {"state": "given"}], "secret": "s", "size": 3, "url": None}
    inputs = thing(location="West Europe", properties=properties)
    made = created(world, THING, inputs)

    assert made.outputs == {
        "thingName": "thing",
        "location": "westeurope",
        "uniqueId": world.guid(f"{THING_ID.lower()} unique"),
        "properties": {
            "parts": [{"name": "a", "state": "ready"}, {"state": "given"}],
            "size": "3 GB",
            "url": "https://thing",
        },
    }
    assert made.inputs["properties"] == properties
    assert created(world, THING, thing("bare")).outputs.keys() == {"thingName", "uniqueId"}


def test_preview_shows_known_outputs_and_marks_other_outputs_unknown_in_local_azure(world: World) -> None:
    inputs = thing(properties={"parts": [{"name": "a"}, {}], "size": 3, "secret": "s"})
    first = preview_outputs(THING, inputs, None)
    made = created(world, THING, thing(properties={"parts": [{"name": "a"}], "size": 3}))

    assert first == {
        "thingName": "thing",
        "uniqueId": UNKNOWN,
        "properties": {
            "parts": [{"name": "a", "state": UNKNOWN}, {"state": UNKNOWN}],
            "size": 3,
            "url": UNKNOWN,
            "nothing": UNKNOWN,
        },
    }
    later = preview_outputs(THING, inputs, made.outputs)
    assert later["properties"] == {
        "parts": [{"name": "a", "state": "ready"}, {"state": UNKNOWN}],
        "size": 3,
        "url": "https://thing",
        "nothing": UNKNOWN,
    }
    assert later["uniqueId"] == UNKNOWN


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (thing(), thing(), InputDiff()),
        (thing(properties={"a": 1}), thing(properties={"a": 2}), InputDiff(changed=("properties.a",))),
        (
            thing(properties={"fixed": {"in": 1}}),
            thing(properties={"fixed": {"in": 2}}),
            InputDiff(changed=("properties.fixed.in",), replaces=("properties.fixed.in",), delete_before_replace=True),
        ),
        (
            thing(properties={"fixed": 1}),
            thing(),
            InputDiff(changed=("properties",), replaces=("properties",), delete_before_replace=True),
        ),
        (
            thing(),
            thing("other", properties={"a": 1}),
            InputDiff(
                changed=("thingName", "properties"), replaces=("thingName", "properties"), delete_before_replace=True
            ),
        ),
        (thing(location="West Europe"), thing(location="westeurope"), InputDiff()),
        (thing(location="west"), thing(location="east"), InputDiff(changed=("location",))),
    ],
)
def test_diff_of_inputs_marks_immutable_properties_as_forcing_replacement_in_local_azure(
    old: Values, new: Values, expected: InputDiff
) -> None:
    assert diff_inputs(THING, old, new) == expected
    # Some providers make the replacement while the old resource is there.
    lasting = replace(THING, create_before_delete=True)
    assert diff_inputs(lasting, old, new) == replace(expected, delete_before_replace=False)


def test_location_change_forces_replacement_only_if_the_api_type_has_a_location_in_local_azure() -> None:
    types = services()
    app, container = (types.find(f"azure-native:{name}") for name in ("app:ContainerApp", "storage:BlobContainer"))
    old, new = {"location": "west"}, {"location": "east"}

    assert diff_inputs(app, old, new).replaces == ("location",)
    assert diff_inputs(container, old, new).replaces == ()


def test_missing_name_and_location_are_filled_with_defaults_in_local_azure(world: World) -> None:
    types = services()
    app, assignment = (
        types.find(f"azure-native:{name}") for name in ("app:ContainerApp", "authorization:RoleAssignment")
    )
    group = {"resourceGroupName": "rg"}
    filled = with_defaults(app, group, world, "logical")
    name = app.name_input
    assert name is not None

    assert filled == {**group, name: filled[name], "location": "West Europe"}
    assert filled[name].startswith("logical")
    assert len(filled[name]) == len("logical") + 8
    assert with_defaults(app, {**group, name: "own", "location": "east"}, world, "logical") == {
        **group,
        name: "own",
        "location": "east",
    }
    assert "location" not in with_defaults(app, {"resourceGroupName": "missing"}, world, "logical")
    assert with_defaults(PART, thing(), world, "logical") == {**thing(), "partName": "logical"}
    assert with_defaults(LABEL, {"scope": "/"}, world, "logical") == {"scope": "/"}
    drawn = with_defaults(assignment, {}, world, "logical")[str(assignment.name_input)]
    assert (len(drawn), drawn.count("-")) == (36, 4)


def test_system_assigned_identity_is_deleted_when_its_resource_disables_it_in_local_azure(world: World) -> None:
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": [THING_ID]}
    made = created(world, THING, thing(identity={"type": "SystemAssigned"}))
    principal = world.find_owned_principal(THING_ID)
    assert principal is not None

    assert made.outputs["identity"] == {
        "type": "SystemAssigned",
        "principalId": principal.id,
        "tenantId": "10ca1000-0000-4000-8000-000000000002",
    }
    pipeline.update(request(world, THING, thing(identity={"type": "SystemAssigned"}, recover=False)))
    assert world.find_owned_principal(THING_ID) == principal
    without = pipeline.update(request(world, THING, thing(identity={"type": "None"})))
    assert (without.outputs["identity"], world.find_owned_principal(THING_ID)) == ({"type": "None"}, None)
    # Only a user-assigned identity can be attached, and the type of the block must say so.
    code, _, message = refusal(world, THING, thing("fresh", identity=both))
    assert (code, f"'{THING_ID}' was not found" in message) == ("FailedIdentityOperation", True)
    for block in ({"type": "UserAssigned"}, {"type": "SystemAssigned", "userAssignedIdentities": [THING_ID]}):
        assert refusal(world, THING, thing("fresh", identity=block))[0] == "InvalidIdentityValues"


def test_preview_keeps_the_known_identity_outputs_of_a_resource_in_local_azure() -> None:
    attached = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": ["/a"]}
    had = {"principalId": "p", "tenantId": "t", "userAssignedIdentities": {"/a": {"clientId": "c"}}}

    assert preview_identity({"identity": attached}, {"identity": had}) == {
        "identity": {"type": attached["type"], **had}
    }
    assert preview_identity({"identity": attached}, {}) == {
        "identity": {
            "type": attached["type"],
            "principalId": UNKNOWN,
            "tenantId": UNKNOWN,
            "userAssignedIdentities": UNKNOWN,
        }
    }
    others = {**attached, "userAssignedIdentities": ["/a", "/b"]}
    assert preview_identity({"identity": others}, {"identity": had})["identity"]["userAssignedIdentities"] == UNKNOWN
    assert preview_identity({"identity": {"type": "None"}}, {"identity": had}) == {"identity": {"type": "None"}}
    assert preview_identity({"identity": "per-agent"}, {}) == {}
