"""A voice as the adapter wants it: reads the request and has flite speak. Used as a command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main(path: str) -> None:
    request = json.loads(Path(path).read_text())
    assert request["schema"] == 1
    sounds = [line["wav"] for line in request["history"] if line["wav"]]
    assert all(Path(wav).is_file() for wav in sounds)
    command = ["flite", "-voice", "slt", "-t", request["text"], "-o", request["out"]]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(sys.argv[1])
