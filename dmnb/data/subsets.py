"""Which examples of a training set to keep: rows, in rising order, drawn by a generator."""

import torch
from torch import Tensor


def step_imbalance(
    labels: Tensor, ratio: float, num_classes: int, *, generator: torch.Generator | None = None
) -> Tensor:
    """The rows that are left when the first half of the classes is thinned to one in ``ratio``.

    Of a class with n examples round(n / ratio) stay, at least 1; the other classes stay whole. So
    IMDB, where 0 is negative, keeps 12,500 positive reviews and at 10:1 1,250 negative ones, as in
    the paper's Table 5. Step imbalance as in arXiv 1710.05381.

    Args:
        labels: int64 (N,) in [0, num_classes), the true ones.
        ratio: of a majority class to a minority class, >= 1.
        num_classes: C >= 2; for odd C the class in the middle stays whole.
        generator: on the CPU; draws who stays.

    Returns:
        int64 (K,), K <= N, rising.

    Raises:
        ValueError: a ratio below 1.
    """
    if not ratio >= 1:
        raise ValueError(f"ratio must be at least 1, got {ratio!r}")
    order = torch.randperm(len(labels), generator=generator)
    kept = labels >= num_classes // 2
    for k in range(num_classes // 2):
        members = order[labels[order] == k]
        kept[members[: max(1, round(len(members) / ratio))]] = True
    return kept.nonzero().squeeze(1)


def split_rows(
    count: int, share: float, *, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """The rows 0, ..., ``count`` - 1 in two parts, drawn at random; each has one at least.

    Args:
        count: N >= 2.
        share: of the second part, in (0, 1): round(share N) rows.
        generator: on the CPU; draws who is where.

    Returns:
        int64 (N - K,) and (K,), rising.

    Raises:
        ValueError: a share outside (0, 1).
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be in (0, 1), got {share!r}")
    order = torch.randperm(count, generator=generator)
    size = min(max(1, round(share * count)), count - 1)
    return order[size:].sort().values, order[:size].sort().values
