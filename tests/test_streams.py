"""Images that stay on disk: a Clothing1M and a MARS made of tiny photographs, and their errors."""

import pickle

import numpy as np
import pytest
import torch

from dmnb import data, experiment
from dmnb.data import streams
from dmnb.record import Record

pytest.importorskip("torchvision")
from PIL import Image

NAMES = [f"garment {k}" for k in range(14)]
KEYS = {
    "noisy_train": [f"images/{k % 3}/{k:02}/{k},a.jpg" for k in range(20)],
    "clean_val": [f"images/3/v{k}.jpg" for k in range(4)],
    "clean_test": [f"images/4/t{k}.jpg" for k in range(6)],
}
LABELS = {key: k % 14 for keys in KEYS.values() for k, key in enumerate(keys)}


def write_clothing1m(root, texts="."):
    """Each photograph has one colour, which tells its class."""
    for key, label in LABELS.items():
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        size = (20, 30) if label % 2 else (40, 16)
        Image.new("RGB", size, colour(label)).save(path, quality=95)
    folder = root / texts
    folder.mkdir(exist_ok=True)
    for split, keys in KEYS.items():
        (folder / f"{split}_key_list.txt").write_text("".join(f"{key}\n" for key in keys))
    for kind in ("noisy", "clean"):
        pairs = {key: label for key, label in LABELS.items() if (key[7] < "3") == (kind == "noisy")}
        (folder / f"{kind}_label_kv.txt").write_text(
            "".join(f"{key} {label}\n" for key, label in pairs.items())
        )
    (folder / "category_names_eng.txt").write_text("\n".join(NAMES))
    return root


def colour(label):
    return (label * 16, 255 - label * 16, 128)


def shown(x):
    """The colour of a view of a photograph of one colour."""
    mean, deviation = torch.tensor(streams.MEAN), torch.tensor(streams.DEVIATION)
    return (x.mean((1, 2)) * deviation + mean) * 255


@pytest.mark.parametrize("texts", [".", "annotations"])
def test_a_split_of_clothing1m(tmp_path, texts):
    found = data.clothing1m("noisy_train", write_clothing1m(tmp_path, texts), size=32)
    assert len(found) == 20 and found.num_classes == 14 and found.class_names == tuple(NAMES)
    assert found.in_shape == (3, 28, 28)
    for k in (0, 13, 19):
        x, y = found[k]
        assert x.dtype == torch.float32 and y.dtype == torch.int64 and y == k % 14
        torch.testing.assert_close(shown(x), torch.tensor(colour(k % 14)).float(), atol=4, rtol=0)
    assert data.clothing1m("clean_test", tmp_path, size=32)[5][1] == 5


def test_the_root_is_under_the_data_root(tmp_path, monkeypatch):
    monkeypatch.delenv("DMNB_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match=r"DMNB_DATA.*root="):
        data.clothing1m("clean_test")
    monkeypatch.setenv("DMNB_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="clothing1m is no folder"):
        data.clothing1m("clean_test")
    write_clothing1m(tmp_path / "clothing1m")
    assert len(data.clothing1m("clean_test")) == 6


def test_training_views_vary_and_testing_views_do_not(tmp_path):
    write_clothing1m(tmp_path)
    gradient = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) // 16
    pixels = np.stack([gradient, gradient.T, gradient], 2).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / KEYS["noisy_train"][0])
    plain = data.clothing1m("noisy_train", tmp_path, size=64)
    varied = data.clothing1m("noisy_train", tmp_path, size=64, augment=True)
    assert torch.equal(plain[0][0], plain[0][0])
    torch.manual_seed(0)
    views = [varied[0][0] for _ in range(12)]
    assert all(x.shape == (3, 56, 56) for x in views)
    assert len({x.sum().item() for x in views}) > 8
    right = [x[0, 0, -1] > x[0, 0, 0] for x in views]
    assert any(right) and not all(right), "half of them are mirrored"


def test_workers_read_what_the_main_process_reads(tmp_path):
    found = data.clothing1m("noisy_train", write_clothing1m(tmp_path), size=32)
    copy = pickle.loads(pickle.dumps(found))
    loaders = (
        torch.utils.data.DataLoader(stream, batch_size=8, num_workers=workers)
        for stream, workers in ((found, 0), (copy, 2))
    )
    for (x, y), (x_again, y_again) in zip(*loaders, strict=True):
        assert torch.equal(x, x_again) and torch.equal(y, y_again)


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


