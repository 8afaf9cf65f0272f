"""The condition language of Azure role assignments: read it, evaluate it, say what it leaves unguarded."""
