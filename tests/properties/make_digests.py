"""Write digests.json anew: `python -m tests.properties.make_digests`."""

import json

from tests.properties.systems import (
    GOLDEN,
    NAMES,
    digest_of,
    examples,
    limit_of,
    spec_of,
)

if __name__ == "__main__":
    digests = {
        name: digest_of(spec_of(name), limit=limit_of(name))
        for name in [*NAMES, "preempted", *examples()]
    }
    GOLDEN.write_text(json.dumps(digests, indent=1) + "\n")
