"""Training the world model: datasets made from the log, and the fits of its networks with torch."""
