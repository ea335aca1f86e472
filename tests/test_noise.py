import math

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dmnb import noise

C = 10
MATRIX = [[0.7, 0.3, 0.0], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5]]
KINDS = {
    "symmetric": lambda labels, r, **k: noise.symmetric(labels, r, C, **k),
    "symmetric_inclusive": lambda labels, r, **k: noise.symmetric_inclusive(labels, r, C, **k),
    "asymmetric": lambda labels, r, **k: noise.asymmetric(
        labels, r, C, class_map={9: 1, 2: 0, 3: 5, 5: 3, 4: 7}, **k
    ),
    "pair": lambda labels, r, **k: noise.pair(labels, r, C, **k),
    "from_matrix": lambda labels, r, **k: noise.from_matrix(
        labels, (1 - r) * torch.eye(C) + r / C * torch.ones(C, C), **k
    ),
}
every_kind = pytest.mark.parametrize("corrupt", KINDS.values(), ids=KINDS.keys())


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def balanced(per_class, classes=C):
    return torch.arange(classes).repeat(per_class)


@every_kind
@pytest.mark.parametrize("exact", [False, True])
def test_same_seed_same_labels_and_the_argument_is_left_alone(corrupt, exact):
    labels = balanced(50)
    before = labels.clone()
    first = corrupt(labels, 0.4, generator=seeded(3), exact=exact)
    again = corrupt(labels, 0.4, generator=seeded(3), exact=exact)
    other = corrupt(labels, 0.4, generator=seeded(4), exact=exact)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(labels, before)
    assert first.dtype == torch.int64 and first.shape == labels.shape
    assert first.min() >= 0 and first.max() < C


@every_kind
@pytest.mark.parametrize("exact", [False, True])
def test_rate_zero_returns_new_equal_labels(corrupt, exact):
    labels = balanced(5)
    noisy = corrupt(labels, 0.0, generator=seeded(), exact=exact)
    assert torch.equal(noisy, labels)
    noisy[0] = 7
    assert labels[0] == 0


@every_kind
def test_lists_arrays_and_small_integer_types_are_accepted(corrupt):
    labels = balanced(20)
    expected = corrupt(labels, 0.5, generator=seeded())
    for same in (labels.tolist(), labels.numpy(), labels.to(torch.uint8), labels.int()):
        assert torch.equal(corrupt(same, 0.5, generator=seeded()), expected)
    assert torch.equal(corrupt(labels.numpy().astype(np.uint16), 0.5, generator=seeded()), expected)
    series = pd.Series(labels.numpy(), index=range(7, 7 + len(labels)))
    assert torch.equal(corrupt(series, 0.5, generator=seeded()), expected)
    assert corrupt([], 0.5).shape == (0,)


@every_kind
def test_without_a_generator_torchs_global_one_decides(corrupt):
    torch.manual_seed(11)
    first = corrupt(balanced(50), 0.4)
    torch.manual_seed(11)
    assert torch.equal(corrupt(balanced(50), 0.4), first)


@every_kind
def test_a_generator_leaves_the_global_state_alone(corrupt):
    state = torch.get_rng_state()
    corrupt(balanced(50), 0.4, generator=seeded())
    assert torch.equal(torch.get_rng_state(), state)


@given(
    n=st.integers(0, 300),
    rate=st.floats(0, 1),
    classes=st.integers(2, 12),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=60, deadline=None)
def test_exact_symmetric_and_pair_corrupt_exactly_that_many(n, rate, classes, seed):
    labels = torch.randint(classes, (n,), generator=seeded(seed))
    for corrupt in (noise.symmetric, noise.pair):
        noisy = corrupt(labels, rate, classes, generator=seeded(seed), exact=True)
        assert (noisy != labels).sum() == round(rate * n)
        assert n == 0 or ((noisy >= 0) & (noisy < classes)).all()


def test_symmetric_reaches_the_other_classes_uniformly():
    per_class, r = 20_000, 0.4
    labels = balanced(per_class)
    noisy = noise.symmetric(labels, r, C, generator=seeded())
    counts = torch.zeros(C, C).index_put_((labels, noisy), torch.tensor(1.0), accumulate=True)
    expected = torch.full((C, C), r / (C - 1)).fill_diagonal_(1 - r)
    spread = (expected * (1 - expected) / per_class).sqrt()
    assert ((counts / per_class - expected).abs() < 5 * spread).all()
    assert noise.rate(labels, noisy) == pytest.approx(r, abs=0.006)


