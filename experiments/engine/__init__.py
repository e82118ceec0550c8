"""Training: many small networks at once, large ones one by one."""
