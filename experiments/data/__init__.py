"""Images with labels, and the functions that networks simulate."""
