"""A Pulumi policy pack: what `access` finds wrong with any Azure program, while Pulumi previews or deploys it.

Knows `access` and Pulumi's policy SDK alone. No rule is here: a policy is a kind of finding.
"""
