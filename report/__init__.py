"""From records in `results/` to the report: figures, tables, claims, pages. Never imports torch."""

__version__ = "0.1.0"
