"""Output of local runs: text for people, JSON for programs."""
