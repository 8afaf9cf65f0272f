"""Keeping grants with the agents of Foundry whatever they run as: `agent-network release foundry reconcile`.

An agent that is published, or made again, beside the program is somebody else to Azure, and holds nothing. This finds
out, grants whoever it is now what it held, makes sure of it, and only then takes the old grants away.
"""
