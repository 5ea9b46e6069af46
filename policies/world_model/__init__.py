"""The learned world model: what objects do and what meeting them costs, learned from logged experience only."""
