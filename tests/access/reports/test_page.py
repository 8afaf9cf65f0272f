"""Tests of the HTML report: escaping, no external files, and content without JavaScript."""

import re
from base64 import b64encode
from hashlib import sha256
from json import loads
from typing import Any
from urllib.parse import parse_qs

import pytest

from access.reports.page import page
from safe_text.display import visible, visible_values
from tests.access.reports import samples
from tests.access.reports.reading import Reader

# Attributes by which a page loads or leaves.
LOADING = {"src", "href", "xlink:href", "srcset", "action", "data", "poster", "formaction", "background"}


@pytest.mark.parametrize(
    "document", [samples.fabrikam(), samples.hostile(), samples.network(3, 20, 2), samples.network(0, 0, 0)]
)
def test_html_report_is_well_formed_and_loads_no_external_files(document: dict[str, Any]) -> None:
    text = page(document)
    read = Reader(text)

    assert [tag for tag, _ in read.tags if tag in {"img", "link", "iframe", "object", "base", "form"}] == []
    loaded = [value or "" for _, attributes in read.tags for name, value in attributes.items() if name in LOADING]
    assert all(value.startswith("#") for value in loaded)
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on") or name == "style"]
    assert (
        re.findall(r"https?:|@import|url\((?!#)|innerHTML|fetch\(", read.raw["style"][0] + read.raw["script"][1]) == []
    )


def test_html_in_names_is_escaped_in_the_html_report() -> None:
    document = samples.hostile()
    text = page(document)
    read = Reader(text)

    embedded = loads(read.raw["script"][0])
    sets = embedded.pop("operation_sets")
    embedded["access"] = [one | {"operations": sets[one["operations"]]} for one in embedded["access"]]
    for held in embedded["blast"].values():
        for name in ("influences", "influenced_by"):
            held[name] = [
                {"agent": agent, "through": through} | ({} if how is None else {"how": how.replace("\0", agent)})
                for through, how, agents in held[name]
                for agent in agents
            ]
    for grant in embedded["grants"]:
        grant["assignment"] = re.sub("^~", lambda _, scope=grant["scope"]: scope, grant["assignment"])
    assert embedded == visible_values(document)
    assert len(read.raw["script"]) == 2
    assert {visible(f"{name}{samples.HOSTILE}") for name in ("reports", "ingestion")} <= set(read.words)


def test_content_security_policy_of_the_html_report_allows_only_its_embedded_style_and_script() -> None:
    read = Reader(page(samples.fabrikam()))

    policy = next(a["content"] for tag, a in read.tags if tag == "meta" and "http-equiv" in a)
    style, script = (
        b64encode(sha256(text.encode()).digest()).decode() for text in (read.raw["style"][0], read.raw["script"][1])
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; "
        "form-action 'none'"
    )


def test_html_report_shows_agents_resources_and_findings_without_javascript() -> None:
    document = samples.fabrikam()
    words = Reader(page(document)).words

    message = " ".join(words)
    assert {one["name"] for of in ("agents", "resources") for one in document[of]} <= set(words)
    for found in document["findings"]:
        assert {found["id"], found["severity"], found["what"], found["why"], found["fix"], found["location"]} <= set(
            words
        )
    assert {"The evaluation tool knows no tokens before its release 4.", "2027-01-31"} <= set(words)
    assert {"read*", "write", "pull", "+ grows", "- shrinks", "secrets: 1 of 0", "index.ts:71"} <= set(words)
    assert document["proof"]["failures"][0]["what"] in message


@pytest.mark.parametrize(
    ("changes", "sentence", "level"),
    [
        ({}, "Proof holds · 0 errors", "good"),
        ({"findings": ["note"]}, "Proof holds · 0 errors · 1 note", "good"),
        ({"findings": ["warning", "warning"]}, "Proof holds · 0 errors · 2 warnings", "doubtful"),
        ({"findings": ["error"]}, "Proof holds · 1 error", "bad"),
        ({"unread": 2}, "Proof holds · 0 errors · 2 not evaluated", "doubtful"),
        ({"failures": 3}, "Proof fails in 3 cases · 0 errors", "bad"),
        ({"accepted": 1}, "Proof holds · 0 errors · 1 accepted", "good"),
    ],
)
def test_html_report_begins_with_the_verdict(changes: dict[str, Any], sentence: str, level: str) -> None:
    document = samples.network(2, 2, 1)
    document["findings"] = [samples.finding("any", severity, "Something.") for severity in changes.get("findings", ())]
    for _ in range(changes.get("accepted", 0)):
        accepted = {"because": "For a reason.", "expires": "2027-01-31"}
        document["findings"].append(samples.finding("any", "error", "Something.") | {"exception": accepted})
    document["unread"] = [{"where": "here", "what": "something"}] * changes.get("unread", 0)
    document["proof"]["failures"] = [{"what": "Something."}] * changes.get("failures", 0)

    read = Reader(page(document))

    assert read.words[read.words.index("Access of large") + 1] == sentence
    assert f"verdict {level}" in {attributes.get("class") for _, attributes in read.tags}


