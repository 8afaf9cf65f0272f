"""How who holds one identity comes to hold another: one module a way.

A way has `OPERATIONS`, the operations in lower case of which any opens it, and `steps(held, estate)`, where they lead
from what is held at one resource. `access.questions.paths.traversal` follows them until nothing is added.
"""
