"""Finds problems of the Entra applications with which agents act for users.

Owns the findings alone: `access.evaluate` judges the applications, for the proof too.
"""

from collections.abc import Iterator

from access.evaluate.application_problems import ApplicationProblem, application_problems
from access.evaluate.declared_rights import undeclared_rights, unseen_applications
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each problem of an application, and for each undeclared right to act as a user."""
    declared = context.declared
    for one in application_problems(context.graph, declared):
        yield _finding(one)
    if declared is None:
        return
    for one in undeclared_rights(context.graph, declared):
        yield _finding(one)
    for agent in unseen_applications(context.graph, declared):
        if not any(one.seen for one in context.graph.applications_of_agent(agent.name)):
            yield Finding(
                rule=BY_ID["not-seen-here"],
                what=f"the application of agent {agent.name!r} is made outside the program, so that its credentials,"
                " consent and owners are not judged here",
                location=declared.location(agent.line),
                agent=agent.name,
            )


def _finding(one: ApplicationProblem) -> Finding:
    return Finding(rule=BY_ID[one.rule], what=one.what, location=one.location, agent=one.agent, about=one.about)
