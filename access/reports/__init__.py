"""Reports: the report document and its renderers for terminals, Markdown, HTML and SARIF."""
