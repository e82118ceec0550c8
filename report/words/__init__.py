"""Text: formatters, Markdown and tables, and numerals that passed through neither."""
