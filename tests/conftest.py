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
