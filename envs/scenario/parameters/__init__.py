"""Parameters of scenario families: their distributions, and the table from which an instance's point is drawn."""
