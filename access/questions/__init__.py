"""Computes the answers to questions about an access graph: matrix, why, diff, proof and blast radius."""
