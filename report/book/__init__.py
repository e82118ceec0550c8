"""The book: records, templates and the author's words become the Markdown that chapters include."""
