"""Data model: the graph of principals, resources and assignments, the declared document, and result records."""
