"""Data sets as arrays: a name or a folder in, images (or texts) and clean labels out.

Names are "digits" (bundled with scikit-learn), "fashion_mnist", "cifar10", "cifar100" and
"vehicles10", the ten vehicle classes of CIFAR-100. All but the digits are read from the folder
`<root>/<name>` where its files are there (root is the environment variable DMNB_DATA unless given),
else from the Hugging Face hub. A folder, named by its path or by its name in the root, holds either

    train.parquet, test.parquet           the hub's image layout: an image and a label column
    train/<class>/*, test/<class>/*       torchvision's ImageFolder layout

Parquet may be in the parts that the hub has, train-00000-of-00002.parquet and so on, and in one
folder below, such as data/.

`clothing1m` and `mars` read photographs that stay on disk. `load_text` reads "imdb", or a folder
with Parquet files that have a text and a label column.

Sources: Xiao et al. 2017 (Fashion-MNIST), Krizhevsky 2009 (CIFAR), Wei et al. 2022 (CIFAR-N), Xiao
et al. 2015 (Clothing1M), Zheng et al. 2016 (MARS), Maas et al. 2011 (IMDB).
"""

from dmnb.data.clothing1m import clothing1m
from dmnb.data.files import HUB, NAMES, TEXTS
from dmnb.data.images import Dataset, human_labels, load, superclass_of
from dmnb.data.mars import Mars, mars
from dmnb.data.streams import Stream
from dmnb.data.subsets import split_rows, step_imbalance
from dmnb.data.text import Texts, load_text

__all__ = [
    "HUB",
    "NAMES",
    "TEXTS",
    "Dataset",
    "Mars",
    "Stream",
    "Texts",
    "clothing1m",
    "human_labels",
    "load",
    "load_text",
    "mars",
    "split_rows",
    "step_imbalance",
    "superclass_of",
]
