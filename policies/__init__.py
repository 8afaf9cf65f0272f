"""A Pulumi policy pack: the findings of `access` on any Azure program, while Pulumi previews or deploys it.

Knows `access` and Pulumi's policy SDK alone. It has no rule of its own: a policy is a kind of finding.
"""
