"""Records from which approvals are derived: signed statements, and the records of the platforms that run pipelines."""
