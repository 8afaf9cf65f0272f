"""Safety of text that comes from outside: detection of credentials, display without control characters, bounded YAML.

Every other package may import this one; it imports none of them and no Pulumi.
"""
