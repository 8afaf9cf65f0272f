"""Hosts of agents: Foundry accounts and projects, AKS clusters, and the Container Apps environment."""
