"""Write the pages that are made of the code anew (`make golden`)."""

from pathlib import Path

from vpok.abi.paravirt_enums import enums
from vpok.abi.paravirt_header import header
from vpok.abi.paravirt_page import page
from vpok.config import reference
from vpok.trace import page as trace

ROOT = Path(__file__).parent.parent
MADE = {
    "docs/reference/configuration.md": reference.page,
    "docs/reference/abi.md": page,
    "docs/reference/trace.md": trace.page,
    "guests/paravirt/include/vpok.h": header,
    "src/vpok/abi/paravirt_calls.py": enums,
}


def main() -> None:
    """Write them where tests compare them."""
    for path, text in MADE.items():
        (ROOT / path).write_text(text())


if __name__ == "__main__":
    main()
