"""APIs of local Azure that agents call with tokens: Microsoft Graph, Azure Repos, GitHub, Key Vault, Blob Storage."""
