"""The Pulumi engine, driven through the Automation API: a stack's state, previews, drift and deployments."""
