"""Write the pages that are made of the code anew (`make golden`)."""

from pathlib import Path

from vpok.config import reference

HERE = Path(__file__).parent


def main() -> None:
    """Write them where tests compare them."""
    (HERE / "reference" / "configuration.md").write_text(reference.page())


if __name__ == "__main__":
    main()
