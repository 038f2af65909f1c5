"""webrtcvad-wheels brings the module `webrtcvad`; the public hook asks for another distribution, and stops."""

from PyInstaller.utils.hooks import copy_metadata

datas = copy_metadata("webrtcvad-wheels")
