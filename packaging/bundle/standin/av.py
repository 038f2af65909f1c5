"""In place of PyAV, which faster-whisper imports and uses for files only; Sotto gives it samples.

PyAV's wheels hold FFmpeg with x264 and x265, 105 MB under the GPL, to decode sound. The bundle leaves them out: what
libsndfile cannot read, `models/audiofile.py` has the system's `ffmpeg` read, where there is one.
"""
