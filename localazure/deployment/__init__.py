"""Small deployment engine for local runs of a Pulumi program."""
