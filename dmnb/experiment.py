"""Config -> run -> Record: one training run under label noise, described by plain settings."""

import dataclasses
import hashlib
import itertools
import json
import math
import types
import typing
from collections.abc import Callable
from numbers import Real
from pathlib import Path

import torch
from torch import nn

from dmnb import data, emphasis, features, models, noise, train
from dmnb.loss import AuthorsDMLoss, DMLoss
from dmnb.record import Record, file_name, hardware, versions

# The authors' formula, in the precision of the logits and free of their rounding.
AUTHORS = {"dm-authors": None, "dm-authors-float64": torch.float64}
EMPHASES: dict[str, Callable[["Config"], emphasis.Emphasis]] = {
    "cce": lambda config: emphasis.CCE(),
    "mae": lambda config: emphasis.MAE(),
    "mse": lambda config: emphasis.MSE(),
    "gce": lambda config: emphasis.GCE(config.q),
    "dm": lambda config: emphasis.DM(config.lam, config.beta),
    "anchored": lambda config: emphasis.AnchoredDM(config.lam, config.beta),
    "normal": lambda config: emphasis.Normal(config.lam / (config.lam + 1), config.beta),
    "exponential": lambda config: emphasis.Exponential(config.beta),
    "beta": lambda config: emphasis.Beta(config.lam + 1, config.beta),
    "uniform": lambda config: emphasis.Uniform(),
    **dict.fromkeys(AUTHORS, lambda config: emphasis.DM(config.lam, config.beta)),
}
HELD_OUT = 0.2
NORMALIZATIONS = ("none", "integral", "batch")
HUMAN = ("human_aggregate", "human_random1", "human_random2", "human_random3", "human_worse")
NOISES = ("none", "symmetric", "symmetric_inclusive", "asymmetric", "pair", *HUMAN)

# Data sets of document vectors: the texts and what makes vectors of them.
VECTORS = {
    "imdb-pv-dbow": ("imdb", features.pv_dbow),
    "imdb-tfidf-svd": ("imdb", features.tfidf_svd),
}

# Patrini et al., CVPR 2017: 2 -> 7, 3 -> 8, 5 <-> 6, 7 -> 1 for digits; bird -> airplane,
# cat <-> dog, deer -> horse, truck -> automobile for CIFAR-10.
CLASS_MAPS = {
    "digits": {2: 7, 3: 8, 5: 6, 6: 5, 7: 1},
    "cifar10": {2: 0, 3: 5, 5: 3, 4: 7, 9: 1},
}


def _setting(
    default, about: str, allowed: str | tuple[str, ...], valid: Callable | None = None, **more
):
    """A field of Config: ``allowed`` lists the values, or says in words what ``valid`` tests."""
    words = allowed if isinstance(allowed, str) else "one of " + ", ".join(allowed)
    metadata = {"about": about, "allowed": words, "valid": valid or allowed.__contains__, **more}
    return dataclasses.field(default=default, metadata=metadata)


