"""Label noise: clean labels in, new noisy labels out.

Every function takes N labels in [0, C), returns N new int64 labels on the labels' device and leaves
its argument alone. The draws come from `generator` (torch's global one when None) on the
generator's own device, so that a seed gives the same noise wherever the labels live.

    exact=False   each eligible label is corrupted independently with probability r (Bernoulli);
    exact=True    round(r n) of the n eligible labels are, drawn without replacement.

A label is eligible if the noise can change its class: all are, except for `asymmetric`, where the
class must be one that the map moves. `rate` measures what was made.
Protocols: Wang et al., arXiv 1905.11233, section 4; Patrini et al., CVPR 2017 (matrices).
"""

import math
import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

Labels = Tensor | Sequence[int]


def symmetric(
    labels: Labels,
    rate: float,
    num_classes: int,
    *,
    generator: torch.Generator | None = None,
    exact: bool = False,
) -> Tensor:
    """With probability r the label becomes one of the C - 1 OTHER classes, uniformly.

    P(new = j | label = k) = 1 - r if j = k, else r / (C - 1); the paper's symmetric noise.

    Args:
        labels: (N,) integers in [0, C): a tensor of any device, an array or a list.
        rate: r in [0, 1].
        num_classes: C >= 2.
        generator: source of the draws.
        exact: corrupt exactly round(r N) labels.

    Returns:
        (N,) int64, on the labels' device.

    Raises:
        ValueError: an argument outside these ranges.
    """
    num_classes = _checked_classes(num_classes)
    labels, device = _checked_labels(labels, num_classes, generator)
    chosen = _choose(len(labels), rate, generator, exact)
    step = torch.randint(1, num_classes, labels.shape, generator=generator, device=labels.device)
    return torch.where(chosen, (labels + step) % num_classes, labels).to(device)


def symmetric_inclusive(
    labels: Labels,
    rate: float,
    num_classes: int,
    *,
    generator: torch.Generator | None = None,
    exact: bool = False,
) -> Tensor:
    """With probability r the label is drawn again from all C classes, its own included.

    P(new = j | label = k) = (1 - r) [j = k] + r / C, so that about r (C - 1) / C of the labels are
    wrong afterwards: r = 1 makes them independent of the truth. `exact` fixes how many are redrawn.
    Arguments, result and errors are those of `symmetric`.
    """
    num_classes = _checked_classes(num_classes)
    labels, device = _checked_labels(labels, num_classes, generator)
    chosen = _choose(len(labels), rate, generator, exact)
    drawn = torch.randint(num_classes, labels.shape, generator=generator, device=labels.device)
    return torch.where(chosen, drawn, labels).to(device)


def asymmetric(
    labels: Labels,
    rate: float,
    num_classes: int,
    *,
    class_map: Mapping[int, int] | Sequence[int] | Tensor,
    generator: torch.Generator | None = None,
    exact: bool = False,
) -> Tensor:
    """With probability r a label k becomes class_map[k].

    Only labels of the classes that the map moves are eligible: with `exact`, round(r n) of those n
    labels are corrupted, and the rate over all N labels is lower where the map moves only some.

    Args:
        class_map: {class: class}, where classes left out stay, or C classes in order.
            See `superclass_map` for the paper's CIFAR-100 protocol.

    Other arguments, result and errors are those of `symmetric`.
    """
    num_classes = _checked_classes(num_classes)
    labels, device = _checked_labels(labels, num_classes, generator)
    target = _target_classes(class_map, num_classes).to(labels.device)[labels]
    eligible = (target != labels).nonzero().squeeze(1)
    chosen = eligible[_choose(len(eligible), rate, generator, exact)]
    noisy = labels.clone()
    noisy[chosen] = target[chosen]
    return noisy.to(device)


def pair(
    labels: Labels,
    rate: float,
    num_classes: int,
    *,
    generator: torch.Generator | None = None,
    exact: bool = False,
) -> Tensor:
    """With probability r a label k becomes k + 1 mod C (pair flip).

    Arguments, result and errors are those of `symmetric`.
    """
    num_classes = _checked_classes(num_classes)
    following = [(k + 1) % num_classes for k in range(num_classes)]
    return asymmetric(
        labels, rate, num_classes, class_map=following, generator=generator, exact=exact
    )


