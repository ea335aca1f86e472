r"""The weight of any loss, by autograd: exact for a loss of p alone, a profile for the others.

A loss of p alone has the gradient (w/2) (softmax over the other classes) there and -w/2 at the
label, so that w = 2 Σ_{j≠y} ∂L/∂z_j; the sum over the others keeps its digits where p rounds to 1.
A loss that uses the other probabilities has no w(p): its gradient's L1 norm depends on how they are
spread, and its direction leaves cross-entropy's, which is that of -∂m/∂z, by an angle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from dmnb.emphasis.base import Emphasis, check, is_traced, on_cpu

Loss = Callable[[Tensor, Tensor], Tensor]

_EDGE = 30.0  # the log-odds up to which a loss must be differentiable: beyond, p may round to 1
_FAR = 700.0  # exp(-_FAR) is the smallest p that float64 holds in full


@dataclass(frozen=True)
class OfLoss(Emphasis):
    """w of a loss of p alone, from its gradient; see `of`."""

    loss_fn: Loss
    num_classes: int = 10
    breaks: tuple[float, ...] = ()
    name = "of"
    formula = r"2 p (1-p) |L'(p)|"
    _reach = 24.0  # a loss makes its own 1 - p, which then has five digits left

    def _validate(self) -> None:
        classes = self.num_classes
        check("num_classes", classes, classes in range(2, 10**6), "an integer >= 2")
        object.__setattr__(self, "breaks", tuple(sorted(float(p) for p in self.breaks)))
        check("breaks", self.breaks, all(0 < p < 1 for p in self.breaks), "in (0, 1)")
        object.__setattr__(self, "_is_mean", _is_mean(self.loss_fn, classes))
        _check_rows_are_separate(self.loss_fn, classes, self._is_mean)
        largest = _check_depends_on_p_alone(self.loss_fn, classes, self._is_mean)
        object.__setattr__(self, "_floor", 1e-14 * largest)  # of rounding errors
        object.__setattr__(self, "_ends", (self._end(-1.0), self._end(1.0)))

    @property
    def _breaks(self) -> tuple[float, ...]:
        return self.breaks

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        m = p.log() - c.log()
        w = self._autograd_weight(m.clamp(-_FAR, _FAR))
        below, above = self._ends
        end = torch.where(m < 0, _continued(m, *below), _continued(m, *above))
        lost = ~w.isfinite() | ((m.abs() > _EDGE) & (w > 0) & (w < self._floor))
        return torch.where(lost, end, w)

    def _autograd_weight(self, m: Tensor) -> Tensor:
        z = torch.nn.functional.pad(m.reshape(-1, 1), (0, self.num_classes - 1))
        z = z - z.new_tensor([0.0] + [math.log(self.num_classes - 1)] * (self.num_classes - 1))
        y = torch.zeros(len(z), dtype=torch.long, device=z.device)
        g = _gradient(self.loss_fn, z, y, self._is_mean)
        return (2 * g[:, 1:].sum(1)).clamp(min=0).reshape(m.shape)

    def _end(self, side: float) -> tuple[float, float]:
        """w at the edge and a, its fall per unit of log-odds: the law w ~ x^a by which it goes on.

        Also the check that w stays finite at this end, p = 0 or 1.
        """
        m = side * torch.tensor([_EDGE / 2, _EDGE, _FAR / 2, _FAR], dtype=torch.float64)
        half, edge, *far = self._autograd_weight(m).tolist()
        fall = math.log(half / edge) / (_EDGE / 2) if min(half, edge) > 0 else math.inf
        last = edge, half
        if all(map(math.isfinite, far)):
            last = far[1], far[0]
        if last[0] > max(1.05 * last[1], self._floor):
            raise ValueError(
                f"w must be finite at p = {0 if side < 0 else 1}, but it grows from {half:.6g} at "
                f"log-odds {m[0].item():g} to {edge:.6g} at {m[1].item():g}"
            )
        return edge, fall if fall > 1e-3 else 0.0

    def to_dict(self) -> dict[str, Any]:
        raise ValueError(
            f"an emphasis of a loss holds code ({self.loss_fn!r}) and has no dict; "
            "tabulate it: Tabulated.of(emphasis)"
        )


def of(loss_fn: Loss, *, num_classes: int = 10, breaks: tuple[float, ...] = ()) -> OfLoss:
    """The emphasis of a loss of p alone: its weight is |dL/dm| * 2, by autograd in float64.

    Whether the loss uses p alone is tested on sampled rows: the gradient must have the direction of
    cross-entropy's, whatever the label and however the other classes share 1 - p. Where the loss
    itself fails because p rounds to 0 or 1, w goes on by the power of p or 1-p in which it ends.

    Args:
        loss_fn: (logits (N, C), target (N)) -> N losses, their mean or their sum; float64 logits.
        num_classes: C >= 2 of the logits that it is tried on.
        breaks: the p where w jumps or has a kink, as far as known; without them the value of the
            objective is approximate there, while the gradient stays exact.

    Returns:
        An Emphasis for DMLoss and all else. It has no dict, as it holds code.

    Raises:
        ValueError: the loss fails on such logits, has no gradient, or not a finite one; rises with
            p; uses the label, other rows or the other probabilities (then see `profile`); or has a
            w that is not finite at p = 0 or 1.
    """
    return OfLoss(loss_fn, num_classes, breaks)


class Profile(NamedTuple):
    """What a loss does to N examples; three arrays or tensors of shape (N).

    p: softmax(z)_y, in [0, 1]. weight: the L1 norm of dL/dz, >= 0. deviation: the angle from the
    direction of cross-entropy, in [0, 180] degrees; nan where the weight is 0.
    """

    p: Any
    weight: Any
    deviation: Any


def profile(loss_fn: Loss, logits: Tensor | np.ndarray, target: Tensor | np.ndarray) -> Profile:
    """The weight and the direction deviation of any loss on given logits, by autograd in float64.

    Args:
        loss_fn: (logits, target) -> N losses, their mean or their sum.
        logits: (N, C), floating, C >= 2; `sample_logits` draws some.
        target: (N) integers in [0, C).

    Returns:
        p, weight and deviation: tensors, or NumPy arrays if the logits were one, in their dtype.

    Raises:
        ValueError: shapes that do not fit, a loss without gradient or with one that is not finite.
    """
    z, y = (
        x if isinstance(x, Tensor) else torch.from_numpy(np.asarray(x)) for x in (logits, target)
    )
    fits = z.dim() == 2 and z.shape[1] >= 2 and z.is_floating_point()
    check("logits", tuple(z.shape), fits, "floating, of shape (N, C) with C >= 2")
    check("target", tuple(y.shape), y.shape == z.shape[:1], f"of shape ({len(z)},)")
    z64, y = z.detach().double(), y.long()
    g = _gradient(loss_fn, z64, y, _is_mean(loss_fn, z.shape[1], z.device))
    p = z64.softmax(1).gather(1, y[:, None]).squeeze(1)
    _check_finite(g, p)
    values = Profile(p, g.abs().sum(1), _deviation(g, z64, y))
    values = Profile(*(v.to(z.dtype) for v in values))
    return Profile(*(v.numpy() for v in values)) if isinstance(logits, np.ndarray) else values


@on_cpu
def sample_logits(
    count: int,
    num_classes: int = 10,
    *,
    spread: float = 2.0,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Logits (count, C) float64 whose p are spread evenly over (0, 1), and random targets (count).

    The other classes share 1 - p by a softmax of normal logits with standard deviation `spread`.
    generator: on the CPU, source of the draws; None for torch's own. count >= 1, num_classes >= 2,
    spread >= 0; else ValueError.
    """
    check("count", count, count >= 1, ">= 1")
    check("num_classes", num_classes, num_classes >= 2, ">= 2")
    check("spread", spread, 0 <= spread < math.inf, "finite and >= 0")
    p = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    y = torch.randint(num_classes, (count,), generator=generator)
    others = spread * torch.randn(count, num_classes, dtype=torch.float64, generator=generator)
    return _logits_at(p.logit(), y, others), y


