"""For whoever publishes Sotto: makes the key that signs, and the file that the release page serves.

`python packaging/release.py key KEYFILE` writes a new secret and prints what belongs into assets/app/release.toml;
`python packaging/release.py sign KEYFILE VERSION DATE PAGE` prints the file. The secret stays out of the repository.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from pathlib import Path

from nacl.signing import SigningKey


def signed(key: SigningKey, version: str, date: str, page: str) -> str:
    """Return the file that tells of a release."""
    release = json.dumps({"product": "sotto", "version": version, "date": date, "page": page})
    signature = base64.b64encode(key.sign(release.encode()).signature).decode()
    return json.dumps({"release": release, "signature": signature}, indent=1) + "\n"


def made(file: Path) -> str:
    """Write a new secret that only its owner can read, where there is none yet; return the public key."""
    key = SigningKey.generate()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(base64.b64encode(bytes(key)).decode())
    return base64.b64encode(bytes(key.verify_key)).decode()


def main(arguments: list[str] | None = None) -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("key").add_argument("key", type=Path)
    sign = acts.add_parser("sign")
    sign.add_argument("key", type=Path)
    for name in ("version", "date", "page"):
        sign.add_argument(name)
    asked = parser.parse_args(arguments)
    if asked.act == "key":
        print(f'key = "{made(asked.key)}"')
    else:
        key = SigningKey(base64.b64decode(asked.key.read_text()))
        sys.stdout.write(signed(key, asked.version, asked.date, asked.page))


if __name__ == "__main__":
    main()
