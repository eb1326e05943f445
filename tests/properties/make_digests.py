"""Write digests.json anew: `make golden`."""

import json

from test_digest import GOLDEN, NAMES, digest_of, spec_of

if __name__ == "__main__":
    digests = {name: digest_of(spec_of(name)) for name in [*NAMES, "preempted"]}
    GOLDEN.write_text(json.dumps(digests, indent=1) + "\n")
