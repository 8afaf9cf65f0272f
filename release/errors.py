"""What stops a command, in a sentence that says what to do."""


class ReleaseError(Exception):
    """Nothing was changed, or only what the sentence says."""
