"""Local Azure: a simulation of Azure on this machine, on which a Pulumi program runs without a cloud account."""
