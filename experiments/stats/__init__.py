"""Statistics across episodes: pure functions of arrays, each with an interval; nothing here reads a file."""
