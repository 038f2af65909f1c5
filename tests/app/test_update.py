"""Whether there is a newer version: only if asked, only from who published this one, nothing else told or fetched."""

from __future__ import annotations

import base64
import json
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nacl.signing import SigningKey

sys.path.insert(0, str(Path(__file__).parents[1] / "models" / "downloads"))
sys.path.insert(0, str(Path(__file__).parents[2] / "packaging"))
import release as publishing
from naughty import Manner, Server, serving

from app import update
from app.checks import Problem
from app.main import main
from models.downloads.web import Web

PAGE = "https://sotto.example/download"
KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("authority")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def page(authority: tuple[Path, Path]) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    with serving(context) as server:
        yield server


@pytest.fixture
def web(authority: tuple[Path, Path]) -> Web:
    return Web(ca_file=authority[0])


def where(server: Server) -> update.Source:
    return update.Source(f"{server.url}/release.json", bytes(KEY.verify_key))


def publish(server: Server, text: str) -> None:
    server.manners["/release.json"] = Manner(text.encode())


def test_a_newer_version_is_told_with_its_page_and_only_one_file_is_asked_for(page: Server, web: Web) -> None:
    publish(page, publishing.signed(KEY, "0.10.0", "2026-12-01", PAGE))
    assert update.newer("0.9.3", where(page), web) == update.Release("0.10.0", "2026-12-01", PAGE)
    assert [asked.path for asked in page.asked] == ["/release.json"]
    assert page.asked[0].headers.keys() <= {"host", "accept-encoding", "user-agent"}
    assert "0.9.3" not in str(page.asked[0].headers)


@pytest.mark.parametrize("published", ["0.9.3", "0.9.2", "0.9"])
def test_the_same_or_an_older_version_is_none(page: Server, web: Web, published: str) -> None:
    publish(page, publishing.signed(KEY, published, "2026-12-01", PAGE))
    assert update.newer("0.9.3", where(page), web) is None


SIGNED = json.loads(publishing.signed(KEY, "2.0", "2026-12-01", PAGE))


@pytest.mark.parametrize(
    "text",
    [
        publishing.signed(OTHER, "2.0", "2026-12-01", PAGE),
        json.dumps(SIGNED | {"release": SIGNED["release"].replace("sotto.example", "evil.example")}),
        json.dumps(SIGNED | {"signature": SIGNED["signature"].swapcase()}),
        '{"release": "{}"}',
        '{"release": "{}", "signature": "no base64!"}',
        "[" * 50_000,
        "<html>log in</html>",
        "",
        "\xff",
    ],
    ids=[
        "another's key",
        "altered page",
        "altered signature",
        "none",
        "no base64",
        "deep",
        "a web page",
        "empty",
        "bytes",
    ],
)
def test_what_is_not_signed_by_the_publisher_is_refused(page: Server, web: Web, text: str) -> None:
    publish(page, text)
    with pytest.raises(Problem, match="not signed by who published this Sotto"):
        update.newer("0.1.0", where(page), web)


@pytest.mark.parametrize(
    "told",
    [
        {"product": "other", "version": "2.0", "date": "", "page": PAGE},
        {"product": "sotto", "version": "2.0; rm", "date": "", "page": PAGE},
        {"product": "sotto", "version": "2.0", "date": "", "page": "file:///etc/passwd"},
        {"product": "sotto", "version": "2.0"},
        [],
    ],
)
def test_what_is_signed_for_something_else_is_refused(page: Server, web: Web, told: object) -> None:
    text = json.dumps(told)
    signature = base64.b64encode(KEY.sign(text.encode()).signature).decode()
    publish(page, json.dumps({"release": text, "signature": signature}))
    with pytest.raises(Problem, match="of another kind"):
        update.newer("0.1.0", where(page), web)


def test_a_page_that_is_gone_or_endless_or_silent_or_untrusted(
    page: Server, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Problem, match="answers 404"):
        update.newer("0.1.0", where(page), web)
    page.manners["/release.json"] = Manner(b"x" * (update.LARGEST + 1))
    with pytest.raises(Problem, match="sends something else"):
        update.newer("0.1.0", where(page), web)
    page.manners["/release.json"] = Manner(b"x" * 100, stall_after=10)
    monkeypatch.setattr(update, "PATIENCE_S", 0.5)
    with pytest.raises(Problem, match=r"does not answer within 0\.5 s"):
        update.newer("0.1.0", where(page), web)
    with pytest.raises(Problem, match="certificate is not trusted"):
        update.newer("0.1.0", where(page), Web())
    page.shutdown()
    page.server_close()
    with pytest.raises(Problem, match="cannot be reached"):
        update.newer("0.1.0", where(page), web)


def test_it_is_off_until_turned_on_and_then_due_once_a_day(tmp_path: Path) -> None:
    file, now = tmp_path / "update.toml", time.time()
    assert not update.due(file)
    update.choose(file, "on")
    assert update.due(file, now)
    update.looked(file, now)
    assert not update.due(file, now + update.DAY_S - 1)
    assert update.due(file, now + update.DAY_S)
    assert update.due(file, now - 3600)  # the clock went back
    update.choose(file, "off")
    assert not update.due(file, now + 2 * update.DAY_S)
    file.write_bytes(b"\xff[look")
    assert not update.due(file)


def test_where_to_ask_is_part_of_the_build(tmp_path: Path) -> None:
    file, key = tmp_path / "release.toml", base64.b64encode(bytes(KEY.verify_key)).decode()
    assert update.source() is None  # nobody publishes this one yet
    file.write_text(f'address = "https://sotto.example/release.json"\nkey = "{key}"\n')
    assert update.source(file) == update.Source("https://sotto.example/release.json", bytes(KEY.verify_key))
    for wrong in (
        f'address = "http://a.example"\nkey = "{key}"',
        'address = "https://a.example"\nkey = "AAAA"',
        "what",
    ):
        file.write_text(wrong)
        with pytest.raises(Problem):
            update.source(file)


def test_the_command_says_what_is_and_keeps_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOTTO_CONFIG", str(tmp_path))
    assert main(["update", "on"]) == 0
    assert update.due(update.path())
    assert main(["update"]) == 0
    assert "Nobody publishes this build" in capsys.readouterr().out
    assert main(["update", "--due"]) == 0
    assert not update.due(update.path()), "once a day, whatever comes of it"
    capsys.readouterr()
    assert main(["update", "off", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"event": "choice", "daily": "off"}
    assert not update.due(update.path())


def test_who_publishes_makes_a_key_and_signs_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "secret"
    publishing.main(["key", str(file)])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = base64.b64decode(capsys.readouterr().out.split('"')[1])
    publishing.main(["sign", str(file), "1.0", "2027-01-01", PAGE])
    told = update.read(capsys.readouterr().out.encode(), update.Source("https://sotto.example", key))
    assert told == update.Release("1.0", "2027-01-01", PAGE)
    with pytest.raises(FileExistsError):
        publishing.main(["key", str(file)])
