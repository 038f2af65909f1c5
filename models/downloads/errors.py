"""What can go wrong with a download, told apart by what the user can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal[
    "offline",  # no connection, or it breaks again and again
    "server",  # the server is out of order
    "missing",  # there is no such file or repository
    "no-token",  # an account is needed, and its token
    "wrong-token",
    "token-scope",  # the token may not read gated repositories
    "terms",  # the terms of the model are not accepted
    "waiting",  # they are, and somebody has to allow it
    "denied",  # somebody has not
    "captive",  # a login page of the network answered
    "certificate",
    "wrong",  # not the file that was promised
    "disk",
    "setting",  # a proxy, an address or a file of certificates that cannot be used
]


class DownloadError(Exception):
    """A download that cannot go on; the message is one line: what, where, what to do. `page` is one to open."""

    def __init__(self, kind: Kind, what: str, where: object, advice: str, page: str = "") -> None:
        """Join the parts into one line."""
        super().__init__(" ".join(f"{what}, {where}, {advice}".split()))
        self.kind, self.page = kind, page


class Passing(Exception):
    """A fault that may be gone at the next try, in so many seconds if the server said so."""

    def __init__(self, what: str, *, wait_s: float = 0.0, restart: bool = False) -> None:
        """`restart` says that what is there so far cannot be gone on from."""
        super().__init__(what)
        self.wait_s, self.restart = wait_s, restart


def refusal(status: int, headers: Mapping[str, str], url: str, *, token: bool, page: str) -> DownloadError | Passing:
    """Return what a status that is no success means; the hub says more in X-Error-Code and X-Error-Message."""
    code, said = headers.get("x-error-code", ""), headers.get("x-error-message", "").lower()
    gated = code == "GatedRepo"
    if status == 401 and not token and page:
        advice = "create an access token in your account there and enter it"
        return DownloadError("no-token", "this model needs an account", page, advice, page)
    if status == 401 and token:
        return DownloadError("wrong-token", "the access token is not valid", page or url, "enter another", page)
    if status == 403 and "fine-grained" in said:
        advice = "allow it to read public gated repositories"
        return DownloadError("token-scope", "the access token may not read this model", page or url, advice, page)
    if status == 403 and gated and "rejected" in said:
        return DownloadError("denied", "its authors have denied you this model", page, "choose another", page)
    if status == 403 and gated and "awaiting" in said:
        return DownloadError("waiting", "its authors have yet to allow you this model", page, "try again later", page)
    if status in (401, 403) and (gated or page):
        return DownloadError("terms", "the terms of this model are not accepted yet", page, "accept them there", page)
    if status in (401, 403, 451):
        return DownloadError("denied", f"the server refuses this file ({status})", url, "choose another source")
    if status in (404, 410):
        return DownloadError("missing", "the server has no such file", url, "choose another source, or update Sotto")
    if status in (408, 425, 429) or status >= 500:
        return Passing(f"the server answers {status}", wait_s=_seconds(headers.get("retry-after", "")))
    return DownloadError("server", f"the server answers {status}", url, "choose another source, or try again later")


def _seconds(text: str) -> float:
    return min(float(text), 120.0) if text.isdigit() else 0.0
