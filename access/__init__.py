"""Who can do what: pure, without Pulumi; only the reader of live Azure reaches a network."""