def test_symmetric_at_rate_one_leaves_no_label():
    labels = balanced(100)
    for exact in (False, True):
        assert noise.rate(labels, noise.symmetric(labels, 1, C, exact=exact)) == 1.0


def test_symmetric_inclusive_keeps_one_in_c_of_the_redrawn():
    labels = balanced(20_000)
    noisy = noise.symmetric_inclusive(labels, 1.0, C, generator=seeded(), exact=True)
    assert noise.rate(labels, noisy) == pytest.approx(1 - 1 / C, abs=0.004)
    assert (noisy.bincount(minlength=C) - 20_000).abs().max() < 700


def test_exact_inclusive_redraws_at_most_that_many():
    labels = balanced(30)
    noisy = noise.symmetric_inclusive(labels, 0.5, C, generator=seeded(), exact=True)
    assert 0.35 < noise.rate(labels, noisy) <= 0.5


def test_asymmetric_moves_only_what_the_map_moves():
    labels = balanced(1000)
    class_map = {9: 1, 2: 0, 3: 5, 5: 3, 4: 7}
    noisy = noise.asymmetric(labels, 0.3, C, class_map=class_map, generator=seeded())
    moved = noisy != labels
    for k in range(C):
        of_class = labels == k
        assert set(noisy[of_class & moved].tolist()) == (
            {class_map[k]} if k in class_map else set()
        )
        if k in class_map:
            assert moved[of_class].double().mean() == pytest.approx(0.3, abs=0.06)


def test_exact_asymmetric_counts_eligible_labels_only():
    labels = balanced(100)
    noisy = noise.asymmetric(labels, 0.37, C, class_map={1: 2, 5: 5, 6: 1}, exact=True)
    assert (noisy != labels).sum() == 74
    assert noise.rate(labels, noisy) == 0.074


def test_a_map_is_a_mapping_a_list_or_a_tensor():
    labels = balanced(40)
    listed = [0, 2, 2, 3, 4, 5, 1, 7, 8, 9]
    expected = noise.asymmetric(labels, 0.5, C, class_map={1: 2, 6: 1}, generator=seeded())
    for same in (listed, torch.tensor(listed), dict(enumerate(listed)), np.array(listed)):
        noisy = noise.asymmetric(labels, 0.5, C, class_map=same, generator=seeded())
        assert torch.equal(noisy, expected)


def test_pair_flips_to_the_following_class():
    labels = balanced(100)
    noisy = noise.pair(labels, 0.45, C, generator=seeded(), exact=True)
    assert noise.rate(labels, noisy) == 0.45
    assert set(((noisy - labels) % C).tolist()) == {0, 1}


def test_from_matrix_follows_its_rows():
    per_class = 20_000
    labels = balanced(per_class, 3)
    noisy = noise.from_matrix(labels, MATRIX, generator=seeded())
    counts = torch.zeros(3, 3).index_put_((labels, noisy), torch.tensor(1.0), accumulate=True)
    matrix = torch.tensor(MATRIX)
    spread = (matrix * (1 - matrix) / per_class).sqrt()
    assert ((counts / per_class - matrix).abs() <= 5 * spread).all()


def test_exact_from_matrix_makes_the_rounded_counts():
    labels = balanced(10, 3)
    noisy = noise.from_matrix(labels, MATRIX, generator=seeded(), exact=True)
    found = [noisy[labels == k].bincount(minlength=3).tolist() for k in range(3)]
    assert found[:2] == [[7, 3, 0], [0, 10, 0]]
    assert sorted(found[2]) == [2, 3, 5]
    for seed in range(5):
        shuffled = noise.from_matrix(labels, MATRIX, generator=seeded(seed), exact=True)
        assert [shuffled[labels == k].bincount(minlength=3).tolist() for k in range(3)] == found


