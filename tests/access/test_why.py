"""Why: the decision, the assignment and the line."""

import pytest

from access.errors import UnknownName
from access.why import why
from tests.access import fabrikam

GRAPH, DECLARED = fabrikam.graph(), fabrikam.declared()
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


def test_what_is_allowed_is_told_with_its_assignment_and_its_line() -> None:
    (reason,) = why(GRAPH, DECLARED, "analysis", "code-uploads", READ)

    lines = (fabrikam.ROOT / "network.yaml").read_text().splitlines()
    (place,) = reason.places
    assert reason.answer.decision == "allowed"
    assert [one.name for one in reason.answer.by] == ["analysis-may-read-code-uploads"]
    assert lines[int(place.partition(":")[2]) - 1].strip() == "code-uploads: read"


def test_what_is_denied_is_told_without_any() -> None:
    (reason,) = why(GRAPH, DECLARED, "report", "code-uploads", READ)

    assert (reason.answer.decision, reason.answer.by, reason.places) == ("denied", (), ())


@pytest.mark.parametrize(("verb", "decision"), [("read", "allowed"), ("write", "denied")])
def test_a_verb_is_asked_as_all_that_it_stands_for(verb: str, decision: str) -> None:
    reasons = why(GRAPH, DECLARED, "compliance", "documents", verb)

    found = {reason.answer.decision.value for reason in reasons}
    assert decision in found
    assert (found == {"allowed"}) is (decision == "allowed")


def test_an_images_pull_is_the_pull_identitys() -> None:
    (reason,) = why(GRAPH, DECLARED, "report", "fabrikam", "Microsoft.ContainerRegistry/registries/pull/read")

    assert (reason.identity, reason.answer.decision) == ("pull", "allowed")
    assert reason.places == (f"network.yaml:{DECLARED.agents['report'].line}",)


def test_a_clusters_pull_is_asked_for_by_the_agents_in_it() -> None:
    (reason,) = why(GRAPH, DECLARED, "fleet", "fabrikam", "Microsoft.ContainerRegistry/registries/pull/read")

    assert (reason.agent, reason.identity, reason.answer.decision) == ("fleet", "pull", "allowed")
    assert reason.places == (f"network.yaml:{DECLARED.agents['notifier'].line}",)


def test_what_a_shared_identity_may_is_asked_for_by_either_agent() -> None:
    reasons = why(GRAPH, DECLARED, "market-analysis", "documents", "read")

    assert {(one.agent, one.answer.decision) for one in reasons} == {("market-analysis", "allowed")}
    (line,) = (one.line for one in DECLARED.agents["compliance"].access if one.resource == "documents")
    assert {one.places for one in reasons} == {(f"network.yaml:{line}",)}


@pytest.mark.parametrize(
    ("agent", "resource", "operation", "said"),
    [
        ("reprot", "reports", "read", "no agent 'reprot'; did you mean 'report'?"),
        ("report", "repotrs", "read", "no resource 'repotrs'; did you mean 'reports'?"),
        ("report", "reports", "fly", "no verb of a blob-container 'fly'; there are read, write"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_the_nearest(
    agent: str, resource: str, operation: str, said: str
) -> None:
    with pytest.raises(UnknownName) as error:
        why(GRAPH, DECLARED, agent, resource, operation)

    assert str(error.value) == said
