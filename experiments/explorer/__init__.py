"""The explorer: a local page on ``experiments.what_if``. NiceGUI serves it; only this folder imports NiceGUI."""
