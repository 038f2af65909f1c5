"""What a screen reader finds over AT-SPI, the desktop's own way: every control of every page has a name and role."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import app
from tests.app.window.read_out import SYSTEM_PYTHON

pytestmark = pytest.mark.slow
ROOT = Path(app.__file__).parents[1]
PAGES = 1 + 9 + 3 + 2 + 5  # the main window, the settings', what opens beside them, questions, the first steps'


def lacking() -> list[str]:
    found = [name for name in ("Xvfb", "dbus-run-session") if shutil.which(name) is None]
    has = subprocess.run([SYSTEM_PYTHON, "-c", "import dbus"], capture_output=True).returncode == 0
    bus = Path("/usr/share/dbus-1/services/org.a11y.Bus.service").exists()
    return [*found, *([] if has else ["python3-dbus"]), *([] if bus else ["at-spi2-core"])]


@pytest.mark.skipif(bool(lacking()), reason=f"not installed: {', '.join(lacking())}; packaging/bootstrap.py has them")
def test_every_control_of_every_page_has_a_name_and_a_role(tmp_path):
    (tmp_path / "run").mkdir(mode=0o700)
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path / "run"), "NO_AT_BRIDGE": "0"}
    command = ["dbus-run-session", "--", sys.executable, "-m", "tests.app.window.read_out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-2000:]
    pages = json.loads(done.stdout.splitlines()[-1])
    assert len(pages) == PAGES
    for page, nodes in pages.items():
        controls = [each for each in nodes if each["focusable"] and each["showing"]]
        assert len(controls) >= 4, (page, nodes)
        for each in controls:
            assert each["name"].strip(), (page, each)
            assert each["role"] not in ("", "unknown", "invalid"), (page, each)
            if each["role"] == "combo box":  # whose name is its value here
                assert each["labelled"] or each["description"].strip(), (page, each)
    assert {"push button", "list", "text", "combo box"} <= {each["role"] for each in pages[""]}
