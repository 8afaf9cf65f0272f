"""Pulumi components for the hosts of agents: Foundry accounts and projects, AKS clusters, Container Apps."""
