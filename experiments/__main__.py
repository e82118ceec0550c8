"""`python -m experiments run …`: the part of `homework` that trains."""

from report.cli import main

if __name__ == "__main__":
    main()
