"""What bodies look like: tables of primitives, one row each."""
