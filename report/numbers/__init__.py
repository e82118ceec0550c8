"""Numbers: statistics with intervals, and small data frames."""
