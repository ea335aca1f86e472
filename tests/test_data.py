import hashlib
import http.server
import io
import os
import re
import subprocess
import sys
import threading
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import torch

from dmnb import data, experiment, noise

datasets = pytest.importorskip("datasets")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
from PIL import Image  # noqa: E402

ROOT = os.environ.get("DMNB_DATA", "")


def real(name):
    there = bool(ROOT) and (Path(ROOT) / name / "train.parquet").is_file()
    return pytest.mark.skipif(not there, reason=f"DMNB_DATA has no {name}")


@pytest.fixture(autouse=True)
def no_root_and_own_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("DMNB_DATA", raising=False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    data.images._read.cache_clear()


@pytest.fixture
def no_network(monkeypatch):
    """Nothing answers at the hub's address, as behind a firewall that refuses."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", "http://127.0.0.1:9")


def pictures(n, shape=(6, 5), seed=0):
    """n random uint8 images as PIL images; a third dimension of shape makes them colour."""
    draws = np.random.default_rng(seed)
    return [Image.fromarray(draws.integers(0, 256, shape, dtype=np.uint8)) for _ in range(n)]


def png(image):
    file = io.BytesIO()
    image.save(file, "png")
    return {"bytes": file.getvalue(), "path": None}


def write_parquet(folder, split, images, labels, names=None, columns=("image", "label"), **more):
    label = datasets.ClassLabel(names=names) if names else datasets.Value("int64")
    features = {columns[0]: datasets.Image(), columns[1]: label}
    features |= {key: datasets.Value("int64") for key in more}
    values = {columns[0]: [png(image) for image in images], columns[1]: labels, **more}
    folder.mkdir(parents=True, exist_ok=True)
    table = datasets.Dataset.from_dict(values, features=datasets.Features(features))
    table.to_parquet(str(folder / f"{split}.parquet"))


def write_both(folder, **options):
    images = pictures(9)
    write_parquet(folder, "train", images[:6], [0, 1, 2, 2, 1, 0], **options)
    write_parquet(folder, "test", images[6:], [2, 0, 1], **options)
    return images


def write_folders(folder, images, split="train", names=("cat", "dog")):
    for row, image in enumerate(images):
        path = folder / split / names[row % len(names)] / f"{row}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)


def test_digits_is_a_fixed_stratified_split():
    digits = data.load("digits")
    assert digits.train_images.shape == (1437, 1, 8, 8) and digits.test_images.shape[0] == 360
    assert digits.train_images.dtype == torch.uint8 and digits.train_labels.dtype == torch.int64
    assert digits.train_images.min() == 0 and digits.train_images.max() == 255
    assert digits.class_names == tuple("0123456789")
    assert digits.num_classes == 10 and digits.in_shape == (1, 8, 8)
    share = digits.test_labels.bincount() / (
        digits.test_labels.bincount() + digits.train_labels.bincount()
    )
    assert ((share - 0.2).abs() < 0.006).all()


def test_digits_are_scikit_learns_at_0_to_255():
    from sklearn.datasets import load_digits

    digits, theirs = data.load("digits"), load_digits()
    ours = torch.cat([digits.train_images, digits.test_images]).flatten(1).double() * 16 / 255
    labels = torch.cat([digits.train_labels, digits.test_labels]).numpy()
    assert sorted(zip(ours.round().tolist(), labels, strict=True)) == sorted(
        zip(theirs.data.tolist(), theirs.target, strict=True)
    )


def test_the_split_of_digits_never_changes():
    digits = data.load("digits")
    content = digits.train_images.numpy().tobytes() + digits.train_labels.numpy().tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == "7531db42dd3ff2d2"


def test_a_dataset_is_frozen():
    with pytest.raises(FrozenInstanceError):
        data.load("digits").train_labels = torch.zeros(3)


def test_parquet_in_the_hubs_layout(tmp_path):
    images = write_both(tmp_path, names=["ant", "bee", "cow"])
    found = data.load(tmp_path)
    pixels = torch.from_numpy(np.stack([np.asarray(image) for image in images])).unsqueeze(1)
    assert torch.equal(found.train_images, pixels[:6])
    assert torch.equal(found.test_images, pixels[6:])
    assert found.train_labels.tolist() == [0, 1, 2, 2, 1, 0]
    assert found.test_labels.tolist() == [2, 0, 1]
    assert found.train_labels.dtype == torch.int64
    assert found.class_names == ("ant", "bee", "cow")
    assert found.in_shape == (1, 6, 5)


def test_colour_and_the_other_column_names(tmp_path):
    images = pictures(4, (4, 4, 3))
    for split in ("train", "test"):
        write_parquet(tmp_path, split, images, [3, 0, 1, 0], columns=("img", "fine_label"))
    found = data.load(str(tmp_path))
    pixels = torch.from_numpy(np.stack([np.asarray(image) for image in images]))
    assert torch.equal(found.train_images, pixels.permute(0, 3, 1, 2))
    assert found.class_names == ("0", "1", "2", "3")


def test_one_colour_image_makes_all_of_them_colour(tmp_path):
    grey = pictures(3)
    palette = pictures(1, (6, 5, 3))[0].quantize(16)
    write_parquet(tmp_path, "train", grey, [0, 1, 0])
    write_parquet(tmp_path, "test", [palette], [1])
    found = data.load(tmp_path)
    assert found.in_shape == (3, 6, 5)
    assert torch.equal(found.train_images[:, 0], found.train_images[:, 2])
    expected = torch.from_numpy(np.asarray(palette.convert("RGB")).copy()).permute(2, 0, 1)
    assert torch.equal(found.test_images[0], expected)


def test_images_stored_as_plain_structs(tmp_path):
    pandas = pytest.importorskip("pandas")
    images = pictures(2)
    for split in ("train", "test"):
        frame = pandas.DataFrame({"image": [png(image) for image in images], "label": [0, 1]})
        frame.to_parquet(tmp_path / f"{split}.parquet")
    assert torch.equal(
        data.load(tmp_path).test_images[1, 0], torch.from_numpy(np.asarray(images[1]).copy())
    )


def test_image_folders(tmp_path):
    images = pictures(5, (4, 7, 3))
    write_folders(tmp_path, images[:3])
    write_folders(tmp_path, images[3:], "test")
    (tmp_path / "train" / "cat" / "notes.txt").write_text("not an image")
    found = data.load(tmp_path)
    assert found.class_names == ("cat", "dog")
    assert found.train_labels.tolist() == [0, 0, 1] and found.test_labels.tolist() == [0, 1]
    pixels = [torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1) for image in images]
    assert torch.equal(found.train_images, torch.stack([pixels[0], pixels[2], pixels[1]]))
    assert torch.equal(found.test_images, torch.stack(pixels[3:]))


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


def test_human_labels_are_columns_of_the_training_split(tmp_path):
    folder = tmp_path / "cifar10"
    write_parquet(folder, "train", pictures(3), [0, 1, 2], human_worse=[0, 2, 1], other=[5, 5, 5])
    write_parquet(folder, "test", pictures(1), [0])
    labels = data.human_labels("human_worse", tmp_path)
    assert labels.dtype == torch.int64 and labels.tolist() == [0, 2, 1]
    for name in ("worse", "label", "other"):
        with pytest.raises(ValueError, match=f"'{name}' is not a column.*has: human_worse$"):
            data.human_labels(name, tmp_path)


def test_superclasses_of_coarse_labels(tmp_path):
    folder = tmp_path / "cifar100"
    options = {"columns": ("img", "fine_label"), "names": list("abcd")}
    fine = [3, 0, 1, 2, 0]
    write_parquet(folder, "train", pictures(5), fine, coarse_label=[1, 0, 1, 0, 0], **options)
    write_parquet(folder, "test", pictures(1), [0], coarse_label=[0], **options)
    superclass = data.superclass_of(root=tmp_path)
    assert superclass.tolist() == [0, 1, 0, 1]
    assert noise.superclass_map(superclass) == {0: 2, 2: 0, 1: 3, 3: 1}
    assert data.load("cifar100", tmp_path).class_names == tuple("abcd")

    write_parquet(folder, "train", pictures(5), fine, coarse_label=[1, 0, 1, 0, 1], **options)
    with pytest.raises(ValueError, match="one superclass"):
        data.superclass_of(folder)


def test_superclasses_need_their_columns(tmp_path):
    write_both(tmp_path)
    with pytest.raises(ValueError, match=r"column fine_label is needed.*'image', 'label'"):
        data.superclass_of(tmp_path)


def test_vehicles10_is_two_superclasses_of_cifar100(tmp_path):
    folder = tmp_path / "cifar100"
    options = {"columns": ("img", "fine_label"), "names": list("abcdefghijkl")}
    fine = torch.randperm(12, generator=torch.Generator().manual_seed(0)).tolist()
    coarse = torch.tensor([18, 3, 19, 18, 19, 18, 4, 19, 18, 19, 18, 19])
    images = pictures(12)
    for split in ("train", "test"):
        labels = coarse[fine].tolist()
        write_parquet(folder, split, images, fine, coarse_label=labels, **options)
    vehicles, cifar100 = data.load("vehicles10", tmp_path), data.load("cifar100", tmp_path)
    assert vehicles.class_names == tuple("acdefhijkl")
    shown = {
        vehicles.class_names[k]: x
        for k, x in zip(vehicles.train_labels, vehicles.train_images, strict=True)
    }
    whole = {
        cifar100.class_names[k]: x
        for k, x in zip(cifar100.train_labels, cifar100.train_images, strict=True)
    }
    assert all(torch.equal(shown[name], whole[name]) for name in vehicles.class_names)
    assert len(vehicles.test_labels) == 10
    assert data.superclass_of("vehicles10", tmp_path).tolist() == coarse[coarse > 4].tolist()


def test_some_classes_of_a_set():
    digits = data.load("digits")
    some = digits.of_classes([7, 2])
    assert some.class_names == ("7", "2")
    assert torch.equal(
        some.test_images[some.test_labels == 0], digits.test_images[digits.test_labels == 7]
    )
    assert torch.equal(
        some.train_images[some.train_labels == 1], digits.train_images[digits.train_labels == 2]
    )
    for classes in ([], [2, 2], [2, 10]):
        with pytest.raises(ValueError, match=rf"classes.*\[0, 10\).*{re.escape(str(classes))}"):
            digits.of_classes(classes)


@pytest.mark.parametrize("ratio, left", [(1, 12_500), (10, 1_250), (50, 250), (1e6, 1)])
def test_imbalance_thins_the_first_half_of_the_classes(ratio, left):
    labels = torch.arange(25_000) % 2
    rows = data.step_imbalance(labels, ratio, 2, generator=torch.Generator().manual_seed(0))
    assert labels[rows].bincount().tolist() == [left, 12_500]
    assert (rows.diff() > 0).all()
    other = data.step_imbalance(labels, ratio, 2, generator=torch.Generator().manual_seed(1))
    assert torch.equal(rows, other) is (ratio == 1)


def test_an_odd_class_in_the_middle_stays_whole():
    labels = torch.arange(30) % 3
    assert labels[data.step_imbalance(labels, 5, 3)].bincount().tolist() == [2, 10, 10]
    for ratio in (0.5, float("nan")):
        with pytest.raises(ValueError, match=f"ratio must be at least 1, got {ratio}"):
            data.step_imbalance(labels, ratio, 3)


def test_rows_are_split_in_two():
    one, two = data.split_rows(10, 0.2, generator=torch.Generator().manual_seed(0))
    assert (len(one), len(two)) == (8, 2)
    assert sorted(one.tolist() + two.tolist()) == list(range(10))
    assert [len(part) for part in data.split_rows(2, 0.01)] == [1, 1]
    for share in (0, 1, float("nan")):
        with pytest.raises(ValueError, match=rf"share must be in \(0, 1\), got {share}"):
            data.split_rows(10, share)


def test_sets_without_a_table_have_no_other_labels(tmp_path):
    for split in ("train", "test"):
        write_folders(tmp_path, pictures(2), split)
    for name in ("digits", tmp_path):
        with pytest.raises(ValueError, match=r"others need a train\.parquet"):
            data.superclass_of(name)


def test_images_of_two_sizes_are_refused(tmp_path):
    write_folders(tmp_path, pictures(2) + pictures(2, (6, 6)))
    write_folders(tmp_path, pictures(2), "test")
    with pytest.raises(ValueError, match="one size, found 6x5, 6x6"):
        data.load(tmp_path)


def test_sixteen_bit_images_are_refused(tmp_path):
    deep = Image.fromarray(np.full((6, 5), 40_000, np.uint16))
    for split in ("train", "test"):
        write_folders(tmp_path, [deep, deep], split)
    with pytest.raises(ValueError, match=r"0\.png must have 8 bits a channel.*got I;16"):
        data.load(tmp_path)


def test_splits_of_different_classes_are_refused(tmp_path):
    write_folders(tmp_path / "folders", pictures(2))
    write_folders(tmp_path / "folders", pictures(2), "test", names=("cat", "eel"))
    write_parquet(tmp_path / "parquet", "train", pictures(2), [0, 1], names=["cat", "dog"])
    write_parquet(tmp_path / "parquet", "test", pictures(2), [0, 1], names=["dog", "cat"])
    for folder in ("folders", "parquet"):
        with pytest.raises(ValueError, match="different classes"):
            data.load(tmp_path / folder)


def test_labels_that_are_no_classes_are_refused(tmp_path):
    write_parquet(tmp_path, "train", pictures(2), [0, 1])
    write_parquet(tmp_path, "test", pictures(2), [0, -1])
    with pytest.raises(ValueError, match=r"must be in \[0, 2\)"):
        data.load(tmp_path)
    table = datasets.Dataset.from_dict({"image": [png(pictures(1)[0])], "label": ["cat"]})
    table.to_parquet(str(tmp_path / "train.parquet"))
    with pytest.raises(ValueError, match="column label must hold integers"):
        data.load(tmp_path)


def test_tables_without_images_are_refused(tmp_path):
    for split in ("train", "test"):
        table = datasets.Dataset.from_dict({"text": ["good"], "label": [1]})
        table.to_parquet(str(tmp_path / f"{split}.parquet"))
    with pytest.raises(ValueError, match=r"column image or img is needed; there are \['text'"):
        data.load(tmp_path)


def test_without_names_classes_count_from_0(tmp_path):
    for split in ("train", "test"):
        write_parquet(tmp_path, split, pictures(3), [1, 2, 3])
        write_parquet(tmp_path / "named", split, pictures(3), [1, 2, 3], names=list("abcd"))
    with pytest.raises(ValueError, match=r"must begin at 0, unless.*ClassLabel.*least is 1"):
        data.load(tmp_path)
    assert data.load(tmp_path / "named").num_classes == 4


def test_texts_are_no_images():
    with pytest.raises(ValueError, match="holds texts") as caught:
        data.load("imdb")
    assert all(name in str(caught.value) for name in (*experiment.VECTORS, "data.load_text"))


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


@real("fashion_mnist")
def test_real_fashion_mnist():
    found = data.load("fashion_mnist", ROOT)
    assert found.train_images.shape == (60_000, 1, 28, 28)
    assert found.test_images.shape == (10_000, 1, 28, 28)
    assert found.train_labels.bincount().tolist() == [6000] * 10
    assert found.class_names[9] == "Ankle boot"
    assert found.train_images.double().mean() == pytest.approx(0.2860 * 255, abs=0.02)


@real("cifar10")
def test_real_cifar10_and_its_human_labels():
    found = data.load("cifar10", ROOT)
    assert found.train_images.shape == (50_000, 3, 32, 32)
    assert found.test_labels.bincount().tolist() == [1000] * 10
    assert found.class_names[0] == "airplane" and found.class_names[9] == "truck"
    rates = {"aggregate": 9.0, "random1": 17.2, "random2": 18.1, "random3": 17.6, "worse": 40.2}
    for column, percent in rates.items():
        human = data.human_labels(f"human_{column}", ROOT)
        assert 100 * noise.rate(found.train_labels, human) == pytest.approx(percent, abs=0.05)


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


@real("imdb")
def test_real_imdb():
    found = data.load_text("imdb", ROOT)
    assert len(found.train_texts) == len(found.test_texts) == 25_000
    assert found.train_labels.bincount().tolist() == [12_500] * 2
    assert found.train_texts[0].startswith("Story of a man who has unnatural feelings for a pig.")
