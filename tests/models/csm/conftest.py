"""The tiny random models of the voice, made once a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from tiny_csm import Tiny


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session", params=[8, 32])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a model of 8 and one of 32 codebooks."""
    import tiny_csm

    return tiny_csm.make_tiny(tmp_path_factory.mktemp(f"tiny{request.param}"), request.param, seed=request.param)


@pytest.fixture(scope="session")
def tiny8(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a model of 8 codebooks with room for 256 positions."""
    import tiny_csm

    return tiny_csm.make_tiny(tmp_path_factory.mktemp("tiny"), 8, seed=1)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)
