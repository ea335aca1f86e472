"""Emphases: what may go in, what comes out, and how they travel."""

import copy
import dataclasses
import json
import math
import pickle
import sys

import numpy as np
import pytest
import torch
from test_emphasis import named

from dmnb import DMLoss, dm_loss, emphasis
from dmnb.emphasis import (
    DM,
    GCE,
    MAE,
    AnchoredDM,
    Beta,
    Custom,
    Exponential,
    Normal,
    Tabulated,
)


def test_any_numpy_array_will_do(recwarn):
    e, p = DM(0.5, 12), np.linspace(0, 1, 5)
    p.flags.writeable = False
    np.testing.assert_array_equal(e.weight(p[::-1]), e.weight(p)[::-1])
    assert e.variance(p[::-1]) == pytest.approx(e.variance(p))
    assert not recwarn


def test_a_function_that_works_in_place_changes_nothing_else():
    before, p = MAE().objective(-1e7), torch.linspace(0, 1, 5, dtype=torch.float64)
    weight = Custom(lambda p: 1 - p.clamp_(0.1, 0.9)).weight(p)
    torch.testing.assert_close(weight, 1 - torch.linspace(0, 1, 5).double().clamp(0.1, 0.9))
    assert p[0] == 0 and MAE().objective(-1e7) == before


@pytest.mark.parametrize("value", [True, "a", None])
def test_a_parameter_is_a_number(value):
    with pytest.raises(ValueError, match="lam must be a number"):
        DM(value, 12)
    with pytest.raises(ValueError, match="mode must be a number"):
        DM.from_mode(value, 8)


@named
def test_kind_shape_and_dtype_come_back(e):
    for p in (0.25, np.full((2, 3), 0.25), torch.full((2, 3), 0.25), torch.tensor(0.25).double()):
        for method in (e.weight, e.density, e.weight_at, e.density_at, e.objective):
            out = method(p)
            assert isinstance(out, type(p))
            assert isinstance(p, float) or (out.shape == p.shape and out.dtype == p.dtype)
            assert float(np.max(np.asarray(out))) == pytest.approx(method(0.25), rel=1e-6)


@named
def test_equal_hash_pickle_copy(e):
    if isinstance(e, Custom):
        return
    for twin in (pickle.loads(pickle.dumps(e)), copy.deepcopy(e), emphasis.from_dict(e.to_dict())):
        assert twin == e and hash(twin) == hash(e)
        assert twin.objective(1.3) == e.objective(1.3)


def test_parameters_are_plain_numbers():
    beta = torch.tensor(12.0)
    e = DM(np.float32(0.5), beta)
    beta.fill_(1)
    assert e == DM(0.5, 12) and hash(e) == hash(DM(0.5, 12))
    assert e.weight(0.3) == DM(0.5, 12).weight(0.3)
    assert json.loads(json.dumps(e.to_dict())) == DM(0.5, 12).to_dict()


@pytest.mark.parametrize(
    "fn", [lambda p: (p < 0.5).float(), lambda p: p < 0.5, lambda p: (p < 0.5).int()]
)
def test_a_function_may_answer_in_any_dtype(fn):
    e = Custom(fn)
    assert e.integral == pytest.approx(0.5, abs=0.01)
    assert e.weight(torch.tensor([0.25, 0.75], dtype=torch.float64)).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("scalar", "of_tensors"),
    [
        (lambda p: 1.0, torch.ones_like),
        (lambda p: 2, lambda p: torch.full_like(p, 2)),
        (lambda p: math.exp(-p), lambda p: torch.exp(-p)),
        (lambda p: max(0, 1 - p), lambda p: (1 - p).clamp(min=0)),
        (lambda p: 1.0 if p < 0.3 else 0.5, lambda p: torch.where(p < 0.3, 1.0, 0.5)),
        (lambda p: np.where(p < 0.3, 1.0, 0.5), lambda p: torch.where(p < 0.3, 1.0, 0.5)),
    ],
)
def test_a_function_of_numbers_is_one_of_tensors(scalar, of_tensors):
    e, same = Custom(scalar), Custom(of_tensors)
    m = torch.linspace(-20, 20, 60, dtype=torch.float64).view(3, 20)
    for method in ("weight_at", "density_at", "objective"):
        torch.testing.assert_close(getattr(e, method)(m), getattr(same, method)(m))
    assert e.weight(0.25) == pytest.approx(same.weight(0.25))
    assert e.weight(np.array([[0.25, 0.5]])).shape == (1, 2)
    for normalization in ("none", "integral", "batch"):
        gradients = []
        for custom in (e, same):
            z = torch.linspace(-3, 4, 24).view(6, 4).requires_grad_()
            loss = DMLoss(custom, normalization=normalization)
            loss(z, torch.tensor([0, 1, 2, 3, 0, 1])).backward()
            gradients.append(z.grad)
        torch.testing.assert_close(*gradients)


