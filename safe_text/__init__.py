"""Safety of text that comes from outside: detection of credentials, display without control characters, bounded YAML.

It also has today's date of a run, since that may come from an environment variable.

Every other package may import this one; it imports none of them and no Pulumi.
"""
