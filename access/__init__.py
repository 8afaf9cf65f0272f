"""Who can do what: pure, without Pulumi and without a network."""
