"""Property test that any network grants the same access in every environment."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.network.deploying import (
    deploy,
    described,
    verbs,
)
from tests.network.few import few
from tests.strategies import networks


@few
@given(networks(most_agents=3), st.sampled_from(["dev", "prod"]))
def test_any_network_grants_the_same_access_in_two_different_environments(network: dict[str, Any], stack: str) -> None:
    one = {"location": "westeurope", "resource_group": "one", "suffix": "aaa1", "image_tag": "1.0"}
    other = {"location": "eastus2", "resource_group": "other", "suffix": "zz", "production": False}

    assert verbs(deploy(*described(network, one, stack))) == verbs(deploy(*described(network, other, "test1")))
