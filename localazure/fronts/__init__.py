"""Front ends: the protocols through which Pulumi reaches local Azure."""
