"""Asks /healthz whether the named parts are up: `healthy.py http://web:8000/healthz beat`."""

import json
import sys
import urllib.error
import urllib.request


def main(address: str, *parts: str) -> int:
    """0 when every named part is up."""
    # The name that other containers use for it is no name that the pages answer to.
    request = urllib.request.Request(address, headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        found = json.load(error)
    return 0 if all(found.get(part) == "up" for part in parts) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
