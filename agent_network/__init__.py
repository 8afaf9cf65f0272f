"""Agent network: runs a network of AI agents on Azure under zero trust, by a Pulumi program and a console command.

The version is defined here alone. An installed package holds the modules of every room below this one; a checkout has
them in its root (decision 0011).
"""

__version__ = "0.2.0"
