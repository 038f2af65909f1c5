"""The engine's hold on one audio process: its pipe, its last sign of life, its end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread

from core.audio.wire import Kind, Packet
from core.channel import Channel, Closed
from core.settings import AudioSettings

Role = Callable[[Connection], None]


class AudioProcess:
    """A process that loads all it needs for `role`, and begins when told to.

    Whatever becomes of it, nothing here waits for it. One that waits in reserve can begin within a tenth of a second.
    """

    def __init__(self, role: Role) -> None:
        context = get_context("spawn")  # a fork would inherit locks of threads that it does not have
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=role, args=(theirs,), name="sotto-audio", daemon=True)
        self._outbox: Channel[bytes] = Channel()
        self.alive_at = time.monotonic()
        self._process.start()
        theirs.close()
        # The pipe to a hung process fills up, and then whoever writes to it hangs as well: this thread, and no other.
        Thread(target=self._send_all, name="audio-send", daemon=True).start()

    def begin(self, settings: AudioSettings) -> None:
        """Let it do what it is for."""
        self.alive_at = time.monotonic()
        self.send(Packet(Kind.BEGIN, body=json.dumps(asdict(settings)).encode()))

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def quiet_s(self) -> float:
        """Seconds since it last said something."""
        return time.monotonic() - self.alive_at

    def send(self, packet: Packet) -> None:
        """Have a packet sent; in vain once the process is gone."""
        try:
            self._outbox.put(packet.pack())
        except Closed:
            pass  # said where packets are received

    def receive(self, timeout: float) -> Packet | None:
        """Return its next packet, None if there is none in time; raises EOFError once it is gone."""
        try:
            if not self._pipe.poll(timeout):
                return None
            packet = Packet.unpack(self._pipe.recv_bytes())
        except OSError as error:
            raise EOFError from error
        self.alive_at = time.monotonic()
        return packet

    def kill(self) -> None:
        """End it at once, however it is."""
        self._outbox.close()
        self._process.kill()
        self._process.join(1)

    def _send_all(self) -> None:
        for raw in self._outbox:
            try:
                self._pipe.send_bytes(raw)
            except OSError:
                return
