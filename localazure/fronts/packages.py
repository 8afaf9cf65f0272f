"""Pulumi packages that local Azure serves, and the names by which their plugins are started.

Owns the names alone, apart from the process of a plugin: who starts one must not import what one runs on, which is half
of the time that a command needs to start.
"""

PACKAGES = ("azure-native", "azuread", "kubernetes")
"""Pulumi packages that local Azure simulates, each with a plugin of its own."""

DYNAMIC = "pulumi-python"
"""Package of the dynamic resources of Python programs, whose plugin comes with the Pulumi CLI."""

PLUGIN = f"{__name__.rpartition('.')[0]}.plugin"
"""Module of a plugin's process: its name is longer in an installed package."""

WORLD = "LOCALAZURE_WORLD"
"""Environment variable that holds the path of local Azure's state file."""

CALLER = "LOCALAZURE_CALLER"
"""Environment variable with the principal id that the plugin's requests are allowed or refused for; optional."""
