"""Tasks around a deployment, outside the program: for release pipelines and operators.

It uses the program's components, Azure and the engine; nothing but the console command imports it.
"""
