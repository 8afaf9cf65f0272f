"""Inputs of a deployment that a plan binds by hash: commit, files, tools and the state of the stack."""
