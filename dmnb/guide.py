"""Where to begin with labels of unknown quality: how many are wrong, which, and what DM to try.

Early in training a network agrees with right labels and not yet with wrong ones: the log-odds m of
the given labels are a mixture of two populations. Arazo et al. (ICML 2019, arXiv 1904.11238) and
DivideMix (ICLR 2020, arXiv 2002.07394) fit two components to the losses -log p; here two normal
distributions are fitted to m, which unlike p and the loss has no ends for examples to crowd at.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from dmnb import experiment, train
from dmnb.emphasis.base import number
from dmnb.loss import log_odds

# On the digits: 2.2 on clean labels, 3.0 to 4.8 with 10 to 60% wrong ones.
APART = 3.0
# A short training that told wrong labels apart on the digits; any may be changed.
BRIEF = {"noise": "none", "emphasis": "cce", "lr": 0.03, "epochs": 20}


@dataclass(frozen=True)
class NoiseEstimate:
    """What a mixture of two normal distributions says of the labels.

    Attributes:
        rate: estimated share of wrong labels in [0, 1], the mean of ``wrong``.
        wrong: float64 (N,), the probability of each label to be wrong, under the mixture.
        separation: |mu_1 - mu_2| / sqrt((s_1^2 + s_2^2) / 2), Ashman's D. Below 3 the components
            are hardly two populations, and neither rate nor wrong means much.
    """

    rate: float
    wrong: Tensor
    separation: float

    @property
    def told_apart(self) -> bool:
        """Whether there are two populations. If not, next to no label is wrong, or the training was
        too short or too long."""
        return self.separation >= APART


class Suggestion(NamedTuple):
    """lam and beta: the paper's lambda and beta of equation 12."""

    lam: float
    beta: float


def noise_rate(m: Tensor) -> NoiseEstimate:
    """The share of wrong labels, and how probably each is wrong, from log-odds early in training.

    m: float (N,), N >= 2, finite: the log-odds of the given labels (`dmnb.log_odds`), of training
    examples; torch.logit(p) of their probabilities.

    Measured on digits, symmetric noise of .1 to .6, three seeds each, trained as `BRIEF` says: the
    rate is at most .03 off, and of the labels more probably wrong than right .89 to .97 are wrong.
    Trained too briefly (3 epochs at a rate of .01) it was up to .5 off, at times with a separation
    of 3: give the right labels time to be learnt. A class that is learnt late is a population, too.

    Raises:
        ValueError: m of another shape, or not finite.
    """
    from sklearn.mixture import GaussianMixture

    if m.ndim != 1 or len(m) < 2:
        raise ValueError(f"m must be (N,) with N >= 2, got shape {tuple(m.shape)}")
    if not m.isfinite().all():
        raise ValueError(f"m must be finite, got {m[~m.isfinite()][0].item()}")
    x = m.double().cpu().view(-1, 1).numpy()
    mixture = GaussianMixture(2, reg_covar=1e-3, random_state=0).fit(x)
    means, variances = mixture.means_.ravel(), mixture.covariances_.ravel()
    wrong = torch.from_numpy(mixture.predict_proba(x)[:, means.argmin()].copy())
    separation = abs(means[0] - means[1]) / variances.mean() ** 0.5
    return NoiseEstimate(wrong.mean().item(), wrong, float(separation))


def suspects(estimate: NoiseEstimate, *, threshold: float = 0.5) -> Tensor:
    """int64 (K,): the examples whose label is wrong with a probability above the threshold, the
    most suspicious first.

    estimate: by `noise_rate`. threshold: in [0, 1). Raises ValueError outside it.
    """
    if not 0 <= number("threshold", threshold) < 1:
        raise ValueError(f"threshold must be in [0, 1), got {threshold}")
    order = estimate.wrong.argsort(descending=True, stable=True)
    return order[estimate.wrong[order] > threshold]


def suggest(rate: float) -> Suggestion:
    """lambda and beta to begin with, for a share of wrong labels in [0, 1].

    With DMLoss's default normalisation and a learning rate of .01 they end at 95.2, 95.7, 92.0 and
    91.9% on digits with r = 0, .2, .4 and .6 wrong labels, less than three points below the best of
    16 settings, and at 86.6, 85.6 and 78.3% on Fashion-MNIST for r = .4, .6 and .8 (three
    seeds, test accuracy). At r = .8 nothing works well on digits. That is all the evidence.

    The mode psi = lambda / (lambda + 1) rises with the noise, though less than in Figure 2c of
    1905.11233. The best settings of its Table 9, found with the authors' formula, are not taken:
    lambda = 0 collapses on clean digits, and lambda = 1, beta = 16 ends at 57.8% on them for
    r = .4. Nor is lambda = 1, beta = 12, which is best there and collapses on Fashion-MNIST.

    Raises:
        ValueError: a rate outside [0, 1].
    """
    if not 0 <= number("rate", rate) <= 1:
        raise ValueError(f"rate must be in [0, 1], got {rate}")
    return Suggestion(0.5, 12.0) if rate < 0.5 else Suggestion(1.0, 8.0)


@dataclass(frozen=True)
class Look:
    """A brief look at labelled images.

    Attributes:
        estimate: of the noise.
        given: int64 (N,), the training labels.
        predicted: int64 (N,), what the network says.
        clean: int64 (N,), the labels before the config's noise was made.
        class_names: of the labels.
    """

    estimate: NoiseEstimate
    given: Tensor
    predicted: Tensor
    clean: Tensor
    class_names: tuple[str, ...]


def look(config: experiment.Config, *, progress: bool = False) -> Look:
    """Train as the config says and estimate the noise from the log-odds at the end.

    progress: as for `dmnb.experiment.run`, and so are the errors; ValueError, too, for a training
    that diverges. `BRIEF` has settings to begin with.
    """
    config = experiment.runnable(config)
    dataset, clean = experiment.prepared(config)
    model, curves = experiment.trained(config, dataset, clean, progress=progress)
    if curves.diverged:
        raise ValueError(
            f"training diverged in epoch {curves.diverged}: lower lr, which was {config.lr:g}"
        )
    images, given = dataset.train_images.to(config.device), dataset.train_labels
    logits = train.predict(model, images, centre=train.centring(images)).cpu()
    estimate = noise_rate(log_odds(logits.double(), given))
    return Look(estimate, given, logits.argmax(1), clean, tuple(dataset.class_names))


def table(seen: Look) -> list[dict]:
    """The suspects, the most suspicious first: index among the training examples, given and
    predicted class, and the probability that the label is wrong.

    seen: from `look`.
    """
    names = seen.class_names
    return [
        {
            "index": index,
            "given": names[seen.given[index]],
            "predicted": names[seen.predicted[index]],
            "wrong": seen.estimate.wrong[index].item(),
        }
        for index in suspects(seen.estimate).tolist()
    ]
