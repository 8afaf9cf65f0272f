"""Tests of the environment model: defaults, image tags, replica limits, and names of created and existing parents."""

import pytest

from manifest import Environment, ExistingLocation, Network, Replicas

NETWORK = Network.model_validate(
    {
        "name": "contoso",
        "registry": {"name": "contoso", "existing": True},
        "resources": {
            "reports": {"kind": "blob-container", "account": "contosoreports"},
            "models": {"kind": "model-account", "account": "contoso-ai", "existing": True},
            "notes": {"kind": "key-vault-secret", "vault": "contoso-vault"},
        },
    }
)


def environment(**values: object) -> Environment:
    required = {"stack": "dev", "location": "westeurope", "resource_group": "group", "suffix": "dev7"}
    return Environment.model_validate({**required, **values})


def test_stack_without_a_production_setting_counts_as_production() -> None:
    assert environment().production


def test_image_tag_of_an_agent_overrides_the_common_tag_and_defaults_to_latest() -> None:
    tagged = environment(image_tag="1.0", image_tags={"report": "1.1"})

    assert [tagged.image_tag_of("report"), tagged.image_tag_of("reader"), environment().image_tag_of("reader")] == [
        "1.1",
        "1.0",
        "latest",
    ]


@pytest.mark.parametrize(
    ("limits", "own", "kept"),
    [
        ((0, 1000), (1, 10), (1, 10)),
        ((0, 2), (1, 10), (1, 2)),
        ((2, 5), (0, 1), (2, 2)),
        ((2, 5), (0, 3), (2, 3)),
        ((0, 2), (5, 9), (2, 2)),
        ((3, 3), (1, 1), (3, 3)),
    ],
)
def test_replicas_of_an_agent_are_restricted_to_the_limits_of_the_environment(
    limits: tuple[int, int], own: tuple[int, int], kept: tuple[int, int]
) -> None:
    within = environment(replicas={"min": limits[0], "max": limits[1]}).limit_replicas(Replicas(min=own[0], max=own[1]))

    assert (within.min, within.max) == kept


def test_azure_name_of_a_created_parent_resource_has_the_suffix_and_of_an_existing_one_has_none() -> None:
    plain = environment()

    assert {name: plain.parent_name(one) for name, one in NETWORK.resources.items()} == {
        "reports": "contosoreportsdev7",
        "models": "contoso-ai",
        "notes": "contoso-vault-dev7",
    }
    assert plain.parent_name(NETWORK.registry) == "contoso"


def test_existing_parent_resource_can_be_configured_with_another_name_and_subscription() -> None:
    subscription = "00000000-0000-0000-0000-00000000000A"
    other = environment(existing={"contoso-ai": {"name": "shared-ai", "subscription": subscription}})

    assert other.parent_name(NETWORK.resources["models"]) == "shared-ai"
    assert other.existing == {"contoso-ai": ExistingLocation(name="shared-ai", subscription=subscription.lower())}
