"""Pulumi policy pack that reports the findings of `access` on any Azure program during preview and deployment.

Imports only `access` and Pulumi's policy SDK. Each policy is a kind of finding; the pack has no rules of its own.
"""
