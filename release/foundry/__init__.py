"""Moves role assignments to the current identities of Foundry agents: `agent-network release foundry reconcile`.

An agent that is published or recreated outside the Pulumi program gets a new identity, which has no role assignments.
This package detects that, assigns the roles to the new identity, checks the assignments, and only then deletes the old
ones.
"""