def test_a_function_of_numbers_has_no_second_derivative():
    z = torch.linspace(-3, 4, 12).view(3, 4).requires_grad_()
    loss = DMLoss(Custom(lambda p: math.exp(-p)))(z, torch.tensor([0, 1, 2]))
    with pytest.raises(RuntimeError, match="no second derivatives"):
        torch.autograd.grad(loss, z, create_graph=True)[0].square().sum().backward()


def test_without_scipy_a_table_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.interpolate", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install scipy, or .dmnb\[experiments\]"):
        Tabulated((0, 1), (1, 2))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DM(-0.5, 1), "lam .*-0.5"), (lambda: DM(math.nan, 1), "lam"),
        (lambda: DM(0, math.inf), "beta"), (lambda: DM(0, 1e4), "beta .*10000"),
        (lambda: DM(0, "3"), "beta must be a number.*'3'"), (lambda: DM(None, 1), "lam .*None"),
        (lambda: DM(torch.ones(2), 1), "lam must be a number"),
        (lambda: DM(1, torch.nn.Parameter(torch.ones(()))), "beta .*not one to be learnt"),
        (lambda: AnchoredDM(1, 0), "beta .*> 0"), (lambda: AnchoredDM(1, -2), "-2"),
        (lambda: DM.from_mode(1.0, 3), "mode"), (lambda: DM.from_mode(0.5, 0.5), "contrast"),
        (lambda: Beta(0.5, 2), "alpha .*0.5"), (lambda: Beta(2, 0.5), "eta"),
        (lambda: GCE(1.5), "q .*1.5"), (lambda: GCE(-0.1), "q"),
        (lambda: Normal(math.nan, 1), "mode"), (lambda: Exponential(1e4), "beta"),
        (lambda: Tabulated((0, 0.5, 0.4), (1, 1, 1)), "increasing"),
        (lambda: Tabulated((0, 1), (1, -1)), ">= 0"), (lambda: Tabulated((0,), (1,)), "two"),
        (lambda: Tabulated((0, 1), (0, 0)), "zero"),
        (lambda: Tabulated((0, 1.5), (1, 1)), "p must"),
        (lambda: Tabulated((0, 1), (1, 1, 1)), "as many"),
        (lambda: Custom(lambda p: p - 0.5), r"w\(0.0\) = -0.5"),
        (lambda: Custom(lambda p: 1 / p), r"w\(0.0\) = inf"),
        (lambda: Custom(3), r"fn must be a function w\(p\), got 3"),
        (lambda: Custom(lambda p: -1.0), r"w\(0.0\) = -1"),
        (lambda: Custom(lambda p: "x"), "fn must be a function of p.*'x'"),
        (lambda: Custom(lambda p: math.log(p)), "a number.*math domain error"),
        (lambda: Custom(lambda: 1.0), "takes 0 positional arguments"),
        (lambda: Custom(lambda p: p / p), "nan"), (lambda: Custom(lambda p: p.sum()), "shape"),
        (lambda: emphasis.from_dict({"family": "x"}), "'x'"),
        (lambda: emphasis.from_dict({"family": "dm", "lamb": 1}), "lamb"),
        (lambda: DM(1, 1).weight(1.5), "1.5"), (lambda: DM(1, 1).density(-0.5), "-0.5"),
        (lambda: DM(1, 1).variance(torch.tensor([])), "empty"),
        (lambda: Custom(lambda p: p).to_dict(), "Tabulated"),
    ],
)  # fmt: skip
def test_bad_input_is_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("e", [*emphasis.examples(), Custom(lambda p: 1 + p)], ids=str)
def test_another_default_device_changes_nothing(e):
    """Tensors are made on the CPU, or where those that come in are."""

    def answers(e):
        p, w = np.linspace(0, 1, 5), e.weight(0.3)
        numbers = e.mode, e.contrast, e.tails, e.variance(), e.variance(p), e.objective(1.5)
        return w, *numbers, e.density(p).tolist()

    expected = answers(e)
    made = (1 + torch.arange(4) % 3, torch.linspace(-3, 3, 12).view(4, 3))
    with torch.device("meta"):  # a tensor that strays there has no values
        twin = copy.copy(e)
        assert repr(answers(twin)) == repr(expected)
        if not isinstance(e, emphasis.PerClass):
            dm_loss(made[1], made[0] - 1, twin).item()
        z, y = emphasis.sample_logits(3)
        profile = emphasis.profile(torch.nn.functional.cross_entropy, z, y)
        assert profile.p.device == torch.device("cpu")


def test_a_normal_is_replaced_as_any_dataclass():
    assert dataclasses.replace(Normal(1.4, 4), beta=5) == Normal(1.4, 5)
    assert dataclasses.replace(Normal(1.4, 4), psi=0.2) == Normal(mode=0.2, beta=4)
