"""Runtime library of an agent: validates users' tokens, and gets tokens of the agent and of the user it acts for."""
