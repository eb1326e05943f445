"""What digests.json has (`make golden`)."""

import json

from tests.properties.systems import (
    NAMES,
    digest_of,
    examples,
    limit_of,
    spec_of,
)


def text() -> bytes:
    """Run everything; return the file."""
    digests = {
        name: digest_of(spec_of(name), limit=limit_of(name))
        for name in [*NAMES, "preempted", *examples()]
    }
    return f"{json.dumps(digests, indent=1)}\n".encode()
