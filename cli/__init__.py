"""Implementation of the console command `agent-network`.

Owns everything that a command does around an answer: finding the project, running its program on local Azure, checking
out a git revision, the cache, the form of the output and the exit code. Holds no rule about access: `access` takes a
graph and a declared document and returns results. May import every room; nothing imports it.
"""
