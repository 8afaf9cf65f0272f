"""Facts about Azure: resource types, roles, operations and scopes, from published data."""
