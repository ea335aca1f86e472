"""Set-up shared by the tests."""

import os

import pytest
import torch
from hypothesis import settings

torch.set_num_threads(1)  # the tensors are small; threads would only wait for one another

if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"  # kernels run on the CPU; read when Triton is imported

# A busy machine is not a bug, and a failure must come again when it is looked for.
settings.register_profile("dmnb", deadline=None, derandomize=True)
settings.load_profile("dmnb")


def pytest_runtest_setup(item):
    if item.get_closest_marker("gpu") and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def no_data_root(monkeypatch, tmp_path):
    """No DMNB_DATA, and a cache of its own for what is read."""
    import datasets

    from dmnb import data

    monkeypatch.delenv("DMNB_DATA", raising=False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    data.images._read.cache_clear()
