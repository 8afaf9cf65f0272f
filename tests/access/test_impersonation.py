"""Tests that a diff compares by id who can act as which identity, and shows equal names with their ids."""

from access.model.actors import Actor
from access.model.graph import Graph, Principal
from access.questions.diff import difference
from tests.access.graphs import GROUP, SUBSCRIPTION

APP = "providers/Microsoft.App/containerApps/web"
HERE, THERE = f"{GROUP}/{APP}", f"{SUBSCRIPTION}/resourceGroups/other/{APP}"
GITHUB = "https://token.actions.githubusercontent.com"


def host(where: str, target: str = "p") -> Actor:
    """Return a host with an identity; every host has the same name."""
    return Actor(
        subject="'web' (Microsoft.App/containerApps)",
        target=target,
        kind="host",
        reason="the identity 'worker', which it has",
        location=where,
        subject_id=where,
        home="worker",
    )


def credential(issuer: str, credential_name: str = "ci") -> Actor:
    """Return a federated credential for one subject of an issuer."""
    return Actor(
        subject="repo:x/y",
        target="p",
        kind="credential",
        reason=f"the federated credential {credential_name!r}",
        location=credential_name,
        account="repo:x/y",
        issuer=issuer,
    )


def graph_of(*actors: Actor) -> Graph:
    people = [Principal(id="p", name="worker", agent="worker"), Principal(id="q", name="job", owner=f"{GROUP}/q")]
    people.append(Principal(id="r", name="job", owner=f"{SUBSCRIPTION}/resourceGroups/other/q"))
    return Graph(principals=people, resources=[], assignments=[], actors=actors)


def changes(before: Graph, after: Graph) -> list[str]:
    return [str(each) for each in difference(before, after).changes]


def test_access_diff_counts_a_second_host_of_the_same_name_that_can_act_as_an_agent_as_growth() -> None:
    one, both = graph_of(host(HERE)), graph_of(host(HERE), host(THERE))

    assert changes(one, both) == [f"+ 'web' (Microsoft.App/containerApps) ({THERE}) can act as worker"]
    assert changes(both, one) == [f"- 'web' (Microsoft.App/containerApps) ({THERE}) can act as worker"]
    assert changes(both, both) == []


def test_access_diff_counts_another_host_of_the_same_name_in_place_of_the_first_as_growth_and_loss() -> None:
    assert [each[:2] for each in changes(graph_of(host(HERE)), graph_of(host(THERE)))] == ["+ ", "- "]


def test_access_diff_counts_a_second_identity_of_the_same_name_that_a_host_can_act_as_as_growth() -> None:
    (growth,) = changes(graph_of(host(HERE, "q")), graph_of(host(HERE, "q"), host(HERE, "r")))

    assert growth == f"+ 'web' (Microsoft.App/containerApps) can act as job ({SUBSCRIPTION}/resourceGroups/other/q)"


def test_access_diff_shows_the_issuer_of_a_subject_that_another_issuer_has_too() -> None:
    before, after = graph_of(credential(GITHUB)), graph_of(credential(GITHUB), credential("https://evil.example"))

    assert changes(before, after) == ["+ repo:x/y (https://evil.example) can act as worker"]


def test_access_diff_is_empty_for_a_federated_credential_that_gets_another_name() -> None:
    assert changes(graph_of(credential(GITHUB)), graph_of(credential(GITHUB, "build"))) == []
