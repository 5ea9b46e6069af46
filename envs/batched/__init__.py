"""The twin: B worlds at once, stepped by Numba kernels; it never imports the reference engine."""
