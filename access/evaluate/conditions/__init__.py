"""The condition language of Azure role assignments: parser, evaluation, and operations that stay unrestricted."""