@given(seed=st.integers(0, 2**31), classes=st.integers(2, 9), n=st.integers(0, 120))
@settings(max_examples=40, deadline=None)
def test_exact_from_matrix_is_within_one_of_every_share(seed, classes, n):
    generator = seeded(seed)
    matrix = torch.rand(classes, classes, generator=generator, dtype=torch.float64)
    matrix[:, 0] *= torch.rand(classes, generator=generator) < 0.5
    matrix[:, -1] += 0.1
    matrix /= matrix.sum(1, keepdim=True)
    labels = torch.randint(classes, (n,), generator=generator)
    noisy = noise.from_matrix(labels, matrix, generator=generator, exact=True)
    for k in range(classes):
        found = noisy[labels == k].bincount(minlength=classes)
        shares = matrix[k] * (labels == k).sum()
        assert ((found - shares).abs() < 1).all()
        assert (found[matrix[k] == 0] == 0).all()


def test_a_float32_matrix_with_many_classes_is_stochastic_enough():
    matrix = torch.rand(1000, 1000, generator=seeded())
    matrix /= matrix.sum(1, keepdim=True)
    assert noise.from_matrix(torch.arange(1000), matrix).max() < 1000


def test_superclass_map_flips_one_pair_in_each_superclass():
    superclass_of = torch.arange(100) % 20
    class_map = noise.superclass_map(superclass_of, generator=seeded())
    assert len(class_map) == 40
    for source, destination in class_map.items():
        assert source != destination and class_map[destination] == source
        assert superclass_of[source] == superclass_of[destination]
    assert sorted(superclass_of[list(class_map)].tolist()) == sorted(list(range(20)) * 2)
    assert class_map == noise.superclass_map(superclass_of.tolist(), generator=seeded())
    assert class_map != noise.superclass_map(superclass_of, generator=seeded(1))

    labels = balanced(10, 100)
    noisy = noise.asymmetric(labels, 0.4, 100, class_map=class_map, exact=True)
    assert (noisy != labels).sum() == 160


def test_superclass_map_draws_every_pair():
    generator = seeded()
    pairs = {tuple(sorted(noise.superclass_map([0, 0, 0], generator=generator))) for _ in range(50)}
    assert pairs == {(0, 1), (0, 2), (1, 2)}


def test_rate_measures_the_share_that_differs():
    assert noise.rate([1, 2, 3, 4], [1, 2, 0, 0]) == 0.5
    assert noise.rate(torch.tensor([1, 2]), np.array([1, 2])) == 0.0


@every_kind
@pytest.mark.parametrize("labels", [[0, 10], [-1, 0], [-100]])
def test_labels_outside_the_classes_are_refused(corrupt, labels):
    with pytest.raises(ValueError, match=r"labels must be in \[0, 10\), got (10|-1|-100)"):
        corrupt(labels, 0.1)


@every_kind
@pytest.mark.parametrize("labels", [[0.0, 1.0], [True, False], ["1", "2"], torch.zeros(2).half()])
def test_labels_must_be_integers(corrupt, labels):
    with pytest.raises(ValueError, match="labels must be integers"):
        corrupt(labels, 0.1)


@every_kind
@pytest.mark.parametrize("labels", [[[0, 1]], torch.tensor(1)])
def test_labels_must_be_a_vector(corrupt, labels):
    with pytest.raises(ValueError, match=r"labels must have shape \(N,\)"):
        corrupt(labels, 0.1)


@pytest.mark.parametrize("kind", ["symmetric", "symmetric_inclusive", "asymmetric", "pair"])
@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan"), 40, ".4", None, torch.ones(2)])
@pytest.mark.parametrize("exact", [False, True])
def test_rates_outside_the_unit_interval_are_refused(kind, rate, exact):
    with pytest.raises(ValueError, match=r"rate must be in \[0, 1\], got"):
        KINDS[kind]([0, 1], rate, exact=exact)


@every_kind
@pytest.mark.parametrize("generator", [0, np.random.default_rng(0)])
def test_generators_must_be_torchs(corrupt, generator):
    with pytest.raises(ValueError, match=r"generator must be a torch\.Generator or None, got"):
        corrupt([0, 1], 0.1, generator=generator)


