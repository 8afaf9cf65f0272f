"""Sample agent that reads a repository as the user who requests a review, and writes the files as itself."""
