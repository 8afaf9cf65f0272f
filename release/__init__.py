"""What happens around a deployment and is no part of the program: for release pipelines and whoever is on call.

Knows the program's components, Azure and the engine; nothing imports it.
"""
