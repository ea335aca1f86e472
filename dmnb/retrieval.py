"""Retrieval: features of sets of images, mean average precision and CMC.

A query and a gallery hold items, each with an identity and possibly the camera that saw it. Gallery
items are ranked by their cosine similarity to the query. The protocol is that of Market-1501 and
MARS (Zheng et al., ICCV 2015 and ECCV 2016):

- Gallery items with the query's identity AND camera are left out, the query itself among them.
- Junk, identity -1, is left out. Distractors, identity 0 there, are ordinary wrong answers.
- A query with no right answer left has no precision and counts nowhere.
- Among equals wrong answers come first: a network that gives all images one feature gains nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

JUNK = -1
RULES = ("steps", "trapezoids")


@dataclass(frozen=True)
class Scores:
    """Means over the ``queries`` that have a right answer; all in [0, 1].

    mean_average_precision: mAP. cmc: float64 (K,), at index k - 1 the share of queries with a right
    answer among the first k; CMC-1 is cmc[0].
    """

    mean_average_precision: float
    cmc: Tensor
    queries: int


@torch.no_grad()
def embed(model: nn.Module, batches: Iterable[Tensor]) -> Tensor:
    """What the last linear layer of a network sees: its features, (N, D) float32 on the CPU.

    model: a network with a linear layer; it is put into evaluation mode. batches: its inputs,
    (B, ...), N in all, on its device. ValueError where the model has no linear layer.
    """
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    if not layers:
        raise ValueError("model must have a linear layer")
    features = []
    hook = layers[-1].register_forward_pre_hook(
        lambda layer, inputs: features.append(inputs[0].float().cpu())
    )
    model.eval()
    try:
        for batch in batches:
            model(batch)
    finally:
        hook.remove()
    return torch.cat(features)


def set_features(features: Tensor, set_of: Tensor, count: int) -> Tensor:
    """The mean feature of each set, scaled to length 1: (count, D), zero for an empty set.

    So the paper represents a video: its frames' features are averaged, then L2-normalised.

    features: floating (N, D). set_of: int64 (N,) in [0, count), the set of each. count >= 1.
    ValueError for a set outside this range.
    """
    if ((set_of < 0) | (set_of >= count)).any():
        raise ValueError(f"set_of must be in [0, {count})")
    sums = features.new_zeros(count, features.shape[1]).index_add_(0, set_of, features)
    return F.normalize(sums)  # the length of a sum is lost, as is that of a mean


def effective_dimensions(features: Tensor) -> float:
    """(sum_k s_k)^2 / sum_k s_k^2, s the eigenvalues of the covariance of features of length 1.

    From 1, where all lie on a line, to D, where all directions are used alike: how many of their
    dimensions the features use. nan where all are the same. features: floating (N, D).
    """
    directions = F.normalize(features.double())
    s = torch.linalg.svdvals(directions - directions.mean(0)).square()
    return (s.sum().square() / s.square().sum()).item()


def average_precision(right: Tensor, *, rule: str = "steps") -> float:
    """The average precision of one ranking, in [0, 1].

    right: bool (N,), whether the answer at each rank is right; at least one is. With precision P_k
    and recall R_k of the first k answers, rule "steps" is sum_k (R_k - R_{k-1}) P_k, the mean
    precision at the right answers, as in scikit-learn; "trapezoids" has (P_{k-1} + P_k) / 2 for
    P_k, with P_0 = 1, as in the Matlab code that came with Market-1501 and MARS.

    Raises:
        ValueError: another rule; no right answer.
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    if not right.any():
        raise ValueError("right must be true somewhere")
    right = right.cpu()
    hits = right.double().cumsum(0)
    precision = hits / torch.arange(1, len(right) + 1)
    if rule == "trapezoids":
        precision = (torch.cat([torch.ones(1).double(), precision[:-1]]) + precision) / 2
    return precision[right].mean().item()


def scores(
    similarity: Tensor,
    query_identities: Tensor,
    gallery_identities: Tensor,
    *,
    query_cameras: Tensor | None = None,
    gallery_cameras: Tensor | None = None,
    ranks: int = 20,
    rule: str = "steps",
) -> Scores:
    """mAP and CMC of Q queries against G gallery items, by the protocol above.

    Args:
        similarity: floating (Q, G), the higher the more alike: `a @ b.T` of normalised features.
        query_identities: int64 (Q,).
        gallery_identities: int64 (G,), -1 for junk.
        query_cameras: int64 (Q,), or None where there are no cameras; then nothing but junk is left
            out, and queries must not be in the gallery.
        gallery_cameras: int64 (G,), or None with the other.
        ranks: K >= 1, the last rank that CMC is wanted at.
        rule: as for `average_precision`.

    Raises:
        ValueError: shapes that do not fit; cameras of one side only; ranks below 1; another rule;
            no query with a right answer.
    """
    _check(similarity, query_identities, gallery_identities, query_cameras, gallery_cameras, ranks)
    similarity, gallery_identities = similarity.cpu(), gallery_identities.cpu()
    if query_cameras is not None:
        query_cameras, gallery_cameras = query_cameras.cpu(), gallery_cameras.cpu()
    precisions, found = [], torch.zeros(ranks, dtype=torch.float64)
    for q, identity in enumerate(query_identities.tolist()):
        same = gallery_identities == identity
        kept = gallery_identities != JUNK
        if query_cameras is not None:
            kept &= ~(same & (gallery_cameras == query_cameras[q]))
        right = _ranked(similarity[q][kept], same[kept])
        if not right.any():
            continue
        precisions.append(average_precision(right, rule=rule))
        found[int(right.int().argmax()) :] += 1
    if not precisions:
        raise ValueError("no query has a right answer in the gallery")
    mean = sum(precisions) / len(precisions)
    return Scores(mean, found / len(precisions), len(precisions))


def _ranked(similarity: Tensor, right: Tensor) -> Tensor:
    """``right`` in the order of falling similarity, False before True among equals."""
    wrong_first = right.int().argsort(stable=True)
    order = similarity[wrong_first].argsort(descending=True, stable=True)
    return right[wrong_first][order]


def _check(similarity, queries, gallery, query_cameras, gallery_cameras, ranks) -> None:
    if similarity.shape != (len(queries), len(gallery)):
        raise ValueError(
            f"similarity must be (queries, gallery) = {(len(queries), len(gallery))}, "
            f"got {tuple(similarity.shape)}"
        )
    if (query_cameras is None) != (gallery_cameras is None):
        raise ValueError("query_cameras and gallery_cameras must both be given, or neither")
    for name, cameras, items in (
        ("query_cameras", query_cameras, queries),
        ("gallery_cameras", gallery_cameras, gallery),
    ):
        if cameras is not None and cameras.shape != items.shape:
            raise ValueError(f"{name} must be {tuple(items.shape)}, got {tuple(cameras.shape)}")
    if ranks < 1:
        raise ValueError(f"ranks must be at least 1, got {ranks}")
