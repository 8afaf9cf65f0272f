"""A small deployment engine that runs a Pulumi program against local Azure, without the Pulumi CLI."""
