"""Facts about Azure that access evaluation needs: resource types, roles, operations and scopes."""
