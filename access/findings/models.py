"""Finds declared model deployments whose model is retired, retires soon, or is not known to exist in its region."""

from collections.abc import Iterator
from datetime import date

from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.declared import DeclaredModel


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each fact about a declared model deployment that someone has to act on."""
    declared = context.declared
    for model in declared.models if declared else ():
        for rule, what in _facts(model, context.today):
            yield Finding(
                rule=BY_ID[rule],
                what=f"model {model.model!r} {model.version!r} of deployment {model.deployment!r} {what}",
                location=declared.location(model.line) if declared else "",
                resource=model.owner,
                about=(model.deployment, model.model),
            )


def _facts(model: DeclaredModel, today: date) -> Iterator[tuple[str, str]]:
    source = f"by the table of {model.table}"
    if model.is_retired(today):
        since = f" on {model.retires}" if model.retires else ""
        yield "retired-model", f"was retired{since}, {source}"
    elif model.lifecycle == "Deprecated":
        until = f", and retires on {model.retires}" if model.retires else ""
        yield "retiring-model", f"is deprecated{until}, {source}"
    elif model.notice is not None and model.notice <= today:
        yield "retiring-model", f"retires on {model.retires}, {source}"
    if model.availability == "unavailable":
        yield "unavailable-model", f"is not available with the SKU {model.sku!r} in {model.region!r}, {source}"
    gaps = [name for name, known in (("lifecycle", model.lifecycle), ("regions", model.availability)) if not known]
    if gaps and not model.is_retired(today):
        yield "unknown-model", f"has no {' and no '.join(gaps)} in the table of {model.table}"
