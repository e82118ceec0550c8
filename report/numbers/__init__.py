"""Statistics and comparisons: from repeated measurements to a value, an interval, and a verdict."""
