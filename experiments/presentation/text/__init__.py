"""Results as text: tables for the terminal and in Markdown, the README block, commands to copy."""
