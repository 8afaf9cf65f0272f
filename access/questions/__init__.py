"""Questions about a graph: matrix, why, diff, proof and blast radius."""
