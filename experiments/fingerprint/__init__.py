"""What the code of a task does, as digests: of definitions, not of the places where they stand."""
