"""fit(model, loss, data, ...): train a classifier of images and measure it as it learns.

The loss is passed in, so every example weighting runs through the same loop. Nothing here looks at
test data to decide anything: the test accuracy is recorded, and the last epoch is the result.
"""

from dmnb.train.descent import learning_rate, optimizer_of
from dmnb.train.images import centring
from dmnb.train.loop import fit
from dmnb.train.many import fit_many
from dmnb.train.measure import Curves, accuracy, effective_share, predict
from dmnb.train.options import OPTIMIZERS, SCHEDULES
from dmnb.train.parallel import torchrun
from dmnb.train.sources import Loaders

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "Curves",
    "Loaders",
    "accuracy",
    "centring",
    "effective_share",
    "fit",
    "fit_many",
    "learning_rate",
    "optimizer_of",
    "predict",
    "torchrun",
]
