"""The book: turns records, templates and the author's words into the Markdown of the chapters."""
