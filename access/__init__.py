"""Computes effective access in Azure from role assignments: readers, evaluation, questions, findings, reports."""
