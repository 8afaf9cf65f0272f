"""Answers to questions about a graph: matrix, why, diff, proof and blast radius."""
