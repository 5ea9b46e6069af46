"""Neural networks as compiled code without torch: the layers that all learned policies share."""
