"""Networks built from settings."""
