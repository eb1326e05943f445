"""`python -m vpok` is `vpok`."""

from vpok.cli import main

if __name__ == "__main__":
    main()
