"""Readers: each builds an access graph from one source (export, preview, local or live Azure, policy pack)."""
