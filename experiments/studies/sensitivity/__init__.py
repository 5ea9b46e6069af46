"""Who wins when the world is otherwise: one assumption changed at a time."""