def test_html_report_shows_origin_roles_exposure_images_people_rules_logs_and_what_could_not_be_judged() -> None:
    document = samples.fabrikam()
    read = Reader(page(document))
    words = set(read.words)

    origin = {"2026-11-28 21:04:00 UTC", "5588e2772b0c and uncommitted changes", "agent-network 0.2.0", "dev"}
    assert origin | {f"{samples.SUBSCRIPTION} (made up by local Azure)"} <= words
    assert {
        "Key Vault Secrets User",
        "notifier-read",
        "Microsoft.Storage/storageAccounts/fabrikam/blobServices/",
    } & words
    assert {"on: Blob", "203.0.113.0/24", "listed addresses", "off"} <= words
    assert {"fabrikam.azurecr.io/ingestion:1.4", "1.4", "not pinned"} <= words
    assert {"reviewers", "group", "agent-network deployer"} <= words
    assert {"broken by report", "Who uploads code does not judge it.", "secrets: 0", "2026-06-30 (expired)"} <= words
    assert {"Microsoft.OperationalInsights/workspaces/fabrikam-logs", "Audit"} <= words
    assert {"a group of another team", "Left out of the proof"} <= words
    assert "1 part of the source could not be judged. Access that exists there is missing from this report." in words
    looks = [attributes.get("class") for _, attributes in read.tags]
    assert {"verb write", "verb secrets", "state bad", "state good"} <= set(looks)


def test_html_report_shows_reason_and_fix_of_a_rule_once() -> None:
    document = samples.network(2, 2, 1)
    document["findings"] = [samples.finding("broad-scope", "error", f"Number `{at}`.") for at in range(5)]

    read = Reader(page(document))

    assert [read.words.count(document["findings"][0][part]) for part in ("why", "fix")] == [1, 1]
    assert {"0", "1", "2", "3", "4", " (5)"} <= set(read.words)
    assert "`" not in "".join(read.words)


def test_html_report_links_a_foreign_actor_that_can_act_as_an_agent_to_the_agent_alone() -> None:
    document = samples.fabrikam()
    change = {"sign": "+", "agent": "repo:x/y", "words": "can act as", "resource": "notifier", "grows": True}
    document["diff"]["changes"] = [change | {"operations": []}]

    text = page(document)

    assert '<td>repo:x/y</td><td>can act as</td><td><a href="#agent=notifier">notifier</a></td>' in text


def test_html_report_lists_few_of_many_operations_of_a_change_and_the_number_of_the_others() -> None:
    document = samples.fabrikam()
    change = {"sign": "+", "agent": "report", "words": "may write", "resource": "reports", "grows": True}
    document["diff"]["changes"] = [change | {"operations": [f"Microsoft.X/y/{at}/action" for at in range(1008)]}]

    read = Reader(page(document))

    assert sum(word.startswith("Microsoft.X/y/") for word in read.words) == 8
    assert "and 1,000 more, which " in read.words


def test_html_report_lists_a_public_resource_that_an_exception_accepts_in_the_proof_with_its_expiry() -> None:
    document = samples.fabrikam()
    accepted = {"because": "a leaflet", "expires": "2027-01-31"}
    document["proof"]["excepted"] = [{"what": "anybody may read reports", "resource": "reports", "exception": accepted}]
    document["diff"]["findings"] = [samples.finding("public-access", "error", "it is open") | {"exception": accepted}]

    words = Reader(page(document)).words

    assert "anybody may read reports (accepted until 2027-01-31: a leaflet)" in words
    assert "public-access: it is open (accepted until 2027-01-31: a leaflet)" in words


@pytest.mark.parametrize("document", [samples.fabrikam(), samples.hostile(), samples.network(3, 20, 2)])
def test_every_link_of_the_html_report_leads_to_a_section_or_to_details(document: dict[str, Any]) -> None:
    document["exposure"][0]["resource"] = "an account that is not in the matrix"
    read = Reader(page(document))

    targets = [str(attributes["href"]).removeprefix("#") for name, attributes in read.tags if name == "a"]
    sections = {attributes.get("id") for _, attributes in read.tags}
    details = {
        of: {
            visible(name)
            for name in (*(one["name"] for one in document[f"{of}s"]), *(one[of] for one in document["access"]))
        }
        for of in ("agent", "resource")
    }
    for target in targets:
        found = parse_qs(target) if "=" in target else {}
        leads_to_details = bool(found) and all(names[0] in details[of] for of, names in found.items())
        assert target in sections or leads_to_details, target


def test_html_report_of_the_same_document_is_the_same() -> None:
    assert page(samples.fabrikam()) == page(samples.fabrikam())


def test_html_report_matrix_shows_access_of_agents_missing_in_the_agent_list() -> None:
    document = samples.fabrikam()
    document["agents"] = document["resources"] = []

    assert {"notifier", "webhook-signing-key"} <= set(Reader(page(document)).words)


def test_html_report_matrix_names_agents_that_share_an_identity() -> None:
    document = samples.fabrikam()
    next(one for one in document["agents"] if one["name"] == "compliance")["shares_identity_with"] = ["market-analysis"]
    document["blast"]["compliance"]["shares_identity_with"] = ["market-analysis"]

    words = " ".join(" ".join(Reader(page(document)).words).split())
    assert "compliance shares identity with market-analysis" in words


def test_html_report_matrix_cell_with_unconditional_access_has_no_star() -> None:
    document = samples.fabrikam()
    document["access"].append(document["access"][9] | {"conditional": False})

    assert "read*" not in Reader(page(document)).words


def test_html_report_of_agents_that_all_influence_each_other_stays_below_the_size_limit() -> None:
    document = samples.network(100, 20, 2)
    for name, held in document["blast"].items():
        others = [one for one in document["blast"] if one != name]
        held["influences"] = [
            {"agent": one, "through": f"store-{at:02}", "how": f"{name} writes what {one} reads"}
            for one in others
            for at in range(20)
        ]

    text = page(document)

    assert "99 agents (through store-00, store-01," in text
    assert len(text) < 4_000_000


def test_html_report_of_a_large_network_stays_below_the_size_limit() -> None:
    assert len(page(samples.network(200, 60, 6)).encode()) < 2_200_000
