"""mAP and CMC against scikit-learn, Market-1501's own rule written out, and counts by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from dmnb import data, experiment, models, retrieval, sweep, train
from dmnb.retrieval import (
    average_precision,
    effective_dimensions,
    embed,
    scores,
    set_features,
)


def booleans(text):
    return torch.tensor([letter == "x" for letter in text])


def trapezoids(right):
    """The trapezoids under precision over recall, rank by rank."""
    good, old_recall, old_precision, ap, hits = sum(right), 0.0, 1.0, 0.0, 0
    for j, is_good in enumerate(right):
        hits += is_good
        recall, precision = hits / good, hits / (j + 1)
        ap += (recall - old_recall) * (old_precision + precision) / 2
        old_recall, old_precision = recall, precision
    return ap


@pytest.mark.parametrize(
    ("ranking", "steps", "trapezoids"),
    [
        ("x", 1, 1),
        ("xx..", 1, 1),
        (".x", 1 / 2, 1 / 4),
        ("x.x.", (1 + 2 / 3) / 2, (1 + (1 / 2 + 2 / 3) / 2) / 2),
        ("...x", 1 / 4, 1 / 8),
    ],
)
def test_average_precision_by_hand(ranking, steps, trapezoids):
    assert average_precision(booleans(ranking)) == pytest.approx(steps)
    assert average_precision(booleans(ranking), rule="trapezoids") == pytest.approx(trapezoids)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_scikit_learns_or_the_trapezoids(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    generator = torch.Generator().manual_seed(seed)
    similarity = torch.randn(200, generator=generator)
    right = torch.rand(200, generator=generator) < (0.02, 0.1, 0.5, 0.9, 0.99)[seed]
    ranked = right[similarity.argsort(descending=True)]
    expected = metrics.average_precision_score(right.numpy(), similarity.numpy())
    assert average_precision(ranked) == pytest.approx(expected, abs=1e-12)
    expected = trapezoids(ranked.tolist())
    assert average_precision(ranked, rule="trapezoids") == pytest.approx(expected, abs=1e-12)


def reference(similarity, ids, gallery_ids, cameras, gallery_cameras):
    """The protocol with numpy and scikit-learn, written apart from the code under test."""
    from sklearn.metrics import average_precision_score

    precisions, firsts = [], []
    for s, i, c in zip(similarity.numpy(), ids.tolist(), cameras.tolist(), strict=True):
        kept = [
            g
            for g, (j, d) in enumerate(
                zip(gallery_ids.tolist(), gallery_cameras.tolist(), strict=True)
            )
            if j != -1 and (j, d) != (i, c)
        ]
        right = np.array([gallery_ids[g] == i for g in kept])
        if right.any():
            precisions.append(average_precision_score(right, s[kept]))
            firsts.append(int((s[kept] > s[kept][right].max()).sum()))
    cmc = [np.mean([first < k for first in firsts]) for k in range(1, 21)]
    return np.mean(precisions), cmc, len(precisions)


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_the_protocol_written_twice(seed):
    pytest.importorskip("sklearn")
    draw = np.random.default_rng(seed)
    gallery_ids, gallery_cameras = (
        torch.from_numpy(draw.integers(low, high, 300)) for low, high in ((-1, 25), (0, 3))
    )
    features = torch.from_numpy(draw.normal(size=(300, 8)))
    features += torch.from_numpy(draw.normal(size=(27, 8)))[gallery_ids]
    features = nn.functional.normalize(features)
    queries = (gallery_ids > 0).nonzero().flatten()[::4]
    similarity = features[queries] @ features.T
    sides = gallery_ids[queries], gallery_ids
    cameras = gallery_cameras[queries], gallery_cameras
    found = scores(similarity, *sides, query_cameras=cameras[0], gallery_cameras=cameras[1])
    precision, cmc, count = reference(similarity, *sides, *cameras)
    assert found.mean_average_precision == pytest.approx(precision, abs=1e-12)
    torch.testing.assert_close(found.cmc, torch.tensor(cmc), atol=1e-12, rtol=0)
    assert found.queries == count
    assert 0.1 < found.mean_average_precision < 0.9


def test_the_same_camera_junk_and_distractors_by_hand():
    """Identity 7 seen by camera 0. Ranked: itself, junk, a distractor, right, wrong, right."""
    similarity = torch.tensor([[1.0, 0.9, 0.8, 0.7, 0.6, 0.5]])
    ids, cameras = torch.tensor([7, -1, 0, 7, 3, 7]), torch.tensor([0, 1, 1, 1, 0, 2])
    options = {"query_cameras": cameras[:1], "gallery_cameras": cameras, "ranks": 4}
    found = scores(similarity, ids[:1], ids, **options)
    assert found.mean_average_precision == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found.cmc.tolist() == [0, 1, 1, 1]
    without = scores(similarity[:, 1:], ids[:1], ids[1:], ranks=2)
    assert without.cmc.tolist() == [0, 1]


def test_a_query_without_a_right_answer_counts_nowhere():
    similarity = torch.tensor([[0.9, 0.1], [0.9, 0.1]])
    found = scores(similarity, torch.tensor([1, 5]), torch.tensor([1, 2]))
    assert (found.mean_average_precision, found.queries) == (1.0, 1)
    with pytest.raises(ValueError, match="no query has a right answer"):
        scores(similarity, torch.tensor([5, 6]), torch.tensor([1, 2]))


def test_one_feature_for_all_images_gains_nothing():
    identities = torch.arange(5).repeat(4)
    found = scores(torch.ones(5, 20), torch.arange(5), identities)
    assert found.cmc.tolist() == [0] * 16 + [1] * 4
    assert found.mean_average_precision == pytest.approx(
        np.mean([k / (16 + k) for k in (1, 2, 3, 4)])
    )


def test_set_features_are_normalised_means():
    features = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    set_of = torch.tensor([2, 0, 2, 0, 2, 2, 0])
    found = set_features(features, set_of, 4)
    for k in (0, 2):
        mean = features[set_of == k].mean(0)
        torch.testing.assert_close(found[k], mean / mean.norm())
    assert found[[1, 3]].abs().max() == 0
    for bad in (torch.tensor([4]), torch.tensor([-1])):
        with pytest.raises(ValueError, match=r"set_of must be in \[0, 4\)"):
            set_features(features[:1], bad, 4)


def test_effective_dimensions_count_directions():
    axes = torch.cat([torch.eye(6), -torch.eye(6)])
    lengths = torch.rand(12, 1, generator=torch.Generator().manual_seed(0)) + 0.5
    assert effective_dimensions(axes * lengths) == pytest.approx(6)
    assert effective_dimensions(axes[:, :1] @ torch.ones(1, 6)) == pytest.approx(1)
    uneven = torch.tensor([[1.0, 0], [-1, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    assert effective_dimensions(uneven) == pytest.approx((4 + 2) ** 2 / (4**2 + 2**2))
    assert np.isnan(effective_dimensions(torch.ones(4, 3)))


@pytest.mark.parametrize("name", ["mlp", "small_cnn", "resnet20", "googlenet"])
def test_features_are_what_the_last_layer_sees(name):
    torch.manual_seed(0)
    model = models.build(name, in_shape=(3, 8, 8), num_classes=4, dropout=0.5)
    images = torch.randn(6, 3, 8, 8)
    features = embed(model, images.split(4))
    last = [m for m in model.modules() if isinstance(m, nn.Linear)][-1]
    with torch.no_grad():
        torch.testing.assert_close(last(features), model(images), rtol=1e-4, atol=1e-5)
    assert not model.training
    assert len(last._forward_pre_hooks) == 0
    with pytest.raises(ValueError, match="linear"):
        embed(nn.Flatten(), [images])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"similarity": torch.ones(2, 4)}, r"similarity.*\(2, 3\), got \(2, 4\)"),
        ({"query_cameras": torch.zeros(2)}, "both be given, or neither"),
        (
            {"query_cameras": torch.zeros(3), "gallery_cameras": torch.zeros(3)},
            r"query_cameras must be \(2,\), got \(3,\)",
        ),
        ({"ranks": 0}, "ranks must be at least 1, got 0"),
        ({"rule": "eleven points"}, "rule must be one of steps, trapezoids, got 'eleven points'"),
    ],
)
def test_bad_arguments_are_named(changed, words):
    arguments = {
        "similarity": torch.ones(2, 3),
        "query_identities": torch.tensor([1, 2]),
        "gallery_identities": torch.tensor([1, 2, 3]),
    }
    with pytest.raises(ValueError, match=words):
        scores(**(arguments | changed))


def test_a_ranking_without_a_right_answer_has_no_precision():
    with pytest.raises(ValueError, match="true somewhere"):
        average_precision(booleans("..."))


def test_sets_of_a_class_find_each_other():
    labels = torch.tensor([3, 8]).repeat_interleave(11)
    one_hot = nn.functional.one_hot(labels, 9).float()
    found = experiment.find_sets(one_hot, labels, size=4)
    assert (found.mean_average_precision, found.queries) == (1.0, 4), "3 of a class are left over"
    generator = torch.Generator().manual_seed(0)
    noisy = one_hot + torch.randn(one_hot.shape, generator=generator)
    single, several = (
        experiment.find_sets(noisy, labels, size=size, generator=generator) for size in (1, 5)
    )
    assert single.queries == 22
    assert single.mean_average_precision < several.mean_average_precision
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        experiment.find_sets(one_hot, labels, size=0)
    with pytest.raises(ValueError, match="some class two sets, got 11"):
        experiment.find_sets(one_hot, labels, size=11)


def test_a_class_with_too_few_images_for_a_set_is_left_out():
    labels = torch.tensor([0] * 4 + [1] * 4 + [2])
    one_hot = nn.functional.one_hot(labels, 3).float()
    assert experiment.find_sets(one_hot, labels, size=2).queries == 4


@pytest.mark.parametrize("setting", [{"imbalance": 10}, {"held_out": "given"}])
def test_settings_without_a_meaning_for_retrieval_are_refused(setting):
    with pytest.raises(ValueError, match=f"{next(iter(setting))} must not be set for retrieval"):
        experiment.retrieve(experiment.Config(**setting), unseen=3)


def test_a_network_finds_classes_that_it_learned_and_others():
    config = experiment.Config(emphasis="cce", noise="none", epochs=15, record_every=15)
    found = experiment.retrieve(config, unseen=3, sizes=(1, 4))
    assert found == experiment.retrieve(config, unseen=3, sizes=(1, 4)), "the seed decides"
    assert found.accuracy > 0.9
    assert found.scores.keys() == {"seen 1", "seen 4", "unseen 1", "unseen 4"}
    assert found.scores["seen 1"]["map"] > found.scores["unseen 1"]["map"] > 0.4
    assert found.scores["unseen 4"]["map"] > found.scores["unseen 1"]["map"]
    assert 1 < found.dimensions["unseen"] < 256 and found.dimensions["seen"] > 1
    digits = data.load("digits").test_labels
    assert found.scores["seen 1"]["queries"] == (digits < 7).sum()
    sets = sum(int((digits == k).sum()) // 4 for k in (7, 8, 9))
    assert found.scores["unseen 4"]["queries"] == sets


def test_what_a_collapsed_network_finds_is_strict_json(monkeypatch):
    same = lambda model, inputs: torch.zeros(sum(map(len, inputs)), 3)  # noqa: E731
    monkeypatch.setattr(retrieval, "embed", same)
    found = experiment.retrieve(experiment.Config(epochs=1), unseen=3, sizes=(1,))
    assert found.dimensions == {"seen": None, "unseen": None}
    assert json.loads(json.dumps(vars(found), allow_nan=False)) == vars(found)


@pytest.mark.parametrize("unseen", [0, 9])
def test_two_classes_at_least_are_learned_and_one_is_not(unseen):
    with pytest.raises(ValueError, match=rf"unseen must be in \[1, 8\], got {unseen}"):
        experiment.retrieve(experiment.Config(), unseen=unseen)


@pytest.mark.parametrize(
    ("size", "words"), [(0, "at least 1, got 0"), (25, "some class two sets, got 25")]
)
def test_sizes_are_refused_before_anything_is_trained(size, words, monkeypatch):
    monkeypatch.setattr(train, "fit", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(ValueError, match=f"size must.*{words}"):
        experiment.retrieve(experiment.Config(), unseen=3, sizes=(1, size))


def test_the_committed_runs_are_those_of_the_grid():
    book = Path(__file__).resolve().parents[1] / "book"
    rows = json.loads((book / "results/retrieval.json").read_text())
    cells = sweep.read_grid(book / "experiments/retrieval.grid.yaml")
    wanted = [
        (cell["dataset"], cell["epochs"], cell["lr"], seed, method)
        for cell in cells
        for seed in cell["seeds"]
        for method in cell["methods"]
    ]
    names = ("dataset", "epochs", "lr", "seed", "emphasis")
    found = [tuple(row["config"][name] for name in names) for row in rows]
    assert sorted(found) == sorted(wanted)
    for row in rows:
        config = experiment.Config.from_dict(row["config"])
        assert (config.noise, config.rate, row["unseen"]) == ("symmetric", 0.4, 5)
        assert row["scores"].keys() == {
            f"{k} {size}" for k in ("seen", "unseen") for size in (1, 2, 5)
        }
