"""Front ends of local Azure: the protocols through which the Pulumi SDK and CLI send requests."""
