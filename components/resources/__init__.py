"""Pulumi components for the Azure resources that agents can be granted access to: one module for each kind."""
