"""Sign-in of a release that runs in a pipeline: the platform's tokens in one file that is kept fresh.

Owns nothing outside of a pipeline, where the account of `az login` is used.
"""
