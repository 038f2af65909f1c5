"""llama.cpp's libraries, beside the package: it loads them by path, and llama.cpp the processor's variant by folder."""

from pathlib import Path

from PyInstaller.utils.hooks import collect_dynamic_libs, get_module_file_attribute

# The wheel holds each library under several names: Python loads it by the first, libraries each other by the second.
binaries = collect_dynamic_libs("llama_cpp", search_patterns=["*.so", "*.so.[0-9]", "*.dll", "*.dylib"])
variants = Path(get_module_file_attribute("llama_cpp")).parents[1] / "bin"  # where the wheel leaves them
binaries += [(str(path), "llama_cpp/lib") for path in sorted(variants.glob("*ggml-cpu-*"))]
excludedimports = ["llama_cpp.server"]
