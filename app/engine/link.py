"""The window's hold on the engine process: it passes commands and news, and whatever becomes of the process, goes on.

A process that ends, or shows no sign of life, is replaced: first with what held before, and when that does not last,
with the pocket pack and the default settings. Nothing that was acknowledged is lost: the store has it, and the new
process goes on where the old one was. What is typed is given again until it is known to be kept; and once, lest a
command that ends a process ends each, whatever else was asked since the old process was last heard of.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, Thread

from app.engine import child
from app.engine.process import EngineProcess, Role
from app.journal import Journal
from core.commands import (
    Command,
    DeleteConversations,
    DeleteEverything,
    Hush,
    Mute,
    NewConversation,
    OpenConversation,
    Press,
    Quit,
    Release,
    Rest,
    Setup,
    Talk,
    Unmute,
    Write,
)
from core.conversation import State
from core.events import Begin, Failed
from core.news import (
    Ended,
    EngineState,
    Loading,
    News,
    Phase,
    Ready,
    SettingsUsed,
    Standing,
    Trouble,
    TurnKept,
)
from core.records import Notice, TurnRecord
from core.settings import CAREFUL

SLOW_S = 1.2  # without a sign of life from a process that gives five a second
HUNG_S = 5.0  # and then it is taken for hung
LOADING_S = 30.0  # or this much later, while it loads what holds all its threads
ENDING_S = 2.5  # that an orderly end may take
DUMP_S = 0.3  # that a hung process is given to write down where it hangs
OFTEN, WITHIN_S = 3, 60.0  # crashes after which the next process is a careful one
LONGEST_PAUSE_S = 2.0  # between the end of one and the begin of the next
POLL_S = 0.05
SETTLED_S = 5.0  # after all is loaded, until another process is started that is held in reserve
WISHED = (Talk, Rest, Mute, Unmute, Write, NewConversation, OpenConversation)  # that `Wish` takes note of
FLEETING = (Press, Release, Hush)  # mean nothing to a process that begins


@dataclass
class Wish:
    """What the next process is to be told, so that it is as the last one was."""

    setup: Setup
    talking: bool = False
    muted: bool = False
    conversation: int | None = None
    turn: bool = False  # one is under way
    asked_again: bool = False  # the process was told to answer it once more
    again: bool = False  # and has begun to
    safe: bool = False  # the process runs on other settings than these
    writing: deque[Write] = field(default_factory=deque)  # not yet kept

    def note_command(self, command: Command) -> None:
        """Take note of what was asked."""
        match command:
            case Talk() | Rest():
                self.talking = isinstance(command, Talk)
            case Mute() | Unmute():
                self.muted = isinstance(command, Mute)
            case Write(text) if text.strip():
                self.writing.append(command)
            case NewConversation():
                self.conversation = None
            case OpenConversation(number):
                self.conversation = number
            case DeleteConversations(numbers) if self.conversation in numbers:
                self.conversation = None
            case DeleteEverything():
                self.conversation = None

    def note_news(self, news: News) -> None:
        """Take note of what was told."""
        match news:
            case Standing(conversation=number) if number is not None:
                self.conversation = number
            case SettingsUsed(settings) if not (self.safe or news.instead):
                self.setup = replace(self.setup, settings=settings)
            case TurnKept(conversation=number, seen=seen):
                if not seen.done:  # a turn that ended may be of a conversation that was left since
                    self.conversation = number  # told before the `Standing` that says so as well
                if seen.typed:
                    self._acknowledge(seen.user)
            case Notice(what=Begin()) if self.asked_again:
                self.asked_again, self.again = False, True
            case Notice(what=TurnRecord() as record):
                self.again = False
                if record.typed:
                    self._acknowledge(record.user)
        if isinstance(news, Notice) and not isinstance(news.what, Failed):  # a turn is over with its record
            self.turn = news.state is not State.LISTENING

    def commands(self) -> list[Command]:
        """Return what a new process is to be asked."""
        asked: list[Command] = []
        if self.conversation is not None:
            self.asked_again = self.turn and not self.again
            asked.append(OpenConversation(self.conversation, self.asked_again))
        asked += [Talk()] * self.talking + [Mute()] * self.muted
        return [*asked, *self.writing]

    def careful(self) -> Setup:
        """Return a setup on which anything runs."""
        ours = self.setup.settings
        return replace(self.setup, settings=replace(CAREFUL, audio=ours.audio, store=ours.store), graphics="leave")

    def _acknowledge(self, text: str) -> None:
        for write in self.writing:
            if write.text.strip() == text.strip():
                self.writing.remove(write)
                return


class EngineLink:
    """Keeps an engine process running; `tell` is called on its thread with all news, and returns at once."""

    def __init__(self, setup: Setup, tell: Callable[[News], None], logs: Path, role: Role = child.run) -> None:
        self.restarts = 0
        self.pid = 0  # of the engine process
        self._wish, self._told, self._logs = Wish(setup), tell, logs
        self._journal = Journal(logs, "window")
        self._lock = Lock()
        self._role = role
        self._process: EngineProcess | None = None
        self._reserve: EngineProcess | None = None  # has imported all, and takes the place of one that ends
        self._ready_at = 0.0
        self._held: list[Command] = []  # asked since a process was last heard of
        self._crashes: deque[float] = deque(maxlen=OFTEN)
        self._phase: Phase = "stopped"
        self._usual: Phase = "stopped"  # when it is not slow
        self._closing = False
        self._thread = Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Start the engine process."""
        self._thread.start()

    def ask(self, command: Command) -> None:
        """Have something done; never blocks. What the engine cannot be asked now, the next one is."""
        with self._lock:
            self._journal.command(command)
            self._wish.note_command(command)
            if self._process:
                self._process.send(command)
            if not isinstance(command, (*WISHED, *FLEETING)):
                self._held.append(command)

    def close(self, timeout: float = 3.0) -> None:
        """End the engine, orderly if it can, within `timeout` seconds in any case."""
        with self._lock:
            self._closing = True
            if self._process:
                self._process.send(Quit())
        if self._thread.ident is not None:  # it was started
            self._thread.join(timeout)
        with self._lock:
            for process in (self._process, self._reserve):
                if process:
                    process.kill()
        self._journal.close()

    # The engine's thread.

    def _run(self) -> None:
        pause = 0.0
        while not self._leaving():
            began = time.monotonic()
            why = self._serve()
            if self._leaving():
                break
            self._mourn(why)
            pause = 0.0 if time.monotonic() - began > WITHIN_S else min(pause * 2 + 0.1, LONGEST_PAUSE_S)
            self._rest(pause)
        self._drop_reserve()
        self._change("stopped")

    def _leaving(self) -> bool:
        return self._closing

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._closing:
            time.sleep(POLL_S)

    def _serve(self) -> str:
        """Serve with one process until it ends; return why."""
        try:
            process = self._next()
        except OSError as error:  # no memory, no more processes
            return f"it could not be started, {error.strerror or error}"
        self.pid = process.pid
        self._change("starting")
        setup = self._wish.careful() if self._wish.safe else self._wish.setup
        if self._wish.safe:
            self._tell(SettingsUsed(setup.settings, instead=True))
        with self._lock:
            process.send(setup)
            for command in (*self._wish.commands(), *self._held):
                process.send(command)
            self._held.clear()
            self._process = process
            if self._closing:
                process.send(Quit())
        try:
            return self._follow(process)
        finally:
            with self._lock:
                self._process = None
            process.kill()

    def _next(self) -> EngineProcess:
        """Return the process in reserve, or else a new one; raises OSError."""
        reserve, self._reserve = self._reserve, None
        if reserve and reserve.alive and not self._wish.safe:  # a careful one must know so before it imports anything
            return reserve
        if reserve:
            reserve.kill()
        return EngineProcess(self._role, self._logs)

    def _look_after_reserve(self) -> None:
        """Have another process in reserve, once all is loaded and nobody talks, for importing takes seconds."""
        if self._reserve is None:
            settled = self._usual == "ready" and time.monotonic() - self._ready_at > SETTLED_S
            if settled and not self._wish.turn and not self._closing:
                try:
                    self._reserve = EngineProcess(self._role, self._logs)
                except OSError:
                    self._ready_at = time.monotonic()  # no room for another one now
            return
        try:
            self._reserve.receive(0)
        except EOFError:
            self._drop_reserve()
        if self._reserve and self._reserve.quiet_s > LOADING_S:
            self._drop_reserve()

    def _drop_reserve(self) -> None:
        reserve, self._reserve = self._reserve, None
        self._ready_at = time.monotonic()
        if reserve:
            reserve.kill()

    def _follow(self, process: EngineProcess) -> str:
        closing_at: float | None = None
        while True:
            try:
                news = process.receive(POLL_S)
            except EOFError:
                return process.end()
            if not process.quiet_s:
                with self._lock:
                    self._held.clear()
            if news is not None:
                if isinstance(news, Ended) and self._closing:
                    process.wait(0.5)
                    return ""
                self._take(news)
            if self._closing and self._phase == "starting":
                return "it had not begun"  # it imports, so that it hears nothing, and it has nothing to write
            if self._closing:
                closing_at = closing_at or time.monotonic()
                if time.monotonic() - closing_at > ENDING_S:
                    return "it did not end"
            self._look_after_reserve()
            if why := self._judge(process):
                return why

    def _judge(self, process: EngineProcess) -> str:
        """Say slow what is slow; return why a process is to be ended, if it is."""
        quiet = process.quiet_s
        if quiet < SLOW_S:
            if self._phase == "slow":
                self._change(self._usual)
        elif quiet > (HUNG_S if self._usual in ("ready", "safe") else LOADING_S):
            process.dump()
            time.sleep(DUMP_S)
            return "it does not answer"
        elif self._phase in ("ready", "safe"):
            self._change("slow", "it has not been heard of for a moment")
        return ""

    def _take(self, news: News) -> None:
        with self._lock:
            self._wish.note_news(news)
        if isinstance(news, Loading) and self._phase == "starting":
            self._change("loading")
        self._tell(news)
        if isinstance(news, Ready):
            self._ready_at = time.monotonic()
            self._change("safe" if self._wish.safe else "ready")

    def _change(self, phase: Phase, why: str = "") -> None:
        if phase != self._phase:
            if phase != "slow":
                self._usual = phase
            self._phase = phase
            self._tell(EngineState(phase, why))

    def _mourn(self, why: str) -> None:
        """Say that a process has ended, and decide how careful the next one is to be."""
        self.restarts += 1
        now = time.monotonic()
        self._crashes.append(now)
        if not self._wish.safe and len(self._crashes) == OFTEN and now - self._crashes[0] < WITHIN_S:
            self._wish.safe = True
            works = "It goes on with the pocket pack and the default settings; what was said is kept."
            self._tell(Trouble(f"The engine ended {OFTEN} times within a minute ({why}).", works, SAFE_MEND))
        self._journal.note("engine ended", why=why, restarts=self.restarts, safe=self._wish.safe)
        self._change("restarting", why)

    def _tell(self, news: News) -> None:
        if isinstance(news, EngineState):
            self._journal.news(news)
        self._told(news)


SAFE_MEND = "Choose another pack in the settings, or start Sotto again to try the one you had."
