"""Figures drawn from records: one style, a few kinds."""
