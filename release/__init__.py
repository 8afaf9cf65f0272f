"""Release tasks that run outside the Pulumi program, for pipelines and operators.

Uses the program's components, Azure and the Pulumi engine; only the console command imports this package.
"""
