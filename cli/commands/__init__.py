"""The commands, one module for each group: options, one call, one exit code."""
