import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from dmnb import data, features

pytest.importorskip("gensim")
pytest.importorskip("sklearn")

ROOT = os.environ.get("DMNB_DATA", "")
QUICK = {"pv_dbow": {"dims": 8, "epochs": 8}, "tfidf_svd": {"dims": 4}}
KINDS = ("pv_dbow", "tfidf_svd")
each = pytest.mark.parametrize("kind", KINDS)

GOOD = ["wonderful", "moving", "splendid", "charming", "bright", "delightful"]
BAD = ["dreadful", "tedious", "clumsy", "hollow", "grating", "pointless"]
COMMON = ["the", "film", "has", "a", "plot", "and", "some", "actors", "in", "it"]


def reviews(count=200, seed=0):
    """Texts in the order of their labels, as IMDB's are, and the labels."""
    draws = np.random.default_rng(seed)
    labels = np.repeat([0, 1], count // 2)
    return [
        " ".join(draws.permutation([*draws.choice((BAD, GOOD)[y], 12), *draws.choice(COMMON, 6)]))
        for y in labels
    ], labels


def vectors(kind, texts, folder, **options):
    return getattr(features, kind)(texts, folder=folder, **QUICK[kind] | options)


def test_words_are_lower_case_and_free_of_tags_and_punctuation():
    text = "It's<br /><br />GREAT, isn't it? 10/10 -- 'crème' d'été_x"
    assert " ".join(features.words(text)) == "it's great isn't it 10 10 crème d'été x"
    assert features.words("<br />...") == []


@each
def test_documents_of_two_kinds_come_apart(kind, tmp_path):
    from sklearn.linear_model import LogisticRegression

    texts, labels = reviews()
    # So few documents need more passes than 20 for their vectors to move.
    x = vectors(kind, texts, tmp_path, **({"epochs": 60} if kind == "pv_dbow" else {}))
    assert x.dtype == torch.float32 and x.shape == (200, QUICK[kind]["dims"])
    assert x.isfinite().all()
    half = slice(0, None, 2), slice(1, None, 2)
    model = LogisticRegression().fit(x[half[0]], labels[half[0]])
    assert model.score(x[half[1]], labels[half[1]]) > 0.95


@each
def test_one_seed_one_result(kind, tmp_path):
    texts, _ = reviews(40)
    first, again, other = (
        vectors(kind, texts, tmp_path / str(k), seed=seed) for k, seed in enumerate((3, 3, 4))
    )
    torch.testing.assert_close(first, again, rtol=0, atol=0 if kind == "pv_dbow" else 1e-6)
    assert not torch.equal(first, other)


def test_a_vector_stays_with_its_document(tmp_path):
    """Training shuffles; rows must not. Gensim finds a document nearest to its own words."""
    texts = [f"{a} {b} {a} {b} {a}" for a in BAD + GOOD for b in ("red", "green")] * 4
    x = vectors("pv_dbow", texts, tmp_path, epochs=200, min_count=1)
    x = torch.nn.functional.normalize(x, dim=1)
    similar = x @ x.T - 2 * torch.eye(len(x))
    nearest = similar.argmax(1).tolist()
    own = [texts[k].split()[0] == texts[near].split()[0] for k, near in enumerate(nearest)]
    assert np.mean(own) > 0.9


def test_training_sees_the_documents_shuffled(tmp_path, monkeypatch):
    from gensim.models import doc2vec

    tags, trained = [], doc2vec.Doc2Vec.train

    def train(self, corpus_iterable, **options):
        tags.extend(document.tags[0] for document in corpus_iterable)
        trained(self, corpus_iterable, **options)

    monkeypatch.setattr(doc2vec.Doc2Vec, "train", train)
    vectors("pv_dbow", reviews(40)[0], tmp_path)
    assert sorted(tags) == list(range(40)) != tags


@each
def test_a_result_is_kept(kind, tmp_path, monkeypatch):
    texts, _ = reviews(40)
    first = vectors(kind, texts, tmp_path)
    monkeypatch.setattr(features, f"_{kind}", _must_not_run(kind))
    assert torch.equal(vectors(kind, texts, tmp_path), first)
    assert torch.equal(vectors(kind, tuple(texts), str(tmp_path)), first)
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


def _must_not_run(kind):
    def compute(texts, **settings):
        raise AssertionError("computed again")

    compute.__name__ = f"_{kind}"
    return compute


def _zeros(calls):
    def _tfidf_svd(texts, *, dims, **settings):
        calls.append(settings)
        return np.zeros((len(texts), dims))

    return _tfidf_svd


def test_other_texts_settings_and_versions_are_other_results(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(features, "_tfidf_svd", _zeros(calls))
    # Joined, the first two are the same.
    for texts in (["ab", "c"], ["a", "bc"], ["c", "ab"]):
        vectors("tfidf_svd", texts, tmp_path)
    vectors("tfidf_svd", texts, tmp_path, seed=1)
    vectors("tfidf_svd", texts, tmp_path, dims=5)
    monkeypatch.setattr(features.metadata, "version", lambda library: "0.0")
    vectors("tfidf_svd", texts, tmp_path)
    vectors("tfidf_svd", texts, tmp_path)
    assert len(calls) == 6


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-30]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"\0\0\x80?", b"\0\0\x80@")),
        lambda path: np.savez(path, vectors=np.zeros((3, 4), np.float32)),
        lambda path: np.savez(path, other=np.zeros(3)),
        lambda path: np.save(path.open("wb"), np.zeros((40, 4), np.float32)),
    ],
    ids=["empty", "cut", "changed", "other shape", "other name", "other format"],
)
def test_a_file_that_cannot_be_read_is_made_again(damage, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(features, "_tfidf_svd", _zeros(calls))
    texts, _ = reviews(40)
    monkeypatch.setattr(features.np, "zeros", np.ones)
    expected = vectors("tfidf_svd", texts, tmp_path)
    (path,) = tmp_path.iterdir()
    monkeypatch.undo()
    monkeypatch.setattr(features, "_tfidf_svd", _zeros(calls))
    damage(path)
    with pytest.warns(UserWarning, match=r"tfidf_svd-.* made again"):
        again = vectors("tfidf_svd", texts, tmp_path)
    assert len(calls) == 2 and expected.min() == 1 and again.max() == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(vectors("tfidf_svd", texts, tmp_path), again)


def test_what_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fails(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(features.np, "savez", fails)
    with pytest.raises(KeyboardInterrupt):
        vectors("tfidf_svd", reviews(40)[0], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_vectors_that_cannot_be_kept_are_not_lost(tmp_path, monkeypatch):
    def full(file, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(features.np, "savez", full)
    with pytest.warns(UserWarning, match="not kept in .*No space left"):
        assert len(vectors("tfidf_svd", reviews(40)[0], tmp_path)) == 40


def test_without_a_folder_it_is_the_users_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(features, "_tfidf_svd", _zeros([]))
    vectors("tfidf_svd", ["a b", "c"], None)
    assert len(list((tmp_path / "dmnb" / "features").glob("tfidf_svd-*.npz"))) == 1


@pytest.mark.parametrize(
    "kind, options, message",
    [
        ("pv_dbow", {"dims": 0}, "dims must be an integer of at least 1, got 0"),
        ("pv_dbow", {"workers": 0}, "workers must be an integer of at least 1, got 0"),
        ("pv_dbow", {"epochs": 2.5}, "epochs must be an integer of at least 1, got 2.5"),
        ("tfidf_svd", {"seed": -1}, "seed must be an integer of at least 0, got -1"),
        ("tfidf_svd", {"min_count": True}, "min_count must be an integer"),
    ],
)
def test_bad_values_are_named(kind, options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        vectors(kind, ["a b", "c"], tmp_path, **options)


@each
def test_no_texts_no_vectors(kind, tmp_path):
    with pytest.raises(ValueError, match="texts must not be empty"):
        vectors(kind, [], tmp_path)


def test_importing_it_loads_neither_library():
    program = "import sys, dmnb.features; print({'gensim', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.skipif(
    not (ROOT and (Path(ROOT) / "imdb").is_dir()), reason="DMNB_DATA has no folder imdb"
)
def test_real_reviews_counted(tmp_path):
    """2,000 + 2,000 reviews; 100 directions of all 50,000 give 86.7% to the same classifier."""
    from sklearn.linear_model import LogisticRegression

    found = data.load_text("imdb", ROOT)
    some = slice(0, None, 12)
    train, test = found.train_texts[some], found.test_texts[some]
    x = features.tfidf_svd(train + test, dims=50, folder=tmp_path)
    model = LogisticRegression().fit(x[: len(train)], found.train_labels[some])
    assert model.score(x[len(train) :], found.test_labels[some]) > 0.8
