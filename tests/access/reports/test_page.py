"""Tests of the HTML report: escaping, no external files, and content without JavaScript."""

import re
from base64 import b64encode
from hashlib import sha256
from json import loads
from typing import Any

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

    assert loads(read.raw["script"][0]) == visible_values(document)
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


def test_html_report_shows_all_sections_without_javascript() -> None:
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


def test_html_report_of_a_large_network_stays_below_the_size_limit() -> None:
    assert len(page(samples.network(200, 60, 6)).encode()) < 1_500_000
