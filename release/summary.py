"""Summary of the evidence of a plan for an approver: its verdict, and all of it as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from access.model.urns import resource_name
from access.reports import markdown
from access.reports.document import severities
from safe_text.display import shows_escaped_text

__all__ = ["changed_resources", "earlier_findings", "noted_parts", "refused_parts", "summary", "verdict_clause"]

_VERDICTS = {
    "unchanged": "nobody gains access",
    "growth": "access grows",
}
_MOST_ROWS = 20


def verdict_clause(content: Mapping[str, Any]) -> str:
    """Return the verdict of a plan as a clause; of a refused plan, with every reason."""
    if content["verdict"] == "growth" and not content["access"]["grows"]:
        has_doubt = any(one["new"] for one in content["access"]["unread"])
        doubt = "something can no longer be judged, which may be access that grows"
        return doubt if has_doubt else "the commit loosens its own approval"
    if content["verdict"] != "refused":
        return _VERDICTS[content["verdict"]]
    errors = severities(content["findings"])["error"]
    reasons = {
        "the proof fails": content["proof"]["failures"],
        f"{errors} findings are errors" if errors > 1 else "a finding is an error": errors,
        "a mandatory policy is violated": content["violations"],
        "Azure has access that nobody declared": content["live"]["undeclared"],
    }
    return f"refused, since {', and '.join(reason for reason, is_one in reasons.items() if is_one)}"


def earlier_findings(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the findings that the deployed stack has too; the changes of access have the new ones."""
    new = {(one["id"], one["what"]) for one in content["access"]["findings"]}
    return [one for one in content["findings"] if (one["id"], one["what"]) not in new]


def refused_parts(content: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return sentences by title about problems that are neither in the proof nor in the findings."""
    return {
        "Violations of mandatory policies": content["violations"],
        "Access in Azure that nobody declared": content["live"]["undeclared"],
    }


def noted_parts(content: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return sentences by title about a loosened approval, and differences between Azure and the stack's state."""
    return {
        "The commit loosens its own approval, which counts after this release": content["loosened_approval"],
        "Access of the stack that Azure does not have": content["live"]["missing"],
        "Not read in Azure": content["live"]["unread"],
        "Resources in Azure that differ from the state of the stack": [
            f"{_name(row)}: {'does not exist any more' if row['is_deleted'] else ', '.join(row['properties'])}"
            for row in content["drift"]
        ],
    }


def changed_resources(content: Mapping[str, Any]) -> list[str]:
    """Return a line for each resource that the deployment changes, such as `update report: template`."""
    return [
        f"{row['operation']} {_name(row)}{': ' if row['properties'] else ''}{', '.join(row['properties'])}"
        for row in content["resources"]
        if row["operation"] != "same"
    ]


@shows_escaped_text
def summary(content: Mapping[str, Any]) -> str:
    """Render the content of evidence as Markdown: verdict, access, findings, drift and numbers of resources."""
    return "\n".join(_lines(content)).rstrip() + "\n"


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    commit, verdict = str(content["inputs"]["commit"]), verdict_clause(content)
    yield f"## Plan for stack {content['stack']} of {content['project']}"
    yield ""
    yield f"**{verdict[0].upper()}{verdict[1:]}.** Commit `{commit[:12]}`, {content['made']}."
    yield ""
    yield markdown.diff(content["access"])
    yield ""
    yield markdown.proof(content["proof"])
    yield ""
    earlier = earlier_findings(content)
    if earlier:
        yield "**Findings that are not new**"
        yield ""
        yield markdown.findings(earlier)
        yield ""
    for title, rows in {**refused_parts(content), **noted_parts(content)}.items():
        if rows:
            more = [f"and {len(rows) - _MOST_ROWS} more"] if len(rows) > _MOST_ROWS else []
            yield markdown.section(title, [*rows[:_MOST_ROWS], *more])
            yield ""
    counted = ", ".join(f"{number} {operation}" for operation, number in content["counts"].items())
    yield f"Resources: {counted or 'no changes'}."


def _name(row: Mapping[str, Any]) -> str:
    return resource_name(str(row["urn"]))
