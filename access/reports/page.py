"""Renders the report as one self-contained HTML page.

Owns the frame: content security policy, style, script, the embedded document and the header. `sections` renders the
parts that need no JavaScript; `page.js` adds the graph and the side panel from the same document. Nothing is loaded
from elsewhere: the policy allows only this style and this script.
"""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from access.reports import sections
from access.reports.markup import Html, joined, tag
from safe_text.display import shows_escaped_text

_HERE = Path(__file__).parent


@shows_escaped_text
def page(document: Mapping[str, Any]) -> str:
    """Render the whole HTML page for a report document."""
    style, script = (_packed(name) for name in ("page.css", "page.js"))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    return Template(_packed("page.html")).substitute(
        policy=policy,
        title=escape(f"Access of {document['network']} ({document['stack']})"),
        style=style,
        header=_header(document),
        alerts=sections.failures(document),
        sections=joined(make(document) for make in sections.IN_ORDER),
        document=embedded(document),
        script=script,
    )


def embedded(document: Mapping[str, Any]) -> str:
    """Encode the document as JSON that is safe inside an HTML script element."""
    text = json.dumps(document, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _packed(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _header(document: Mapping[str, Any]) -> Html:
    proof = document["proof"]
    failures, unread = len(proof["failures"]), len(document["unread"])
    current = Counter(found["severity"] for found in document["findings"] if not found["exception"])
    counts: list[tuple[str, int, str | None]] = [
        ("agents", len(document["agents"]), None),
        ("resources", len(sections.names(document, "resource")), None),
        ("accesses", len(document["access"]), None),
        ("proof: declared", proof["declared"], None),
        ("proof: allowed", proof["allowed"], None),
        ("proof: denied", proof["denied"], None),
        ("proof: failures", failures, "error" if failures else None),
        *((f"findings: {name}", current[name], name if current[name] else None) for name in sections.SEVERITIES),
        ("findings: accepted", len(document["findings"]) - current.total(), None),
        ("not evaluated", unread, "warning" if unread else None),
    ]
    tiles = (tag("div", tag("dt", name), tag("dd", f"{count:,}"), class_=look) for name, count, look in counts)
    return joined(
        (
            tag("h1", f"Access of {document['network']}"),
            tag("p", "stack ", tag("strong", document["stack"]), " · from ", document["source"]),
            tag("dl", *tiles, class_="counts"),
        )
    )
