"""The downloader against a real server that misbehaves: every case ends with the right file, or none and a reason."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from models.downloads import DownloadError, Patience, Progress, Wanted, Web, fetch
from models.downloads.errors import refusal
from models.downloads.transfer import part_of
from models.downloads.web import redirected
from tests.models.downloads.naughty import Manner, Server, serving

BODY = np.random.default_rng(7).bytes(300_000)
SHA = hashlib.sha256(BODY).hexdigest()
HASTY = Patience(stall_s=0.5, tries=3, pause_s=0.01)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "models" / "weights.bin"


def wanted(server: Server, *paths: str, size: int = len(BODY), sha256: str = SHA, **more: object) -> Wanted:
    urls = tuple(server.url + path for path in paths or ("/f",))
    return Wanted("weights.bin", urls, size, sha256, **more)  # type: ignore[arg-type]


def run(steps: Iterator[Progress]) -> list[Progress]:
    """Take all steps; progress is never over 100 %, and no step fetches after it is verified."""
    seen = list(steps)
    assert all(0 <= step.done <= step.total and 0 <= step.share <= 1 for step in seen)
    assert seen[-1].phase == "verifying"
    return seen


def test_a_file_is_fetched_verified_and_put_in_its_place(server: Server, place: Path) -> None:
    server.manners["/f"] = Manner(BODY, pause_s=0.02)
    seen = run(fetch(wanted(server), place, Web(), HASTY))
    assert place.read_bytes() == BODY
    assert not part_of(place).exists()
    phases = [step.phase for step in seen]
    assert phases.index("verifying") > phases.index("fetching")
    assert any(step.speed > 0 and step.left_s is not None for step in seen)


def test_what_is_there_is_verified_and_not_fetched_again(server: Server, place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(BODY)
    run(fetch(wanted(server), place, Web(), HASTY))
    assert server.asked == []
    place.write_bytes(BODY[:-1] + b"?")
    server.manners["/f"] = Manner(BODY)
    run(fetch(wanted(server), place, Web(), HASTY))
    assert place.read_bytes() == BODY


def test_a_download_goes_on_where_it_was_cancelled(server: Server, place: Path) -> None:
    server.manners["/f"] = Manner(BODY, pause_s=0.03)
    steps = fetch(wanted(server), place, Web(), HASTY)
    for step in steps:
        if step.done > 100_000:
            break
    began = time.monotonic()
    steps.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 5  # what is promised, 0.2 s, is measured by the harness; a busy machine is not
    have = part_of(place).stat().st_size
    assert have > 100_000
    assert not place.exists()
    run(fetch(wanted(server), place, Web(), HASTY))
    assert server.asked[-1].headers["range"] == f"bytes={have}-"
    assert place.read_bytes() == BODY


def test_a_stalled_download_can_be_cancelled_too(server: Server, place: Path) -> None:
    server.manners["/f"] = Manner(BODY, stall_after=1000)
    steps = fetch(wanted(server), place, Web(), Patience(stall_s=60))
    while next(steps).done < 1000:
        pass
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert part_of(place).stat().st_size == 1000


def test_a_download_can_be_cancelled_while_a_slow_disk_writes(
    server: Server, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manners["/f"] = Manner(BODY)
    written = threading.Event()
    with monkeypatch.context() as slow:
        slow.setattr(os, "fsync", lambda _: written.wait(60))
        steps = fetch(wanted(server), place, Web(), HASTY)
        while "disk" not in next(steps).note:
            pass
        next(steps)
        steps.close()  # type: ignore[attr-defined]
        assert not written.is_set()
        assert not place.exists()
        written.set()
    run(fetch(wanted(server), place, Web(), HASTY))
    assert len(server.asked) == 1
    assert place.read_bytes() == BODY


def test_a_disk_that_fails_at_the_end_is_told(server: Server, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    server.manners["/f"] = Manner(BODY)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DownloadError, match="cannot be written") as caught:
        list(fetch(wanted(server), place, Web(), HASTY))
    assert caught.value.kind == "disk"
    assert not place.exists()


GOOD: dict[str, Manner] = {
    "cut after n bytes, again and again": Manner(BODY, cut_after=70_000),
    "cut at once, then well": Manner(BODY, cut_after=0, times=2, then=Manner(BODY)),
    "stalls, then well": Manner(BODY, stall_after=50_000, times=1, then=Manner(BODY)),
    "ignores ranges": Manner(BODY, cut_after=100_000, times=1, then=Manner(BODY, ranges=False)),
    "another part than asked": Manner(
        BODY, cut_after=9, times=1, then=Manner(BODY, begin=5, times=1, then=Manner(BODY))
    ),
    "no length": Manner(BODY, length=-1),
    "503, then well": Manner(b"later", 503, {"Retry-After": "0"}, times=2, then=Manner(BODY)),
    "429, then well": Manner(b"slowly", 429, times=1, then=Manner(BODY)),
    "wrong bytes of the right length, then well": Manner(BODY[::-1], times=1, then=Manner(BODY)),
    "surplus without a length": Manner(BODY, length=-1, surplus=b"more", block=1 << 20, times=1, then=Manner(BODY)),
    "very slow": Manner(BODY, block=30_000, pause_s=0.05),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_server_that_misbehaves_for_a_while_costs_only_time(server: Server, place: Path, case: str) -> None:
    server.manners["/f"] = GOOD[case]
    run(fetch(wanted(server), place, Web(), HASTY))
    assert place.read_bytes() == BODY


def test_416_begins_anew(server: Server, place: Path) -> None:
    place.parent.mkdir()
    part_of(place).write_bytes(BODY[:200_000])
    server.manners["/f"] = Manner(BODY[:10], times=1, then=Manner(BODY))
    run(fetch(wanted(server), place, Web(), HASTY))
    assert place.read_bytes() == BODY


@pytest.mark.parametrize("have", [b"x" * 400_000, b"x" * 300_000, b"x" * 7])
def test_a_part_that_is_not_the_files_own_is_thrown_away(server: Server, place: Path, have: bytes) -> None:
    place.parent.mkdir()
    part_of(place).write_bytes(have)
    server.manners["/f"] = Manner(BODY)
    run(fetch(wanted(server), place, Web(), HASTY))
    assert place.read_bytes() == BODY


BAD: dict[str, tuple[Manner, str, str]] = {
    "never more than n bytes": (Manner(BODY, cut_after=9, ranges=False), "offline", "does not come ahead"),
    "stalls for good": (Manner(BODY, stall_after=0), "offline", "stalls"),
    "another part and cut": (Manner(BODY, begin=3, cut_after=10), "offline", "another part"),
    "too short": (Manner(BODY[:-1]), "wrong", "has 299999 bytes instead of 300000"),
    "too long": (Manner(BODY + b"!"), "wrong", "has 300001 bytes"),
    "claims another length": (Manner(BODY, length=12), "wrong", "has 12 bytes"),
    "wrong bytes for good": (Manner(BODY[::-1]), "wrong", "not the file that was promised"),
    "packed": (Manner(BODY, headers={"Content-Encoding": "gzip"}), "wrong", "packs the file"),
    "a login page": (Manner(b"<html>", headers={"Content-Type": "text/html"}), "captive", "a web page came"),
    "404": (Manner(b"", 404), "missing", "no such file"),
    "403": (Manner(b"", 403), "denied", "refuses this file"),
    "418": (Manner(b"", 418), "server", "answers 418"),
    "500 for good": (Manner(b"", 500), "offline", "answers 500"),
    "redirects without end": (Manner(b"", 302, {"Location": "/f"}), "server", "redirects without end"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_not_to_be_had_is_never_in_its_place(server: Server, place: Path, case: str) -> None:
    manner, kind, message = BAD[case]
    server.manners["/f"] = manner
    with pytest.raises(DownloadError, match=message) as caught:
        list(fetch(wanted(server), place, Web(), HASTY))
    assert caught.value.kind == kind
    assert "\n" not in str(caught.value)
    assert not place.exists()


def test_no_server_at_all(place: Path, server: Server) -> None:
    gone = Wanted("weights.bin", ("http://127.0.0.1:9/f",), len(BODY), SHA)
    with pytest.raises(DownloadError, match="goes on from here next time"):
        list(fetch(gone, place, Web(), HASTY))


def test_another_source_is_tried(server: Server, place: Path) -> None:
    server.manners["/good"] = Manner(BODY)
    run(fetch(wanted(server, "/gone", "/good"), place, Web(), HASTY))
    assert place.read_bytes() == BODY


def test_redirects_are_followed_and_take_no_token_along(server: Server, place: Path) -> None:
    with serving() as other:
        other.manners["/blob"] = Manner(BODY)
        server.manners["/f"] = Manner(b"", 302, {"Location": other.url + "/blob"})
        run(fetch(wanted(server, token=True), place, Web(token="hf_secret"), HASTY))
        assert server.asked[0].headers["authorization"] == "Bearer hf_secret"
        assert "authorization" not in other.asked[0].headers
    assert place.read_bytes() == BODY
    assert "hf_secret" not in repr(Web(token="hf_secret"))


def test_an_encrypted_connection_is_never_left() -> None:
    with pytest.raises(DownloadError, match="unprotected"):
        redirected("https://a/x", "http://a/x", {})


GATES = {
    "no token": (401, "GatedRepo", "Access to model a/b is restricted.", False, "no-token"),
    "wrong token": (401, "", "Invalid credentials in Authorization header", True, "wrong-token"),
    "not accepted": (403, "GatedRepo", "Access to model a/b is restricted and you are not in the list.", True, "terms"),
    "waiting": (
        403,
        "GatedRepo",
        "Your request to access model a/b is awaiting a review from the repo authors.",
        True,
        "waiting",
    ),
    "denied": (
        403,
        "GatedRepo",
        "Your request to access model a/b has been rejected by the repo's authors.",
        True,
        "denied",
    ),
    "scope": (403, "", "Please enable gated repositories in your fine-grained token", True, "token-scope"),
}


@pytest.mark.parametrize("case", GATES)
def test_gates_are_told_apart_with_the_page_to_open(server: Server, place: Path, case: str) -> None:
    status, code, said, token, kind = GATES[case]
    server.manners["/f"] = Manner(b"", status, {"X-Error-Code": code, "X-Error-Message": said})
    web = Web(token="hf_secret" if token else "")
    with pytest.raises(DownloadError) as caught:
        list(fetch(wanted(server, token=True, page="https://hub/a/b"), place, web, HASTY))
    assert (caught.value.kind, caught.value.page) == (kind, "https://hub/a/b")
    assert "hf_secret" not in str(caught.value)


def test_a_full_disk_keeps_what_is_there(server: Server, place: Path) -> None:
    resource = pytest.importorskip("resource")
    import signal

    server.manners["/f"] = Manner(BODY)
    before, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(DownloadError, match="the disk is full") as caught:
            list(fetch(wanted(server), place, Web(), HASTY))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert caught.value.kind == "disk"
    assert part_of(place).read_bytes() == BODY[:100_000]
    run(fetch(wanted(server), place, Web(), HASTY))
    assert place.read_bytes() == BODY


def test_small_files_are_checked_by_the_hash_that_git_gives_them(server: Server, place: Path) -> None:
    server.manners["/f"] = Manner(b"{}")
    known = "9e26dfeeb6e641a33dae4961196235bdb965b21b"  # what `git hash-object` says of {}
    run(fetch(wanted(server, size=2, sha256="", git_sha1=known), place, Web(), HASTY))
    assert place.read_bytes() == b"{}"
    with pytest.raises(DownloadError, match="nobody knows this file's hash"):
        list(fetch(wanted(server, sha256=""), place, Web(), HASTY))


def test_a_proxy_is_used_with_its_password(server: Server, place: Path) -> None:
    server.manners["http://models.example/f"] = Manner(BODY)
    away = Wanted("weights.bin", ("http://models.example/f",), len(BODY), SHA)
    run(fetch(away, place, Web(proxy=server.url.replace("//", "//me:p%40ss@")), HASTY))
    assert server.asked[0].headers["proxy-authorization"] == "Basic bWU6cEBzcw=="
    for odd in ("socks5://x:1", "ftp://x"):
        with pytest.raises(DownloadError, match="proxy cannot be used"):
            list(fetch(away, place.with_name(odd[:3]), Web(proxy=odd), HASTY))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate of our own for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("authority")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


def test_a_certificate_must_be_trusted_and_an_own_authority_can_be(
    authority: tuple[Path, Path], place: Path, tmp_path: Path
) -> None:
    import ssl

    patient = Patience(stall_s=60, tries=3, pause_s=0.01)  # a busy machine shakes hands for longer than half a second
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    with serving(context) as secure:
        secure.manners["/f"] = Manner(BODY)
        with pytest.raises(DownloadError, match="certificate is not trusted") as caught:
            list(fetch(wanted(secure), place, Web(), patient))
        assert caught.value.kind == "certificate"
        run(fetch(wanted(secure), place, Web(ca_file=authority[0]), patient))
        with pytest.raises(DownloadError, match="certificates cannot be read"):
            list(fetch(wanted(secure), place.with_name("other"), Web(ca_file=tmp_path / "none.pem"), patient))
    assert place.read_bytes() == BODY


def test_an_abandoned_connection_leaves_no_thread_behind(server: Server, place: Path) -> None:
    server.manners["/f"] = Manner(BODY, stall_after=10)
    steps = fetch(wanted(server), place, Web(), Patience(stall_s=60))
    while next(steps).done < 10:
        pass
    steps.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join(10)
            assert not thread.is_alive()


def test_what_the_server_says_about_waiting_is_heard() -> None:
    fault: Callable[[str], float] = lambda text: refusal(503, {"retry-after": text}, "", token=False, page="").wait_s  # type: ignore[union-attr]  # noqa: E731
    assert [fault(text) for text in ("7", "9999", "tomorrow", "")] == [7, 120, 0, 0]