def from_matrix(
    labels: Labels,
    matrix: Tensor | Sequence[Sequence[float]],
    *,
    generator: torch.Generator | None = None,
    exact: bool = False,
) -> Tensor:
    """A label k becomes j with probability T[k, j].

    With `exact`, of the n_k labels of class k the number that becomes j is n_k T[k, j] rounded by
    largest remainders, so that the counts add up to n_k; which labels they are is drawn.

    Args:
        labels: (N,) integers in [0, C): a tensor of any device, an array or a list.
        matrix: T, (C, C), entries in [0, 1], rows summing to 1 within 1e-5.
        generator: source of the draws.
        exact: fix the counts instead of drawing them.

    Returns:
        (N,) int64, on the labels' device.

    Raises:
        ValueError: an argument outside these ranges.
    """
    matrix = _checked_matrix(matrix)
    labels, device = _checked_labels(labels, len(matrix), generator)
    noisy = labels.clone()
    for k, row in enumerate(matrix.to(labels.device)):
        members = (labels == k).nonzero().squeeze(1)
        if len(members) == 0:
            continue
        if exact:
            order = torch.randperm(len(members), generator=generator, device=labels.device)
            counts = _largest_remainders(row * len(members), len(members))
            classes = torch.arange(len(row), device=labels.device)
            noisy[members[order]] = classes.repeat_interleave(counts)
        else:
            noisy[members] = torch.multinomial(
                row, len(members), replacement=True, generator=generator
            )
    return noisy.to(device)


def superclass_map(
    superclass_of: Labels, *, generator: torch.Generator | None = None
) -> dict[int, int]:
    """The class map of the paper's asymmetric noise on CIFAR-100 (Table 1).

    Inside each superclass two classes are drawn and mapped to each other; the others stay. With
    CIFAR-100's 20 superclasses of 5, `asymmetric` then moves 40 of the 100 classes.

    Args:
        superclass_of: (C,) integers >= 0; entry k is the superclass of class k.
            `dmnb.data.superclass_of` reads CIFAR-100's.
        generator: source of the draws.

    Returns:
        {class: class}, two entries for each superclass.

    Raises:
        ValueError: a superclass of fewer than two classes, or entries that are not integers >= 0.
    """
    superclass_of = _integers(superclass_of, "superclass_of").cpu()
    if (superclass_of < 0).any():
        raise ValueError(f"superclass_of must be >= 0, got {superclass_of.min().item()}")
    class_map, device = {}, _device_of(generator)
    for superclass in superclass_of.unique().tolist():
        classes = (superclass_of == superclass).nonzero().squeeze(1).tolist()
        if len(classes) < 2:
            raise ValueError(
                f"superclass {superclass} has only class {classes[0]}; a flip needs two or more"
            )
        order = torch.randperm(len(classes), generator=generator, device=device).tolist()
        first, second = classes[order[0]], classes[order[1]]
        class_map |= {first: second, second: first}
    return class_map


def rate(clean: Labels, noisy: Labels) -> float:
    """The measured noise rate: the share of labels, in [0, 1], where the two differ.

    Args:
        clean: (N,) integers, N >= 1.
        noisy: (N,) integers.

    Raises:
        ValueError: different lengths, no labels, or labels that are not integers.
    """
    clean, noisy = _integers(clean, "clean"), _integers(noisy, "noisy")
    if clean.shape != noisy.shape or len(clean) == 0:
        raise ValueError(
            "clean and noisy must be equally many labels, at least one; "
            f"got {len(clean)} and {len(noisy)}"
        )
    return (clean != noisy.to(clean.device)).double().mean().item()


def _choose(n: int, rate: float, generator: torch.Generator | None, exact: bool) -> Tensor:
    """(n,) bool: which of n labels to corrupt."""
    r = _number(rate)
    if not 0 <= r <= 1:
        raise ValueError(f"rate must be in [0, 1], got {rate!r}")
    device = _device_of(generator)
    if not exact:
        return torch.rand(n, dtype=torch.float64, generator=generator, device=device) < r
    return torch.randperm(n, generator=generator, device=device) < round(r * n)


