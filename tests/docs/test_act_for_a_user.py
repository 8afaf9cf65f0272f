"""Tests of docs/howto/act-for-a-user.md: its examples load, and its table of rights is what the program does."""

import re
from pathlib import Path

import yaml

from components.network.entra_objects import entra_objects
from manifest import Environment, Network
from manifest.entra import Entra
from manifest.user_context import ActsForUsers
from tests.network.deploying import described
from tests.projects import NAMESPACE

TEXT = (Path(__file__).parents[2] / "docs/howto/act-for-a-user.md").read_text("utf-8")
AGENTS, APPLICATIONS, EXISTING = (yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))


def load_example(config: dict[str, dict[str, object]], **entra: object) -> tuple[Network, Environment]:
    network = {"name": "contoso", "registry": {"name": "contosoimages"}, **AGENTS}
    settings = {key.removeprefix(f"{NAMESPACE}:"): value for key, value in config["config"].items()}
    place = {"location": "westeurope", "resource_group": "agents", "suffix": "dev7", "production": False}
    written = settings["entra"]
    assert isinstance(written, dict)
    return described(network, {**place, "entra": {**written, **entra}}, "dev")


def makers(kind: str, **entra: object) -> set[str]:
    found = entra_objects(*load_example(APPLICATIONS, **entra))
    return {one.maker for one in found if one.kind == kind}


def test_examples_of_the_how_to_for_acting_for_users_load() -> None:
    for example in (APPLICATIONS, EXISTING):
        network, _ = load_example(example)
        assert network.agents["ingestion"].acts_for_users is not None


def test_example_with_existing_objects_leaves_nothing_to_an_administrator() -> None:
    assert {one.maker for one in entra_objects(*load_example(EXISTING))} == {"exists"}


def test_table_of_rights_in_the_how_to_is_what_the_program_creates() -> None:
    assert makers("application") == makers("federated credential") == {"stack"}
    assert makers("assignment") == {"administrator"}
    assert makers("assignment", deployer_rights="all") == {"stack"}


def test_how_to_for_acting_for_users_names_every_key() -> None:
    for model in (ActsForUsers, Entra):
        missing = [key for key in model.model_fields if f"`{key}`" not in TEXT]
        assert missing == [], model.__name__