FIRST = KEYS["noisy_train"][0]


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda root: (root / "noisy_train_key_list.txt").unlink(), FileNotFoundError,
         r"needs noisy_train_key_list\.txt"),
        (lambda root: (root / "noisy_label_kv.txt").unlink(), FileNotFoundError,
         r"needs noisy_label_kv\.txt"),
        (lambda root: (root / "category_names_eng.txt").unlink(), FileNotFoundError,
         r"needs category_names_eng\.txt"),
        (lambda root: (root / FIRST).unlink(), FileNotFoundError,
         rf"noisy_train_key_list\.txt lists {FIRST}, not in"),
        (lambda root: [(root / key).unlink() for key in KEYS["noisy_train"]], FileNotFoundError,
         rf"lists {FIRST} and 19 more"),
        (lambda root: edit(root / "noisy_label_kv.txt", f"{FIRST} 0", f"{FIRST} 14"), ValueError,
         rf"label of {FIRST} must be in \[0, 14\), got 14"),
        (lambda root: edit(root / "noisy_label_kv.txt", f"{FIRST} 0", f"{FIRST} -1"), ValueError,
         rf"label of {FIRST} must be in \[0, 14\), got -1"),
        (lambda root: edit(root / "noisy_label_kv.txt", f"{FIRST} 0\n", ""), ValueError,
         rf"noisy_label_kv\.txt has no label for {FIRST}, which noisy_train_key_list\.txt lists"),
        (lambda root: edit(root / "noisy_label_kv.txt", f"{FIRST} 0", FIRST), ValueError,
         r"noisy_label_kv\.txt, line 1: a key and a class are needed"),
        (lambda root: (root / "noisy_train_key_list.txt").write_text(""), ValueError,
         r"noisy_train_key_list\.txt lists nothing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_folder_is_named(tmp_path, damage, error, words):
    damage(write_clothing1m(tmp_path))
    with pytest.raises(error, match=words):
        data.clothing1m("noisy_train", tmp_path)


def test_an_unknown_split_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"noisy_train, clean_train, clean_val.*'train'"):
        data.clothing1m("train", tmp_path)


# First and last frame, identity, camera.
TRAIN_TRACKS = [[1, 3, 5, 1], [4, 4, 5, 2], [5, 6, 900, 1]]
TEST_TRACKS = [[1, 2, -1, 1], [3, 3, 0, 2], [4, 6, 7, 1], [7, 8, 7, 3]]
FOLDERS = {-1: "00-1", 0: "0000"}


def write_mars(root):
    """The colour of a frame tells its tracklet."""
    savemat = pytest.importorskip("scipy.io").savemat
    (root / "info").mkdir(parents=True)
    for split, tracks in (("train", TRAIN_TRACKS), ("test", TEST_TRACKS)):
        names = []
        for number, (first, last, person, camera) in enumerate(tracks):
            for frame in range(first, last + 1):
                folder = FOLDERS.get(person, f"{person:04}")
                names.append(f"{folder}C{camera}T{number:04}F{frame:03}.jpg")
                path = root / f"bbox_{split}" / folder / names[-1]
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (16, 32), colour(number)).save(path, quality=95)
        (root / "info" / f"{split}_name.txt").write_text("\n".join(names))
        table = {f"track_{split}_info": np.array(tracks, dtype=np.int32)}
        savemat(root / "info" / f"tracks_{split}_info.mat", table)
    savemat(root / "info" / "query_IDX.mat", {"query_IDX": np.array([[3, 4]], dtype=np.uint16)})
    return root


def test_mars(tmp_path):
    found = data.mars(write_mars(tmp_path), size=(32, 16))
    assert found.train.labels.tolist() == [0, 0, 0, 0, 1, 1]
    assert found.train.class_names == ("5", "900")
    assert found.train.in_shape == (3, 28, 14)
    assert found.test.labels.tolist() == [0, 0, 1, 2, 2, 2, 3, 3]
    assert found.identities.tolist() == [-1, 0, 7, 7]
    assert found.cameras.tolist() == [1, 2, 1, 3]
    assert found.queries.tolist() == [2, 3]
    for split, tracks in ((found.train, TRAIN_TRACKS), (found.test, TEST_TRACKS)):
        of_frame = np.repeat(
            np.arange(len(tracks)), [last - first + 1 for first, last, *_ in tracks]
        )
        for (x, _), number in zip(split, of_frame, strict=True):
            expected = torch.tensor(colour(int(number))).float()
            torch.testing.assert_close(shown(x), expected, atol=4, rtol=0)


