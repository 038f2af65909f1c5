"""Draws the icon in every size and format, from the one drawing; runs in the build's environment, which has Qt."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIDES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO = (16, 24, 32, 48, 64, 256)
ICNS = {b"icp4": 16, b"icp5": 32, b"ic11": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def png(drawing: bytes, side: int) -> bytes:
    """Return a drawing as a PNG of `side` x `side` pixels."""
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Return PNGs by side as one Windows icon."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    place = len(head) + 16 * len(pictures)
    for side, raw in pictures.items():
        head += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(raw), place)
        place += len(raw)
    return head + b"".join(pictures.values())


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """Return PNGs by kind as one icon of macOS."""
    body = b"".join(kind + struct.pack(">I", len(raw) + 8) + raw for kind, raw in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main(drawing: Path, folder: Path) -> None:
    """Write `SIDE.png`, `sotto.ico` and `sotto.icns`."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = drawing.read_bytes()
    drawn = {side: png(raw, side) for side in SIDES}
    for side, picture in drawn.items():
        (folder / f"{side}.png").write_bytes(picture)
    (folder / "sotto.ico").write_bytes(ico({side: drawn[side] for side in ICO}))
    (folder / "sotto.icns").write_bytes(icns({kind: drawn[side] for kind, side in ICNS.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
