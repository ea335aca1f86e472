"""Config -> run -> Record: one training run under label noise, described by plain settings."""

from dmnb.experiment.config import (
    EMPHASES,
    VECTORS,
    Config,
    emphasis_of,
    normalization_of,
    settings,
    type_of,
)
from dmnb.experiment.examples import (
    CLASS_MAPS,
    corrupted_labels,
    dataset_of,
    generator_of,
    prepared,
)
from dmnb.experiment.many import run_many
from dmnb.experiment.retrieve import Retrieved, find_sets, retrieve
from dmnb.experiment.run import (
    checkpoint_name,
    epochs_of,
    loss_of,
    record_of,
    run,
    runnable,
    trained,
)

__all__ = [
    "CLASS_MAPS",
    "EMPHASES",
    "VECTORS",
    "Config",
    "Retrieved",
    "checkpoint_name",
    "corrupted_labels",
    "dataset_of",
    "emphasis_of",
    "epochs_of",
    "find_sets",
    "generator_of",
    "loss_of",
    "normalization_of",
    "prepared",
    "record_of",
    "retrieve",
    "run",
    "run_many",
    "runnable",
    "settings",
    "trained",
    "type_of",
]