def save(name, **content):
    return lambda root: pytest.importorskip("scipy.io").savemat(root / "info" / name, content)


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda root: (root / "info" / "test_name.txt").unlink(), FileNotFoundError,
         r"mars needs info/test_name\.txt"),
        (lambda root: (root / "info" / "query_IDX.mat").unlink(), FileNotFoundError,
         r"mars needs info/query_IDX\.mat"),
        (lambda root: (root / "bbox_test/0000/0000C2T0001F003.jpg").unlink(), FileNotFoundError,
         r"test_name\.txt lists bbox_test/0000/0000C2T0001F003\.jpg, not in"),
        (save("tracks_test_info.mat", t=np.array([*TEST_TRACKS[:3], [7, 9, 7, 2]])), ValueError,
         r"tracks_test_info\.mat, row 4: frames 7 to 9 are not in \[1, 8\]"),
        (save("query_IDX.mat", query_IDX=np.array([[0, 1]])), ValueError,
         r"query_IDX\.mat must have numbers in \[1, 4\]"),
        (save("query_IDX.mat", one=np.ones((1, 2)), two=np.ones((1, 2))), ValueError,
         r"query_IDX\.mat must hold one table, got 2"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mars_is_named(tmp_path, damage, error, words):
    damage(write_mars(tmp_path))
    with pytest.raises(error, match=words):
        data.mars(tmp_path)


STREAMED = {"model": "mlp", "width": 4, "noise": "none", "batch_size": 4, "lr": 1e-3}


def run_streamed(**values):
    return experiment.run(experiment.Config(**(STREAMED | values)), progress=False)


def test_training_on_clothing1m(tmp_path, monkeypatch):
    write_clothing1m(tmp_path / "clothing1m")
    monkeypatch.setenv("DMNB_DATA", str(tmp_path))
    options = {"dataset": "clothing1m", "augment": True, "iterations": 10}
    record = run_streamed(**options)
    assert record.epoch == [1, 2]
    assert record.noise_rate is record.corrupted is record.intact is None
    assert record.p_clean == [None, None]
    assert 0 <= record.final <= 1 and record.final * 6 == pytest.approx(round(record.final * 6))
    assert Record.load(record.save(tmp_path)).noise_rate is None
    assert run_streamed(**options).train_loss == record.train_loss, "the seed decides"
    assert run_streamed(seed=1, **options).train_loss != record.train_loss
    held = run_streamed(held_out="true", **options)
    assert held.final * 4 == pytest.approx(round(held.final * 4))
    monkeypatch.setattr("dmnb.experiment.streams.EPOCH", 3)
    assert run_streamed(**(options | {"iterations": 9})).epoch == [1, 2, 3]


def test_training_on_mars(tmp_path, monkeypatch):
    write_mars(tmp_path / "mars")
    monkeypatch.setenv("DMNB_DATA", str(tmp_path))
    record = run_streamed(dataset="mars", epochs=3)
    assert record.epoch == [1, 2, 3]
    assert record.final in (0, 1), "one frame of six is tested"


def test_retrieval_in_mars_is_of_tracklets(tmp_path, monkeypatch):
    write_mars(tmp_path / "mars")
    monkeypatch.setenv("DMNB_DATA", str(tmp_path))
    options = {"dataset": "mars", "noise": "none", "width": 4, "epochs": 1, "lr": 1e-3}
    found = experiment.retrieve(experiment.Config(**options))
    row = found.scores["tracklets"]
    assert row["queries"] == 2
    assert row["map"] == pytest.approx((1 + row["cmc1"]) / 2), "only a distractor can be nearer"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"noise": "symmetric"}, "noise of clothing1m must be none, got 'symmetric'"),
        ({"imbalance": 2}, "imbalance of clothing1m must be None, got 2.0"),
        ({"held_out": "given"}, "held_out of clothing1m must be true, got 'given'"),
        ({"dataset": "mars", "held_out": "true"}, "held_out of mars must be None, got 'true'"),
    ],
)
def test_what_streamed_data_cannot_is_named(values, words):
    with pytest.raises(ValueError, match=words):
        run_streamed(**({"dataset": "clothing1m"} | values))
