"""Pulumi components for agents: one module for each host (Container Apps, AKS, Foundry)."""
