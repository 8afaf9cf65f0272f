"""Pulumi policy pack that reports findings about the access of any Azure program during preview and deployment.

Imports only `access` and Pulumi's policy SDK. Each policy is a kind of finding; the pack has no rules of its own.
"""
