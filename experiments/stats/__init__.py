"""Statistics across episodes: pure functions of arrays, each with an interval; no file is read."""