def _logits_at(m: Tensor, y: Tensor, others: Tensor) -> Tensor:
    """Logits with log-odds m (N) at y (N), the rest a shift of `others` (N, C)."""
    others = others.scatter(1, y[:, None], -torch.inf)
    others = others - others.logsumexp(1, keepdim=True)
    return others.scatter(1, y[:, None], m[:, None])


def _continued(m: Tensor, edge: float, fall: float) -> Tensor:
    if fall == 0:
        return torch.full_like(m, edge)
    return edge * torch.exp(-fall * (m.abs() - _EDGE)) if edge > 0 else torch.zeros_like(m)


def _gradient(loss_fn: Loss, z: Tensor, y: Tensor, is_mean: bool) -> Tensor:
    """dL_i/dz_i of the N row losses: (N, C); differentiable where z is."""
    if is_traced():
        return torch.func.grad(lambda z: _total(loss_fn, z, y, is_mean))(z)
    again = torch.is_grad_enabled() and z.requires_grad
    with torch.enable_grad():
        z = z if again else z.detach().requires_grad_()
        total = _total(loss_fn, z, y, is_mean)
        if not total.requires_grad:
            raise ValueError(f"{loss_fn!r} has no gradient with respect to the logits")
        return torch.autograd.grad(total, z, create_graph=again)[0]


