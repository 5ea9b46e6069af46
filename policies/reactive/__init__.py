"""What reactive policies share: features of what is known, commands that last, and the environment of both."""
