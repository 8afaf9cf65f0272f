"""The commands of `agent-network`, one module per group, each a thin layer over one function call."""
