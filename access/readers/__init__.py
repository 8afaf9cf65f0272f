"""Readers: build a graph from one source each (export, preview, local or live Azure, policy pack)."""
