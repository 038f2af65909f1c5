"""What the engine process runs: a live session between two pipes' ends, with a pulse of its own.

Commands come in, news go out, as `app.engine.wire` has them. The end of the pipe is the end of the process, whatever
it was doing: an engine that nobody hears any more must not go on holding microphone and memory.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import TextIO

from app.engine import ahead
from app.engine.wire import WireError, pack, unpack
from app.folders import data_folder
from app.journal import SIZE, Journal
from core.channel import Channel, Closed
from core.commands import Command, Quit, Setup
from core.events import Begin, Close, Encoded, Overhear, Paused, SpeechContinued, SpeechEnded, Voiced
from core.news import Ended, News, Ready, Trouble
from core.parent import die_with
from core.records import Notice

PULSE_S = 0.2
PULSE = b"+"  # no message is so short
BROKEN = 70  # exit code of a process that ends itself for another to begin
LASTS_S = 2.5  # that a session may take to end
SOUND = (Voiced, Encoded, Paused, SpeechEnded, SpeechContinued, Overhear)  # what is made of sound stays here


def run(pipe: Connection, parent: int, logs: str) -> None:
    """Serve until the pipe ends or the session does; `parent` is the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the window's
    die_with(parent)
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # whoever imports ONNX Runtime, and whichever command this is
    _use_card(data_folder())
    journal = Journal(Path(logs), "engine")
    stacks = _stacks(journal.folder)
    Service(pipe, journal, stacks).run()
    os._exit(0)  # engines' threads would take seconds to be taken down, and all is written


def _use_card(data: Path) -> None:
    """Have PyTorch be the one for the graphics card, where there is such; to come before torch is imported."""
    if (data / "runtime" / "use.json").exists():
        from app.runtime import activate

        activate(data)


class Service:
    """A session, its way in and its way out."""

    def __init__(self, pipe: Connection, journal: Journal, stacks: TextIO) -> None:
        self._pipe, self._journal, self._stacks = pipe, journal, stacks
        self._out: Channel[bytes] = Channel()
        self._sending = Thread(target=self._send, name="news", daemon=True)
        self._broken = False
        threading.excepthook = self._seen

    def run(self) -> None:
        """Take the setup, then commands until Quit."""
        Thread(target=self._beat, name="pulse", daemon=True).start()
        self._sending.start()
        try:
            if not self._pipe.poll():
                ahead.runtimes()  # in reserve: what takes longest is done before it is needed
            setup = unpack(self._pipe.recv_bytes(), Setup)
            self._journal.note("start", python=sys.version.split()[0])
            self._serve(setup)
        except (EOFError, OSError):
            os._exit(0)

    def _serve(self, setup: Setup) -> None:
        if setup.graphics == "leave":
            os.environ["CUDA_VISIBLE_DEVICES"] = ""  # runtimes read it when they load
        from app.session import Session  # takes a while; the pulse goes already

        session = Session(setup, self._tell, self._break)
        session.start()
        while True:
            try:
                command: Command = unpack(self._pipe.recv_bytes(), Command)
            except WireError as error:
                self._journal.error("pipe", error)
                self._tell(Trouble("A command could not be read.", "All else works.", "Try again."))
                continue
            except (EOFError, OSError):
                session.close(LASTS_S)  # the window is gone: what was said is still to be written
                os._exit(0)
            self._journal.command(command)
            if isinstance(command, Quit):
                session.close(LASTS_S)
                self._finish()
                return
            session.take(command)

    def _tell(self, news: News) -> None:
        if isinstance(news, Ready):
            gc.collect()
            gc.freeze()  # a full collection of all that was imported would hold every thread for a quarter second
        self._journal.news(news)
        if (light := without_sound(news)) is not None:
            self._put(pack(light))

    def _break(self, why: str) -> None:
        """End this process, since an engine in it hangs: first the stacks, for whoever looks for the cause."""
        if self._broken:
            return
        self._broken = True
        self._journal.note("broken", why=why)
        faulthandler.dump_traceback(self._stacks, all_threads=True)
        self._put(pack(Trouble("A part of Sotto hangs and is started again.", "What was said is kept.")))
        Thread(target=self._leave, name="leaving").start()

    def _leave(self) -> None:
        self._finish()
        os._exit(BROKEN)

    def _seen(self, args: threading.ExceptHookArgs) -> None:
        """Take note of an exception that ended a thread; without it the session is not whole any more."""
        if args.exc_value is None:
            return
        name = args.thread.name if args.thread else "a thread"
        self._journal.error(name, args.exc_value)
        self._break(f"the thread {name} has ended")

    # The way out.

    def _put(self, raw: bytes) -> None:
        try:
            self._out.put(raw)
        except Closed:
            pass  # the session has ended

    def _beat(self) -> None:
        while True:
            self._put(PULSE)
            time.sleep(PULSE_S)

    def _send(self) -> None:
        for raw in self._out:
            try:
                self._pipe.send_bytes(raw)
            except OSError:
                return  # said where commands are read

    def _finish(self) -> None:
        self._put(pack(Ended()))
        self._out.close()
        self._sending.join(1)


def without_sound(news: News) -> News | None:
    """Return news as the window gets it; None of what is made of sound alone."""
    if not isinstance(news, Notice):
        return news
    if isinstance(news.what, SOUND):
        return None
    if isinstance(news.what, Begin):
        return Notice(Begin(news.what.turn, None, news.what.text), news.state, news.ms)
    if isinstance(news.what, Close):
        return Notice(Close(news.what.turn, news.what.outcome, None), news.state, news.ms)
    return news


def _stacks(folder: Path) -> TextIO:
    """Have every thread's stack written on a crash, and when whoever watches asks; return the open file."""
    path = folder / "engine-stacks.txt"
    try:
        if path.exists() and path.stat().st_size > SIZE:
            path.replace(folder / "engine-stacks.1.txt")
        file = path.open("a", encoding="utf-8")
    except OSError:  # where nothing can be written, one can still talk
        file = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open
    faulthandler.enable(file, all_threads=True)
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1, file, all_threads=True)
    return file
