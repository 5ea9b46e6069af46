"""Interactive replays: recorded states of several policies on one instance, drawn by the browser, without a server."""
