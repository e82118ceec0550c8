"""Experiment programs: from a suite's settings to one record per task."""