def _number(value: Any) -> float:
    """A number, also one in a tensor; nan for anything else."""
    if isinstance(value, Tensor) and value.numel() == 1:
        value = value.item()
    return value if isinstance(value, Real) and not isinstance(value, bool) else math.nan


def _largest_remainders(shares: Tensor, total: int) -> Tensor:
    """Whole numbers next to `shares` that add up to `total`, never above 0 for a share of 0."""
    # A share such as 100 * 0.29 = 28.999999999999996 is meant to be whole.
    shares = torch.where((shares - shares.round()).abs() < 1e-9 * total, shares.round(), shares)
    counts = shares.floor()
    missing = total - int(counts.sum())
    counts[(shares - counts).argsort(descending=True, stable=True)[:missing]] += 1
    return counts.long()


def _integers(values: Labels, name: str) -> Tensor:
    # Not torch.as_tensor, which would read a pandas Series by its index.
    values = values if isinstance(values, Tensor) else np.array(values)
    if values.ndim != 1:
        raise ValueError(f"{name} must have shape (N,), got {tuple(values.shape)}")
    if len(values) > 0 and not re.match(r"(torch\.)?u?int|>[iu]", str(values.dtype)):
        raise ValueError(f"{name} must be integers, got {values.dtype}")
    if isinstance(values, Tensor):
        return values.long()
    return torch.from_numpy(values.astype(np.int64, order="C"))


def _device_of(generator: torch.Generator | None) -> torch.device:
    """Where its draws are made."""
    if not isinstance(generator, torch.Generator | None):
        raise ValueError(f"generator must be a torch.Generator or None, got {generator!r}")
    return torch.device("cpu") if generator is None else generator.device


def _checked_classes(num_classes: int) -> int:
    classes = _number(num_classes)
    if not (classes >= 2 and classes % 1 == 0):
        raise ValueError(f"num_classes must be an integer >= 2, got {num_classes!r}")
    return int(classes)


def _checked_labels(
    labels: Labels, num_classes: int, generator: torch.Generator | None
) -> tuple[Tensor, torch.device]:
    """The labels on the device of the draws, and the device they came from."""
    labels = _in_range(labels, num_classes, "labels")
    return labels.to(_device_of(generator)), labels.device


def _in_range(values: Labels, num_classes: int, name: str) -> Tensor:
    values = _integers(values, name)
    outside = values[(values < 0) | (values >= num_classes)]
    if len(outside) > 0:
        raise ValueError(f"{name} must be in [0, {num_classes}), got {outside[0].item()}")
    return values


def _target_classes(
    class_map: Mapping[int, int] | Sequence[int] | Tensor, num_classes: int
) -> Tensor:
    """(C,) int64: the class that each class is mapped to."""
    if isinstance(class_map, Mapping):
        unknown = [k for k in class_map if k not in range(num_classes)]
        if unknown:
            raise ValueError(
                f"class_map must map classes in [0, {num_classes}), got {unknown[0]!r}"
            )
        class_map = [class_map.get(k, k) for k in range(num_classes)]
    target = _in_range(class_map, num_classes, "class_map")
    if len(target) != num_classes:
        raise ValueError(f"a class_map must list {num_classes} classes, got {len(target)}")
    return target


def _checked_matrix(matrix: Tensor | Sequence[Sequence[float]]) -> Tensor:
    if not isinstance(matrix, Tensor):
        matrix = torch.from_numpy(np.array(matrix, dtype=np.float64, order="C"))
    matrix = matrix.double()
    if matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ValueError(f"matrix must be C x C with C >= 2, got {tuple(matrix.shape)}")
    if not ((matrix >= 0) & (matrix <= 1)).all():
        raise ValueError("matrix entries must be probabilities in [0, 1]")
    error = (matrix.sum(1) - 1).abs()
    if error.max() > 1e-5:
        k = int(error.argmax())
        raise ValueError(f"matrix rows must sum to 1, row {k} sums to {matrix[k].sum().item():.6g}")
    return matrix / matrix.sum(1, keepdim=True)
