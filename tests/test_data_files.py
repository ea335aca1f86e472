"""Where a data set is found: layouts of folders, the data root, the hub and no network."""

import http.server
import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch

from dmnb import data, experiment

datasets = pytest.importorskip("datasets")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
from made_data import pictures, png, write_both, write_folders, write_parquet  # noqa: E402

pytestmark = pytest.mark.usefixtures("no_data_root")


@pytest.fixture
def no_network(monkeypatch):
    """Nothing answers at the hub's address, as behind a firewall that refuses."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", "http://127.0.0.1:9")


def test_named_sets_are_read_under_the_root(tmp_path, monkeypatch):
    write_both(tmp_path / "cifar10", names=["ant", "bee", "cow"])
    by_argument = data.load("cifar10", tmp_path)
    monkeypatch.setenv("DMNB_DATA", str(tmp_path))
    assert data.load("cifar10") is by_argument
    assert by_argument.class_names == ("ant", "bee", "cow")


def test_changed_files_are_read_again(tmp_path):
    write_both(tmp_path)
    first = data.load(tmp_path)
    assert data.load(tmp_path) is first
    for split in ("train", "test"):
        write_parquet(tmp_path, split, pictures(2, seed=1), [1, 0])
        os.utime(tmp_path / f"{split}.parquet", ns=(0, 2_000_000_000_000_000_000))
    assert data.load(tmp_path).train_labels.tolist() == [1, 0]


def test_the_root_is_not_written_to(tmp_path):
    write_both(tmp_path / "cifar10")
    data.load("cifar10", tmp_path)
    files = sorted(path.name for path in (tmp_path / "cifar10").iterdir())
    assert files == ["test.parquet", "train.parquet"]


def test_unknown_names_list_what_exists():
    with pytest.raises(
        ValueError, match="digits, fashion_mnist, cifar10, cifar100, vehicles10 or a"
    ):
        data.load("cifar11")


def test_a_folder_in_no_layout_says_which_there_are(tmp_path):
    write_folders(tmp_path, pictures(2))
    layouts = r"train\.parquet and test\.parquet, or images as"
    with pytest.raises(FileNotFoundError, match=rf"{layouts}.*found train/$"):
        data.load(tmp_path)
    write_folders(tmp_path, pictures(2), "validation")
    with pytest.raises(FileNotFoundError, match=r"found train/, validation/$"):
        data.load(tmp_path)


def write_parts(folder, missing=(), suffix=""):
    """Three parts of train, one image each of the classes 2, 0 and 1, and one part of test."""
    for k, (image, label) in enumerate(zip(pictures(3), [2, 0, 1], strict=True)):
        if k not in missing:
            write_parquet(folder, f"train-{k:05}-of-00003{suffix}", [image], [label])
    write_parquet(folder, f"test-00000-of-00001{suffix}", pictures(2, seed=1), [1, 0])


@pytest.mark.parametrize("suffix", ["", "-0f8b4ec5"])
@pytest.mark.parametrize("below", ["", "data", "plain_text"])
def test_parquet_in_the_hubs_parts(tmp_path, below, suffix):
    write_parts(tmp_path / "cifar10" / below, suffix=suffix)
    for found in (data.load(tmp_path / "cifar10"), data.load("cifar10", tmp_path)):
        assert found.train_labels.tolist() == [2, 0, 1] and found.test_labels.tolist() == [1, 0]
        assert np.array_equal(found.train_images[1, 0], np.asarray(pictures(3)[1]))


def test_a_whole_file_goes_before_parts_and_the_folder_before_those_below(tmp_path):
    write_parts(tmp_path / "below")
    write_parts(tmp_path)
    write_both(tmp_path)
    assert len(data.load(tmp_path).train_labels) == 6


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_part_is_named(tmp_path, missing):
    write_parts(tmp_path, missing=[missing])
    with pytest.raises(FileNotFoundError, match=rf"lacks train-0000{missing}-of-00003\.parquet"):
        data.load(tmp_path)


def test_parts_that_are_there_twice_are_refused(tmp_path):
    write_parts(tmp_path)
    write_parts(tmp_path, suffix="-0f8b4ec5")
    with pytest.raises(ValueError, match="must hold 3 parts of train, got 6"):
        data.load(tmp_path)


def test_one_of_several_data_sets_has_to_be_named(tmp_path):
    for name in ("cats", "dogs"):
        write_parts(tmp_path / name)
    with pytest.raises(ValueError, match="several data sets, name one of them: cats, dogs"):
        data.load(tmp_path)


def test_any_folder_of_the_root_has_its_name(tmp_path, monkeypatch):
    for split in ("train", "test"):
        write_folders(tmp_path / "pets", pictures(2), split)
    assert data.load("pets", tmp_path).class_names == ("cat", "dog")
    with pytest.raises(ValueError, match=r"here or in the data root.*got 'cats'"):
        data.load("cats", tmp_path)
    monkeypatch.setenv("DMNB_DATA", str(tmp_path))
    assert data.load("pets").class_names == ("cat", "dog")
    assert experiment.run(experiment.Config(dataset="pets", epochs=1)).best is not None


@pytest.mark.parametrize("content", [b"no image", png(pictures(1, (60, 50))[0])["bytes"][:900]])
def test_files_that_are_no_images_are_named(tmp_path, content):
    for split in ("train", "test"):
        write_folders(tmp_path / "folders", pictures(2), split)
    (tmp_path / "folders/test/dog/1.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"test/dog/1\.png cannot be read as an image: \w"):
        data.load(tmp_path / "folders")

    write_parquet(tmp_path / "parquet", "test", pictures(1), [0])
    values = {"image": [png(pictures(1)[0]), {"bytes": content, "path": None}], "label": [0, 1]}
    table = datasets.Dataset.from_dict(values)
    table.to_parquet(str(tmp_path / "parquet" / "train.parquet"))
    with pytest.raises(ValueError, match=r"row 1, image, is no image: \w"):
        data.load(tmp_path / "parquet")


def test_damaged_parquet_is_named(tmp_path):
    write_both(tmp_path)
    whole = (tmp_path / "train.parquet").read_bytes()
    for content in (b"PAR1 nothing", whole[:4] + bytes(len(whole) // 2) + whole[len(whole) // 2 :]):
        (tmp_path / "train.parquet").write_bytes(content)
        with pytest.raises(ValueError, match=r"train\.parquet cannot be read as Parquet: \w"):
            data.load(tmp_path)


def test_a_root_that_is_no_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("DMNB_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"DMNB_DATA.*nowhere"):
        data.load("cifar10")


@pytest.mark.parametrize("name", sorted({*data.HUB} - {*data.TEXTS}))
def test_offline_without_a_copy_says_what_to_do(name, tmp_path, no_network, monkeypatch):
    monkeypatch.setattr(datasets, "load_dataset", lambda name: pytest.fail("asked the hub"))
    with pytest.raises(FileNotFoundError) as caught:
        data.load(name, tmp_path)
    for part in (f"<root>/{name}/", "train.parquet", "test.parquet", "DMNB_DATA", "digits"):
        assert part in str(caught.value)
    with pytest.raises(FileNotFoundError, match="DMNB_DATA"):
        data.human_labels("human_worse")


def test_a_network_that_swallows_everything_does_not_hang(monkeypatch):
    swallowed = threading.Event()

    def never_answers(*args, **options):
        swallowed.wait(60)
        return io.BytesIO()

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(data.files, "_SECONDS_TO_ANSWER", 0.05)
    monkeypatch.setattr(data.files.urllib.request, "urlopen", never_answers)
    with pytest.raises(FileNotFoundError, match="DMNB_DATA"):
        data.load("cifar10")
    swallowed.set()


@pytest.mark.parametrize("status, answers", [(200, True), (401, True), (404, True), (503, False)])
def test_a_server_answers_unless_it_is_unwell(status, answers):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert data.files._answers(f"http://127.0.0.1:{server.server_port}") is answers


def test_offline_mode_asks_nobody_and_uses_an_earlier_download(monkeypatch, tmp_path):
    write_both(tmp_path, names=["ant", "bee", "cow"])
    splits = {
        split: datasets.Dataset.from_parquet(str(tmp_path / f"{split}.parquet"))
        for split in ("train", "test")
    }
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(data.files, "_answers", lambda address: pytest.fail("asked the network"))
    monkeypatch.setattr(datasets, "load_dataset", lambda name: splits)
    assert data.load("fashion_mnist").class_names == ("ant", "bee", "cow")


def test_the_hub_is_asked_by_its_name_where_it_answers(monkeypatch, tmp_path):
    write_both(tmp_path)
    asked = []

    def load_dataset(name):
        asked.append(name)
        return datasets.DatasetDict(
            {s: datasets.Dataset.from_parquet(str(tmp_path / f"{s}.parquet")) for s in splits}
        )

    splits = ("train", "test")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(data.files, "_answers", lambda address: True)
    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    for _ in range(2):
        assert data.load("cifar100", tmp_path).train_images.shape == (6, 1, 6, 5)
    assert asked == ["uoft-cs/cifar100"]


def test_offline_for_real_and_imports_stay_light(tmp_path):
    program = (
        "import sys, dmnb.data\n"
        "loaded = {'datasets', 'sklearn', 'torchvision', 'PIL'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
        "dmnb.data.load('cifar100')\n"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("FileNotFoundError: cifar100 is not on this")


def write_texts(folder, names=None, train=("a fine film", "dull"), labels=(1, 0)):
    label = datasets.ClassLabel(names=names) if names else datasets.Value("int64")
    features = datasets.Features({"text": datasets.Value("string"), "label": label})
    for split, texts, y in (("train", train, labels), ("test", ("so so",), (0,))):
        table = datasets.Dataset.from_dict({"text": texts, "label": y}, features=features)
        folder.mkdir(parents=True, exist_ok=True)
        table.to_parquet(str(folder / f"{split}.parquet"))


@pytest.mark.parametrize("names, expected", [(None, ("0", "1")), (["neg", "pos"], ("neg", "pos"))])
def test_texts_come_with_their_labels(tmp_path, names, expected):
    write_texts(tmp_path / "imdb", names)
    found = data.load_text("imdb", tmp_path)
    assert found.train_texts == ("a fine film", "dull") and found.test_texts == ("so so",)
    assert found.train_labels.tolist() == [1, 0] and found.test_labels.dtype == torch.int64
    assert found.class_names == expected


def test_no_texts_no_result(tmp_path):
    for name in ("digits", tmp_path / "nowhere"):
        with pytest.raises(ValueError, match="must be one of imdb or a folder"):
            data.load_text(name)
    write_texts(tmp_path / "negative", labels=(1, -1))
    with pytest.raises(ValueError, match=r"must be in \[0, 2\)"):
        data.load_text(tmp_path / "negative")
    for split in ("train", "test"):
        write_folders(tmp_path / "images", pictures(2), split)
    with pytest.raises(FileNotFoundError, match="must hold train"):
        data.load_text(tmp_path / "images")
