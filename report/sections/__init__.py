"""A folder per task: its figures and tables, its claims, the homework's questions about it."""
