import hashlib
import os
import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import torch

from dmnb import data, experiment, noise

datasets = pytest.importorskip("datasets")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
from made_data import pictures, png, write_both, write_folders, write_parquet  # noqa: E402
from PIL import Image  # noqa: E402

pytestmark = pytest.mark.usefixtures("no_data_root")

ROOT = os.environ.get("DMNB_DATA", "")


def real(name):
    there = bool(ROOT) and (Path(ROOT) / name / "train.parquet").is_file()
    return pytest.mark.skipif(not there, reason=f"DMNB_DATA has no {name}")


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


@real("imdb")
def test_real_imdb():
    found = data.load_text("imdb", ROOT)
    assert len(found.train_texts) == len(found.test_texts) == 25_000
    assert found.train_labels.bincount().tolist() == [12_500] * 2
    assert found.train_texts[0].startswith("Story of a man who has unnatural feelings for a pig.")
