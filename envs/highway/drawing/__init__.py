"""Drawing of single things from plain values (surface, pose, look, alpha), for real and imagined worlds."""
