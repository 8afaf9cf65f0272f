"""Safety of text that comes from outside: detection of credentials.

Every other package may import this one; it imports none of them and no Pulumi.
"""