def _extra(about: str, allowed: str | tuple[str, ...], valid: Callable | None = None):
    """A setting that few runs have: None, and then not told in the record.

    So records keep their names, which hash the config, when a setting like this is added.
    """
    return _setting(None, about, allowed, valid, extra=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one run; the defaults train DM(.5, 12) on digits with 40% wrong labels.

    Every field is a keyword, a flag of ``dmnb run`` and an entry of the record; `settings` lists
    what each means. An unknown key or a bad value raises ValueError, naming it and what is allowed.
    """

    dataset: str = _setting(
        "digits",
        f"data set, {', '.join(VECTORS)}, or a folder of images",
        "a name or a path",
        lambda x: bool(x),
    )
    noise: str = _setting("symmetric", "how training labels are corrupted", NOISES)
    rate: float = _setting(0.4, "share of labels to corrupt", "in [0, 1]", lambda x: 0 <= x <= 1)
    imbalance: float | None = _extra(
        "thin the first half of the training classes to one in so many",
        "at least 1",
        lambda x: x >= 1,
    )
    held_out: str | None = _extra(
        "hold out a fifth of the training data and test on it, by its labels as given, noise and "
        "all, or by the true ones: for choosing settings",
        ("given", "true"),
    )
    emphasis: str = _setting(
        "dm",
        "how examples are weighted: a name, or any emphasis as JSON of its to_dict()",
        f"one of {', '.join(EMPHASES)}, or a JSON object",
        lambda x: x in EMPHASES or x.startswith("{"),
    )
    lam: float = _setting(
        0.5,
        "lambda of dm, anchored and dm-authors; normal has mode lam/(lam+1), beta alpha = lam+1",
        "at least 0",
        lambda x: x >= 0,
    )
    beta: float = _setting(
        12.0,
        "beta of dm, anchored, normal, exponential and dm-authors; eta of the beta family",
        "finite",
        math.isfinite,
    )
    q: float = _setting(0.7, "q of gce", "in [0, 1]", lambda x: 0 <= x <= 1)
    normalization: str | None = _setting(
        None, "of the weights; default: none for cce to gce, else integral", NORMALIZATIONS
    )
    model: str = _setting("mlp", "network", models.NAMES)
    width: int | None = _setting(
        None, "width of the network; default: its own", "at least 1", lambda x: x >= 1
    )
    dropout: float | None = _extra(
        "share of the last layer's inputs that are zero in training; default: none",
        "in [0, 1)",
        lambda x: 0 <= x < 1,
    )
    weights: str | None = _extra(
        "what resnet50 starts with; default: random ones", "imagenet or a file", bool
    )
    optimizer: str = _setting("sgd", "optimizer", train.OPTIMIZERS)
    lr: float = _setting(0.01, "learning rate", "above 0", lambda x: x > 0)
    momentum: float = _setting(0.9, "momentum of SGD", "in [0, 1)", lambda x: 0 <= x < 1)
    weight_decay: float = _setting(0.0, "weight decay", "at least 0", lambda x: x >= 0)
    eps: float | None = _extra("eps of Adam; default: 1e-8", "above 0", lambda x: x > 0)
    schedule: str = _setting("constant", "of the learning rate", train.SCHEDULES)
    milestones: str | None = _extra(
        "iterations at which schedule step drops the rate; default: 1/2 and 3/4 of all",
        "rising whole numbers above 0, such as 15000,22000",
        lambda x: _steps(x) is not None,
    )
    drop: float | None = _extra(
        "what schedule step divides the rate by; default: 10", "above 1", lambda x: x > 1
    )
    warmup: float = _setting(0.0, "epochs of warm-up", "at least 0", lambda x: x >= 0)
    epochs: int = _setting(120, "epochs", "at least 1", lambda x: x >= 1)
    iterations: int | None = _extra(
        "gradient steps, in whole epochs, in place of epochs", "at least 1", lambda x: x >= 1
    )
    batch_size: int = _setting(64, "examples in a batch", "at least 1", lambda x: x >= 1)
    augment: bool = _setting(
        False, "crop and flip training images", "true or false", lambda x: True
    )
    record_every: int = _setting(1, "measure every so many epochs", "at least 1", lambda x: x >= 1)
    seed: int = _setting(0, "of noise, initial weights and order", "at least 0", lambda x: x >= 0)
    device: str = _setting("cpu", "torch device", "cpu, cuda or cuda:N", lambda x: _is_device(x))

    def __new__(cls, **values):
        """Name unknown keys in a ValueError, before __init__ would raise a TypeError."""
        unknown = sorted(values.keys() - settings().keys())
        if unknown:
            raise ValueError(
                f"unknown setting {', '.join(unknown)}; known: {', '.join(settings())}"
            )
        return super().__new__(cls)

    def __post_init__(self):
        for name, field in settings().items():
            value = _typed(name, getattr(self, name))
            if value is not None and not field.metadata["valid"](value):
                raise ValueError(f"{name} must be {field.metadata['allowed']}, got {value!r}")
            object.__setattr__(self, name, value)
        if self.iterations and self.epochs != settings()["epochs"].default:
            raise ValueError(
                f"one of epochs and iterations is enough, got {self.epochs} and {self.iterations}"
            )
        emphasis_of(self), normalization_of(self)

    @classmethod
    def from_dict(cls, values: dict) -> "Config":
        """The config of a record, or of any dict of settings; missing ones take their default."""
        return cls(**values)

    def to_dict(self) -> dict:
        """The settings by name, but not those that only few runs have and this one has not."""
        unset = {
            name
            for name, field in settings().items()
            if field.metadata.get("extra") and getattr(self, name) is None
        }
        if self.iterations:
            unset.add("epochs")
        return {name: value for name, value in vars(self).items() if name not in unset}


def settings() -> dict[str, dataclasses.Field]:
    """The fields of Config by name; metadata "about" and "allowed" say what each means."""
    return {field.name: field for field in dataclasses.fields(Config)}


def run(
    config: Config,
    *,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    process_group: typing.Any = None,
) -> Record:
    """Load, corrupt, train, measure: the whole of one run.

    Labels, initial network and order come from three streams of random numbers that depend on the
    seed alone: runs that differ in the loss or the learning rate share all three. On the CPU the
    same config gives the same bits, ``seconds`` aside. The global generators are left as they were.

    Args:
        config: the settings.
        progress: show a bar on stderr where rich is installed.
        checkpoint: folder to keep the state of the run in while it lasts, made where missing. Where
            one of this config by this code is there, the run goes on from it. None: nowhere.
        process_group: None for this process alone, else each process of the group calls this
            function and trains on its share of every batch; all return the same record.

    Raises:
        ValueError: for settings that do not fit the data, such as human labels of digits, for
            a device that is not there, for a damaged checkpoint, and for the authors' formula,
            which sums over one process, with a process group.
    """
    config = runnable(config)
    dataset, clean = prepared(config)
    with torch.random.fork_rng(devices=_generators(config.device)):
        curves = train.fit(
            network_of(config, dataset),
            loss_of(config, process_group=process_group).to(config.device),
            dataset,
            clean_labels=clean,
            generator=stream(config.seed, "order"),
            progress=progress,
            lr=config.lr,
            augment=config.augment,
            checkpoint=checkpoint and Path(checkpoint) / checkpoint_name(config),
            process_group=process_group,
            **descent_of(config, len(clean)),
        )
    record = record_of(config, curves, clean, dataset.train_labels)
    if process_group is not None:
        record.hardware["processes"] = torch.distributed.get_world_size(process_group)
    return record


def checkpoint_name(config: Config) -> str:
    """The file in which a run of this config by this code keeps its state."""
    code = hashlib.sha256(json.dumps(versions(), sort_keys=True).encode()).hexdigest()[:8]
    settings = dataclasses.replace(config, normalization=normalization_of(config)).to_dict()
    return f"{Path(file_name(settings)).stem}-{code}.checkpoint"


def runnable(config: Config) -> Config:
    """The config with its normalization written out; ValueError where its device is not there."""
    if config.device != "cpu" and not torch.cuda.is_available():
        raise ValueError(f"device {config.device} is not available here; cpu is")
    return dataclasses.replace(config, normalization=normalization_of(config))


def network_of(config: Config, dataset: data.Dataset) -> nn.Module:
    """The config's network for images of the dataset's shape, its weights drawn by the seed.

    It seeds the global generator: call it inside torch.random.fork_rng.
    """
    torch.manual_seed(_stream_seed(config.seed, "network"))
    return models.build(
        config.model,
        in_shape=dataset.in_shape,
        num_classes=dataset.num_classes,
        width=config.width,
        dropout=config.dropout or 0.0,
        weights=config.weights,
    )


def descent_of(config: Config, examples: int) -> dict:
    """The options that `fit` and `fit_many` of `dmnb.train` share, as this config sets them.

    examples: how many there are to train on, at least 1; iterations become epochs of so many.
    """
    names = (
        "batch_size", "optimizer", "momentum", "weight_decay", "schedule", "warmup", "device",
        "record_every",
    )  # fmt: skip
    return {name: getattr(config, name) for name in names} | _given(
        epochs=epochs_of(config, examples),
        eps=config.eps,
        milestones=_steps(config.milestones),
        drop=config.drop,
    )


def record_of(
    config: Config, curves: train.Curves, clean: torch.Tensor, given: torch.Tensor
) -> Record:
    """A run's curves with the config, versions and hardware that made them.

    clean, given: int64 (N,), the true labels of its training examples and those it learned.
    """
    return Record(
        config=config.to_dict(),
        noise_rate=noise.rate(clean, given),
        best=max(curves.test_accuracy),
        final=curves.test_accuracy[-1],
        versions=versions(),
        hardware=hardware(config.device),
        **vars(curves),
    )


def dataset_of(config: Config) -> data.Dataset:
    """The config's data set: images, or for the names of `VECTORS` vectors (N, D, 1, 1), float32.

    Vectors are computed once, in minutes, and kept (see `dmnb.features`).
    """
    if config.dataset not in VECTORS:
        return data.load(config.dataset)
    name, vectors_of = VECTORS[config.dataset]
    texts = data.load_text(name)
    vectors = vectors_of([*texts.train_texts, *texts.test_texts])[..., None, None]
    train_vectors, test_vectors = vectors.split([len(texts.train_texts), len(texts.test_texts)])
    return data.Dataset(
        train_vectors, texts.train_labels, test_vectors, texts.test_labels, texts.class_names
    )


def prepared(config: Config) -> tuple[data.Dataset, torch.Tensor]:
    """The data set as a run of the config sees it, and the true labels of its training images.

    Labels are corrupted first, so that runs of one seed share the wrong labels of the images they
    share, then classes are thinned, then a fifth is held out.

    Returns:
        The dataset, its training labels noise and all; int64 (N,) for its N training images.

    Raises:
        ValueError: as for `corrupted_labels`.
    """
    dataset = dataset_of(config)
    clean, noisy = dataset.train_labels, corrupted_labels(dataset, config)
    rows, held = rows_of(config, clean, dataset.num_classes)
    if held is not None:
        labels = noisy if config.held_out == "given" else clean
        dataset = dataclasses.replace(
            dataset, test_images=dataset.train_images[held], test_labels=labels[held]
        )
    images = dataset.train_images if len(rows) == len(clean) else dataset.train_images[rows]
    return dataclasses.replace(dataset, train_images=images, train_labels=noisy[rows]), clean[rows]


def rows_of(
    config: Config, clean: torch.Tensor, num_classes: int
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The rows of the training set to learn and those to hold out (None where none are).

    clean: int64 (N,) in [0, num_classes), the true labels. Rows are int64, rising, in [0, N). The
    config says how, and its seed draws them.
    """
    rows = torch.arange(len(clean))
    if config.imbalance:
        draw = stream(config.seed, "imbalance")
        rows = data.step_imbalance(clean, config.imbalance, num_classes, generator=draw)
    if not config.held_out:
        return rows, None
    draw = stream(config.seed, "held out")
    kept, held = data.split_rows(len(rows), HELD_OUT, generator=draw)
    return rows[kept], rows[held]


def corrupted_labels(dataset: data.Dataset, config: Config) -> torch.Tensor:
    """int64 (N,): the dataset's training labels with the config's noise, of the stream "noise".

    "asymmetric" moves the classes that `CLASS_MAPS` lists, or else two drawn from each superclass
    (the paper's protocol for CIFAR-100). Human labels are CIFAR-10N's; they have no rate to set.

    Raises:
        ValueError: human labels of another data set than cifar10; asymmetric noise for a data set
            with neither a class map nor superclasses.
    """
    labels, kind = dataset.train_labels, config.noise
    if kind == "none":
        return labels
    if kind in HUMAN:
        if config.dataset != "cifar10":
            raise ValueError(f"noise {kind} needs dataset cifar10, got {config.dataset!r}")
        return data.human_labels(kind)
    options = {"generator": stream(config.seed, "noise")}
    if kind == "asymmetric":
        options["class_map"] = CLASS_MAPS.get(config.dataset) or noise.superclass_map(
            data.superclass_of(config.dataset), generator=options["generator"]
        )
    corrupt = {
        "symmetric": noise.symmetric,
        "symmetric_inclusive": noise.symmetric_inclusive,
        "asymmetric": noise.asymmetric,
        "pair": noise.pair,
    }[kind]
    return corrupt(labels, config.rate, dataset.num_classes, **options)


def epochs_of(config: Config, examples: int) -> int:
    """How many epochs a run over so many examples takes, at least 1.

    Where the config counts iterations, the whole epochs nearest to them: 153 for the 30,000
    iterations of 256 that the paper gives CIFAR's 50,000 images, which are 29,988.
    """
    if config.iterations is None:
        return config.epochs
    return max(1, round(config.iterations / math.ceil(examples / config.batch_size)))


def emphasis_of(config: Config) -> emphasis.Emphasis:
    """The weighting of examples that the config describes; ValueError for bad lam, beta or q."""
    if not config.emphasis.startswith("{"):
        return EMPHASES[config.emphasis](config)
    try:
        return emphasis.from_dict(json.loads(config.emphasis))
    except json.JSONDecodeError as error:
        raise ValueError(f"emphasis is no JSON, {error}: {config.emphasis!r}") from None


def normalization_of(config: Config) -> str:
    """The config's normalization or, where it has none, the one of its emphasis.

    Plain losses run as they are ("none"), weightings by their density ("integral"), and the
    authors' formula as their code has it, by the sum of the batch ("batch", its only one): another
    one for it is a ValueError.
    """
    if config.emphasis in AUTHORS:
        if config.normalization not in (None, "batch"):
            raise ValueError(
                f"normalization of {config.emphasis} must be batch, got {config.normalization!r}"
            )
        return "batch"
    plain = config.emphasis in ("cce", "mae", "mse", "gce")
    return config.normalization or ("none" if plain else "integral")


def loss_of(config: Config, *, process_group: typing.Any = None) -> nn.Module:
    """The loss of a config: logits (B, K) and targets (B,) to a scalar.

    process_group: see `DMLoss`; ValueError for one with the authors' formula.
    """
    if config.emphasis in AUTHORS:
        if process_group is not None:
            raise ValueError(f"emphasis {config.emphasis} runs in one process, got a process_group")
        return AuthorsDMLoss(config.lam, config.beta, dtype=AUTHORS[config.emphasis])
    return DMLoss(
        emphasis_of(config),
        normalization=normalization_of(config),
        process_group=process_group,
    )


def stream(seed: int, name: str) -> torch.Generator:
    """A generator on the CPU for the purpose `name`, an independent one for each seed and name."""
    return torch.Generator().manual_seed(_stream_seed(seed, name))


def _stream_seed(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big") >> 1


def _generators(device: str) -> list[torch.device]:
    return [] if device == "cpu" else [torch.device(device)]


def _given(**options) -> dict:
    return {name: value for name, value in options.items() if value is not None}


def _steps(text: str | None) -> list[int] | None:
    """ "15000,22000" as numbers; None for what is not rising and positive."""
    parts = [part.strip() for part in (text or "").split(",")]
    if not all(part.isdecimal() for part in parts):
        return None
    steps = [int(part) for part in parts]
    return steps if all(a < b for a, b in itertools.pairwise([0, *steps])) else None


def _is_device(name: str) -> bool:
    try:
        return torch.device(name).type in ("cpu", "cuda")
    except RuntimeError:
        return False


def _typed(name: str, value):
    """``value`` in the type its field declares; 1 counts as 1.0, and 1.0 as 1, but not True."""
    declared = typing.get_type_hints(Config)[name]
    allowed = typing.get_args(declared) if isinstance(declared, types.UnionType) else (declared,)
    if value is None and types.NoneType in allowed:
        return None
    wanted = allowed[0]
    number = isinstance(value, Real) and not isinstance(value, bool)
    if wanted is float and number:
        return float(value)
    if wanted is int and number and value == int(value):
        return int(value)
    if wanted not in (int, float) and isinstance(value, wanted):
        return value
    raise ValueError(f"{name} must be {wanted.__name__}, got {value!r}")