def _total(loss_fn: Loss, z: Tensor, y: Tensor, is_mean: bool) -> Tensor:
    try:
        l = loss_fn(z, y)  # noqa: E741
    except (RuntimeError, IndexError) as error:
        shape = tuple(z.shape)
        raise ValueError(
            f"{loss_fn!r} fails on float64 logits of shape {shape}: {error}"
        ) from error
    if not isinstance(l, Tensor) or l.shape not in (torch.Size(), y.shape):
        what = f"shape {tuple(l.shape)}" if isinstance(l, Tensor) else f"a {type(l).__name__}"
        raise ValueError(f"{loss_fn!r} must return a scalar or {len(y)} losses, got {what}")
    return l.sum() * (len(y) if is_mean else 1)


def _rows(count: int, num_classes: int) -> tuple[Tensor, Tensor]:
    return sample_logits(count, num_classes, generator=torch.Generator().manual_seed(0))


def _is_mean(loss_fn: Loss, num_classes: int, device: Any = None) -> bool:
    """Whether the loss is a mean over rows: the same on the batch twice over."""
    z, y = (x.to(device) for x in _rows(8, num_classes))
    with torch.no_grad():
        once, twice = (_total(loss_fn, z.repeat(k, 1), y.repeat(k), False).item() for k in (1, 2))
    return abs(twice - once) < abs(twice - 2 * once)


def _check_rows_are_separate(loss_fn: Loss, num_classes: int, is_mean: bool) -> None:
    z, y = _rows(8, num_classes)
    together = _gradient(loss_fn, z, y, is_mean)
    alone = [_gradient(loss_fn, z[i : i + 1], y[i : i + 1], is_mean) for i in range(len(y))]
    if not torch.allclose(together, torch.cat(alone), rtol=1e-6, atol=1e-9, equal_nan=True):
        raise ValueError(
            f"the rows of {loss_fn!r} depend on each other or on the weights of their classes; "
            "give it a plain mean, sum or no reduction"
        )


def _check_depends_on_p_alone(loss_fn: Loss, num_classes: int, is_mean: bool) -> float:
    """The largest weight met; the sampled log-odds are no round numbers, where a loss may jump."""
    grid = torch.linspace(-_EDGE, _EDGE * 0.9973, 121, dtype=torch.float64)
    m = grid.repeat(3)
    generator = torch.Generator().manual_seed(1)
    y = torch.randint(num_classes, m.shape, generator=generator)
    others = torch.randn(len(m), num_classes, dtype=torch.float64, generator=generator)
    others *= torch.tensor([0.0, 1.0, 5.0]).repeat_interleave(len(grid))[:, None]
    z = _logits_at(m, y, others)
    g = _gradient(loss_fn, z, y, is_mean)
    p = m.sigmoid()
    _check_finite(g, p)

    label = torch.nn.functional.one_hot(y, num_classes).double()
    q = z.masked_fill(label.bool(), -torch.inf).softmax(1)
    w = 2 * (g * (1 - label)).sum(1)
    astray = (g - w[:, None] / 2 * (q - label)).abs().sum(1)
    digits = 1e-6 + 1e-14 / (-m).sigmoid()  # what the loss's own 1 - p may have left
    error = 1e-9 * w.abs().max() + digits * w.abs()
    if (astray > error).any():
        k = int((astray / g.abs().sum(1)).nan_to_num().argmax())
        angle = _deviation(g, z, y)[k].item()
        raise ValueError(
            f"{loss_fn!r} uses more than p: at p = {p[k].item():.4g} its gradient is {angle:.3g} "
            "degrees off cross-entropy's; emphasis.profile shows its weight and deviation"
        )
    of_row = w.reshape(3, -1)
    change = (of_row.amax(0) - of_row.amin(0)) > 2 * error.reshape(3, -1).amax(0)
    if change.any():
        k = int(change.nonzero()[0])
        values = ", ".join(f"{v:.6g}" for v in of_row[:, k].tolist())
        raise ValueError(
            f"{loss_fn!r} uses more than p: at p = {p[k].item():.4g} its weight is {values} with "
            "other labels and other probabilities of the rest; emphasis.profile shows it"
        )
    if (w < -error).any():
        k = int(w.argmin())
        raise ValueError(f"{loss_fn!r} rises with p at p = {p[k].item():.4g}; w must be >= 0")
    return w.max().item()


def _check_finite(g: Tensor, p: Tensor) -> None:
    bad = ~g.isfinite().all(1)
    if bad.any():
        at = p[bad][0].item()
        raise ValueError(f"the loss is not differentiable at p = {at:.6g}: no finite gradient")


def _deviation(g: Tensor, z: Tensor, y: Tensor) -> Tensor:
    """The angle in degrees between g and softmax(z) - onehot, rows of (N, C); nan where g is 0."""
    others = z.scatter(1, y[:, None], -torch.inf).softmax(1)
    direction = others.scatter(1, y[:, None], -1.0)
    direction = direction / direction.norm(dim=1, keepdim=True)
    along = (g * direction).sum(1)
    across = (g - along[:, None] * direction).norm(dim=1)
    angle = torch.rad2deg(torch.atan2(across, along))
    return torch.where(g.abs().sum(1) > 0, angle, torch.nan)
