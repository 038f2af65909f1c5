"""A private sound server with a virtual microphone and loudspeaker, both channels of one sink: one clock for all.

    world, a null sink of four channels at 48 kHz
      front-left    what the person says            <- sink `person` (which also goes to rear-left)
      front-right   what the loudspeaker plays      <- sink `speaker`, Sotto's
      rear-left     what the microphone hears       -> source `mic`, Sotto's; the echo path ends here, too

The recording is the world's monitor. Needs pulseaudio, pulseaudio-utils and ALSA's plugins (Debian packages).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from app.checks import Problem

RATE = 48_000  # Hz
WORLD = ("front-left", "front-right", "rear-left", "rear-right")
PROGRAMS = ("pulseaudio", "pactl", "pacat", "parec")
OVERLAP = 40  # milliseconds of its latency that a program has given away before it plays
FULL_VOLUME = 65_536  # as the server counts
NEVER_LATE = ("nice", "-n", "-11")  # as the server itself: air does not wait for a processor
STARTS = 10.0  # seconds in which it must answer


class SoundServer:
    """One server in a folder of its own; devices come and go as asked."""

    def __init__(self, folder: Path) -> None:
        missing = [program for program in PROGRAMS if shutil.which(program) is None]
        if missing:
            packages = "apt-get install pulseaudio pulseaudio-utils libasound2-plugins"
            raise Problem(f"the rig needs {', '.join(missing)}", "on this computer", packages)
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._path: list[subprocess.Popen[bytes]] = []  # of the echo
        for name in ("home", "run/pulse", "state"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in (".", "run", "run/pulse"):
            (folder / name).chmod(0o700)
        (folder / "home" / ".asoundrc").write_text(
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
            + _named("room_mic", "mic", "Room microphone")
            + _named("room_speaker", "speaker", "Room loudspeaker")
        )

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which a program finds this server and no other."""
        run = self.folder / "run"
        ours = {
            "HOME": self.folder / "home",
            "XDG_RUNTIME_DIR": run,
            "PULSE_RUNTIME_PATH": run / "pulse",
            "PULSE_STATE_PATH": self.folder / "state",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "DBUS_"))}
        return kept | {name: str(path) for name, path in ours.items()}

    # The server itself.

    def start(self, *, plugged: bool = True) -> None:
        """Start the server, with its devices or without any; return when it answers."""
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=true", "--realtime=no"]
        command += ["--high-priority=yes", f"--log-target=file:{self.folder / 'pulse.log'}"]
        command += ["-L", "module-native-protocol-unix"]
        self._process = subprocess.Popen(command, env=self.environment)
        until = time.monotonic() + STARTS
        while not self._answers():
            if time.monotonic() > until:
                raise Problem("the private sound server does not start", self.folder / "pulse.log", "read it")
            time.sleep(0.02)
        if plugged:
            self.plug()

    def stop(self) -> None:
        """End it, however it is."""
        self._end_echo()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None

    def freeze(self) -> None:
        """Let it do nothing at all, as a stuck driver does."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "the server must have been started"
        self._process.send_signal(number)

    def _answers(self) -> bool:
        asked = subprocess.run(
            ["pactl", "info"], env=self.environment, capture_output=True, timeout=STARTS, check=False
        )
        return asked.returncode == 0

    # Its devices.

    def plug(self) -> None:
        """Let microphone and loudspeaker be there, and the world that they are in."""
        self._load("module-null-sink", "norewinds=1", "sink_name=world", f"rate={RATE}", "channels=4", _map(*WORLD))
        self._part("person", "front-left", "rear-left")
        self._part("echo", "rear-left")
        self._part("speaker", "front-right")
        self._load("module-remap-source", "source_name=mic", "master=world.monitor", *_remap("rear-left"))
        self._load("module-remap-source", "source_name=played", "master=world.monitor", *_remap("front-right"))
        self.control("set-default-sink", "speaker")
        self.control("set-default-source", "mic")

    def unplug(self) -> None:
        """Take all devices away."""
        self._end_echo()
        for module in ("module-remap-source", "module-remap-sink", "module-null-sink"):
            self.control("unload-module", module)

    def echo(self, level_db: float, delay_ms: int) -> None:
        """Let the microphone hear the loudspeaker, at this level and after about this time.

        Two programs and a pipe, since a loopback within one server stalls a sink that is its own source.
        """
        how = (f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw")
        heard = [*NEVER_LATE, "parec", "-d", "played", "--latency-msec=20", *how]
        said = [*NEVER_LATE, "pacat", "--playback", "-d", "echo", f"--latency-msec={delay_ms + OVERLAP}", *how]
        said += [f"--volume={round(FULL_VOLUME * 10 ** (level_db / 60))}"]  # a cubic scale
        first = subprocess.Popen(heard, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        last = subprocess.Popen(said, env=self.environment, stdin=first.stdout, stderr=subprocess.DEVNULL)
        assert first.stdout is not None
        first.stdout.close()  # the other's, from now on
        self._path = [first, last]

    def _end_echo(self) -> None:
        for process in self._path:
            process.kill()
            process.wait()
        self._path = []

    def _part(self, name: str, *channels: str) -> None:
        self._load("module-remap-sink", f"sink_name={name}", "master=world", *_remap(*channels))

    def _load(self, module: str, *arguments: str) -> None:
        self.control("load-module", module, *arguments)

    def control(self, *arguments: str) -> str:
        """Ask the server something; return its answer."""
        asked = subprocess.run(
            ["pactl", *arguments], env=self.environment, capture_output=True, text=True, timeout=STARTS, check=False
        )
        return asked.stdout


def _map(*channels: str) -> str:
    return f"channel_map={','.join(channels)}"


def _remap(*channels: str) -> tuple[str, ...]:
    names = ",".join(channels)
    return f"channels={len(channels)}", f"channel_map={names}", f"master_channel_map={names}", "remix=no"


def _named(name: str, device: str, description: str) -> str:
    return f'pcm.{name} {{ type pulse device "{device}" hint {{ show on description "{description}" }} }}\n'
