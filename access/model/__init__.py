"""Data model of `access`: graph of principals and role assignments, declared network, and results."""
