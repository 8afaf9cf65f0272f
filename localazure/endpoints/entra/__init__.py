"""Entra ID's tenant in local Azure: directory, token endpoint and the identity endpoint of containers."""
