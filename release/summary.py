"""Summary of the evidence of a plan, as Markdown for an approver."""

from collections.abc import Iterator, Mapping
from typing import Any

from access.reports import markdown
from safe_text.display import shows_escaped_text

__all__ = ["summary"]

_VERDICTS = {
    "unchanged": "Nobody gains access.",
    "growth": "**Access grows**, or something can no longer be judged.",
    "refused": "**Refused**: the proof fails, a finding is an error, or Azure has access that nobody declared.",
}
_MOST_ROWS = 20


@shows_escaped_text
def summary(content: Mapping[str, Any]) -> str:
    """Render the content of evidence as Markdown: verdict, access, findings, drift and numbers of resources."""
    return "\n".join(_lines(content)).rstrip() + "\n"


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    commit = str(content["inputs"]["commit"])
    yield f"## Plan for stack {content['stack']} of {content['project']}"
    yield ""
    yield f"{_VERDICTS[content['verdict']]} Commit `{commit[:12]}`, {content['made']}."
    yield ""
    yield markdown.diff(content["access"])
    yield ""
    yield markdown.proof(content["proof"])
    yield ""
    if content["findings"]:
        yield markdown.findings(content["findings"])
        yield ""
    live = content["live"]
    for title, rows in (
        ("Access in Azure that nobody declared", live["undeclared"]),
        ("Assignments of the stack that Azure does not have", live["missing"]),
    ):
        if rows:
            yield f"**{title}**"
            yield ""
            yield from (f"- {row}" for row in rows)
            yield ""
    counted = ", ".join(f"{number} {operation}" for operation, number in content["counts"].items())
    yield f"Resources: {counted or 'no changes'}."
    drift = content["drift"]
    if drift:
        yield ""
        yield f"{len(drift)} resources in Azure differ from the state of the stack:"
        yield ""
        for row in drift[:_MOST_ROWS]:
            name = str(row["urn"]).rpartition("::")[2]
            what = "does not exist any more" if row["is_deleted"] else ", ".join(row["properties"])
            yield f"- `{name}`: {what}"
        if len(drift) > _MOST_ROWS:
            yield f"- and {len(drift) - _MOST_ROWS} more"
