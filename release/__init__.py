"""Release tasks that pipelines and operators run outside the Pulumi program.

Uses the program's components, Azure and the Pulumi engine; only the console command imports this package.
"""
