"""Who can do what: pure, without Pulumi; only the reader of live Azure reaches a network."""

from agent_network import __version__

VERSION = __version__
