"""Fixture that gives each test a new local Azure."""

import pytest

from localazure.arm.world import World
from localazure.azure import LocalAzure


@pytest.fixture
def azure() -> LocalAzure:
    return LocalAzure(World())