def test_a_whole_number_of_classes_counts_whatever_its_type():
    for corrupt, more in (
        (noise.symmetric, {}),
        (noise.symmetric_inclusive, {}),
        (noise.pair, {}),
        (noise.asymmetric, {"class_map": {1: 2}}),
    ):
        noisy = corrupt(balanced(9, 3), 0.5, 3.0, generator=seeded(), **more)
        assert torch.equal(noisy, corrupt(balanced(9, 3), 0.5, 3, generator=seeded(), **more))


def test_numbers_may_come_in_tensors():
    expected = noise.symmetric(balanced(9), 0.5, C, generator=seeded(), exact=True)
    numbers = torch.tensor(0.5), torch.tensor(C)
    noisy = noise.symmetric(balanced(9), *numbers, generator=seeded(), exact=True)
    assert torch.equal(noisy, expected)


@pytest.mark.parametrize("classes", [1, 0, -3, 2.5, None, "3", math.inf, math.nan])
def test_fewer_than_two_classes_are_refused(classes):
    for corrupt in (noise.symmetric, noise.symmetric_inclusive, noise.pair):
        with pytest.raises(ValueError, match="num_classes must be an integer >= 2"):
            corrupt([0], 0.1, classes)


@pytest.mark.parametrize(
    "class_map, message",
    [
        ({1: 10}, r"class_map must be in \[0, 10\), got 10"),
        ({-1: 2}, r"class_map must map classes in \[0, 10\), got -1"),
        ({"1": 2}, "got '1'"),
        ({1: 2.5}, "class_map must be integers"),
        ([1, 2, 3], "must list 10 classes, got 3"),
        ([0.5] * 10, "class_map must be integers"),
    ],
)
def test_bad_maps_are_refused(class_map, message):
    with pytest.raises(ValueError, match=message):
        noise.asymmetric([0, 1], 0.1, C, class_map=class_map)


@pytest.mark.parametrize(
    "matrix, message",
    [
        (torch.ones(2, 3) / 3, "C x C"),
        (torch.ones(3) / 3, "C x C"),
        ([[1.0]], "C >= 2"),
        ([[0.5, 0.5], [0.5, 0.4]], "row 1 sums to 0.9"),
        ([[1.5, -0.5], [0.0, 1.0]], r"probabilities in \[0, 1\]"),
        ([[float("nan"), 1.0], [0.0, 1.0]], r"probabilities in \[0, 1\]"),
    ],
)
def test_bad_matrices_are_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        noise.from_matrix([0, 1], matrix)


def test_bad_superclasses_are_refused():
    with pytest.raises(ValueError, match="superclass 1 has only class 2"):
        noise.superclass_map([0, 0, 1])
    with pytest.raises(ValueError, match="superclass_of must be >= 0, got -1"):
        noise.superclass_map([0, 0, -1, -1])


def test_any_numpy_array_of_labels_will_do():
    y = np.arange(10) % 2
    for strange in (y.astype(">i4"), np.repeat(y, 2)[::2]):
        torch.testing.assert_close(
            noise.symmetric(strange, 0.4, 2, generator=torch.Generator().manual_seed(0)),
            noise.symmetric(y, 0.4, 2, generator=torch.Generator().manual_seed(0)),
        )
    reverse = np.array([[0.9, 0.1], [0.2, 0.8]])[::-1, ::-1]
    assert noise.from_matrix(y[::-1], reverse).shape == (10,)
    with pytest.raises(ValueError, match="rate must be in"):
        noise.symmetric(y, True, 2)


def test_rate_refuses_what_it_cannot_compare():
    with pytest.raises(ValueError, match="got 2 and 1"):
        noise.rate([0, 1], [0])
    with pytest.raises(ValueError, match="at least one"):
        noise.rate([], [])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@every_kind
@pytest.mark.parametrize("exact", [False, True])
def test_labels_on_the_gpu_get_the_same_noise(corrupt, exact):
    labels = balanced(50)
    noisy = corrupt(labels.cuda(), 0.4, generator=seeded(), exact=exact)
    assert noisy.is_cuda
    assert torch.equal(noisy.cpu(), corrupt(labels, 0.4, generator=seeded(), exact=exact))
    there = torch.Generator("cuda").manual_seed(0)
    assert corrupt(labels, 0.4, generator=there, exact=exact).device == labels.device
