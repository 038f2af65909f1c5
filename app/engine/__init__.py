"""The engine process, and the window's hold on it; nothing here knows Qt.

`link` is the window's side; `child` is what the engine process runs; `wire` is what goes between them.
"""
