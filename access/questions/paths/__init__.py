"""Escalation paths: ways in which the holder of one identity gains another identity, one module per way.

Each module has `OPERATIONS`, the operations in lower case of which any opens the way, and `steps(held, inventory)`,
the steps that access to one resource allows. `access.questions.paths.traversal` follows them to a fixpoint.
"""
