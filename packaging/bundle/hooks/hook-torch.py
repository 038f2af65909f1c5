"""torch without its compiler, headers, tests and tools, and with its sources where it reads them."""

import sys
from pathlib import Path

from PyInstaller.utils.hooks import get_module_file_attribute

home = Path(get_module_file_attribute("torch")).parent
pattern = {"win32": "*.dll", "darwin": "*.dylib"}.get(sys.platform, "*.so*")
binaries = [(str(path), "torch/lib") for path in sorted((home / "lib").glob(pattern)) if path.is_file()]
if sys.platform.startswith("linux"):
    binaries.append((str(home / "bin" / "torch_shm_manager"), "torch/bin"))  # torch looks for it when it is imported
excludedimports = ["sympy", "networkx", "torch._dynamo", "torch._inductor", "torch.onnx", "torch.utils.tensorboard"]
# These ask for their own source when they are imported: TorchScript's overloads, and tables of settings.
module_collection_mode = dict.fromkeys(
    [
        "torch._export.config",
        "torch._functorch.config",
        "torch.compiler.config",
        "torch.distributed.config",
        "torch.functional",
        "torch.fx.experimental._config",
        "torch.nn.functional",
        "torch.nn.modules.rnn",
    ],
    "pyz+py",
)
