"""Effective access in Azure: readers, evaluation, questions, findings and reports. Pure, except for live Azure."""
