"""`python -m report …` is `homework …`."""

from report.cli import main

if __name__ == "__main__":
    main()
