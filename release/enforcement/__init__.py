"""Policy pack of a release: it stops the engine before the first resource that is not as in the approved plan.

A preview cannot bind what it does not know, and an update plan accepts any value for an unknown one. A mandatory policy
of a resource sees the real values before the engine takes the step.
"""
