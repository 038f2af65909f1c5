"""Downloads that go on where they stopped, and of which nothing unverified is ever used.

Everything long is an iterator of `Progress`: it yields at least ten times a second, and not asking for more cancels.
"""

from models.downloads.errors import DownloadError
from models.downloads.progress import Progress
from models.downloads.transfer import Patience, Wanted, fetch
from models.downloads.web import Web

__all__ = ["DownloadError", "Patience", "Progress", "Wanted", "Web", "fetch"]
