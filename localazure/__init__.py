"""Local Azure: the network's program, run without a cloud account on a world that behaves as Azure does."""
