"""Texts of the finding rules: title, reason and fix of each."""
