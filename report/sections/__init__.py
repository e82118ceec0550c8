"""One module per task: `section(record)` gives its figures, tables and commentary."""
