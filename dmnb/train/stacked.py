"""K runs as one: stacked parameters, their step, and the losses of all runs in one evaluation."""

import copy
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from dmnb.loss import DMLoss, log_odds
from dmnb.train.images import mean_of, scale_of

EXAMPLES = 500  # whose inputs, one for each run, are in memory at a time while measuring


class Networks:
    """K networks of one architecture; parameters is a list of (K, ...) leaves, one a name."""

    def __init__(self, models: Sequence[nn.Module], device: torch.device) -> None:
        self.models = [model.to(device) for model in models]
        stacked, _ = stack_module_state(self.models)
        self.names, self.parameters = list(stacked), list(stacked.values())
        self.skeleton = copy.deepcopy(models[0]).to("meta").train()

    def __call__(self, x: Tensor) -> Tensor:
        """Inputs (K, B, C, H, W), or (B, C, H, W) for all, to logits (K, B, classes)."""

        def one(parameters: dict[str, Tensor], x: Tensor) -> Tensor:
            return functional_call(self.skeleton, parameters, (x,))

        parameters = dict(zip(self.names, self.parameters, strict=True))
        return vmap(one, in_dims=(0, 0 if x.dim() == 5 else None))(parameters, x)

    @torch.no_grad()
    def predict(self, images: Tensor, centre: Callable[[Tensor], Tensor]) -> Tensor:
        """Logits (K, N, classes) of images (N, C, H, W) as they are stored, in evaluation mode."""
        self.skeleton.eval()
        logits = torch.cat([self(centre(part)) for part in images.split(EXAMPLES)], 1)
        self.skeleton.train()
        return logits

    @torch.no_grad()
    def write_back(self) -> None:
        """Give each model its row of the parameters; in evaluation mode, as `fit` leaves it."""
        for model in self.models:
            model.eval()
        for name, stacked in zip(self.names, self.parameters, strict=True):
            for model, own in zip(self.models, stacked, strict=True):
                model.get_parameter(name).copy_(own)


class Descent:
    """The step of `dmnb.train.optimizer_of` for K runs, each at its own rate."""

    def __init__(
        self,
        name: str,
        parameters: Sequence[Tensor],
        *,
        momentum: float,
        weight_decay: float,
        eps: float,
    ) -> None:
        self.name, self.parameters = name, parameters
        self.momentum, self.weight_decay, self.eps = momentum, weight_decay, eps
        self.first, self.second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
        self.steps = 0

    @torch.no_grad()
    def __call__(self, gradients: Sequence[Tensor], rates: Tensor) -> None:
        """Change the parameters along gradients of their shapes at rates (K,)."""
        self.steps += 1
        change = self._adam if self.name == "adam" else self._sgd
        for k, (p, g) in enumerate(zip(self.parameters, gradients, strict=True)):
            rate = rates.view(-1, *[1] * (p.dim() - 1))
            p.sub_(rate * change(g.add(p, alpha=self.weight_decay), self.first[k], self.second[k]))

    def _sgd(self, g: Tensor, velocity: Tensor, _: Tensor) -> Tensor:
        velocity.mul_(self.momentum).add_(g)
        return g.add(velocity, alpha=self.momentum) if self.name == "nesterov" else velocity

    def _adam(self, g: Tensor, mean: Tensor, square: Tensor) -> Tensor:
        mean.lerp_(g, 0.1)
        square.mul_(0.999).addcmul_(g, g, value=0.001)
        root = (square / (1 - 0.999**self.steps)).sqrt_().add_(self.eps)
        return mean / (1 - 0.9**self.steps) / root


class JointLoss:
    """Logits (K, B, C) and labels (K, B) to the K losses of the runs, (K,).

    Each distinct emphasis acts once, on the log-odds of the rows of every run that has it, and the
    normalisation is a factor a run: of Σ l / Z it is Z/B for "none", 1/B for "integral" and
    1 / max(Σ w / Z, 1e-6 B / Z) for "batch". Losses that are no plain DMLoss are called run by run.

    losses: K callables; labels: (K, N), everything that the runs will ever be asked for.
    """

    def __init__(self, losses: Sequence[Callable], labels: Tensor) -> None:
        self.alone, groups = [], {}
        for k, loss in enumerate(losses):
            if _is_plain(loss) and not (labels[k] == loss.ignore_index).any():
                groups.setdefault(loss.emphasis, []).append(k)
            else:
                self.alone.append((k, loss))
        self.groups = [
            (
                emphasis,
                torch.tensor(runs, device=labels.device),
                [losses[k].normalization for k in runs],
            )
            for emphasis, runs in groups.items()
        ]
        order = [*(k for runs in groups.values() for k in runs), *(k for k, _ in self.alone)]
        self.place = torch.tensor(order, device=labels.device).argsort()
        self.apart = torch.tensor([k for k, _ in self.alone], dtype=torch.int64).to(labels.device)

    def __call__(self, z: Tensor, y: Tensor) -> Tensor:
        values = [loss(z[k], y[k]).reshape(1) for k, loss in self.alone]
        return torch.cat([*self._joined(z, y), *values])[self.place]

    def _joined(self, z: Tensor, y: Tensor) -> Iterator[Tensor]:
        if not self.groups:
            return
        labels = y.index_fill(0, self.apart, 0)  # any: those of the others may be to ignore
        log_odds_of_all = log_odds(z.flatten(0, 1).double(), labels.flatten()).view(y.shape)
        for emphasis, runs, normalizations in self.groups:
            own, m = emphasis._for_labels(y[runs], z.shape[2]), log_odds_of_all[runs]
            value, pull = own._value(m.detach()), own._pull(m.detach())
            l = value - pull * (m - m.detach())  # noqa: E741  the value, with -pull as its slope
            share = _share(2 * pull, own.integral, normalizations)
            yield (l.sum(1) * share).to(z.dtype)


def _share(density: Tensor, integral: float, normalizations: Sequence[str]) -> Tensor:
    """(runs,): what Σ l / Z is multiplied by, from w / Z at the rows of the runs, (runs, B)."""
    size = density.shape[1]
    constant = {"none": integral / size, "integral": 1 / size, "batch": 0.0}
    share = density.new_tensor([constant[name] for name in normalizations])
    if "batch" not in normalizations:
        return share
    floor = max(1e-6 * size / integral, torch.finfo(torch.float32).tiny)
    return torch.where(share == 0, 1 / density.sum(1).clamp(min=floor), share)


def centring_of(images: Tensor, rows: Tensor) -> Callable[[Tensor], Tensor]:
    """`dmnb.train.centring` for runs that train on rows (K, n) of the images (N, C, H, W).

    It maps inputs of a batch for each run, (K, B, C, H, W), to such; of one batch for all runs,
    (B, C, H, W), it makes K where the runs have different means.
    """
    scale = scale_of(images)
    chosen, which = rows.unique(dim=0, return_inverse=True)
    means = torch.stack([mean_of(images[own]) for own in chosen])
    mean = means[which].unsqueeze(1) if len(means) > 1 else means[0]
    return lambda x: (x.float() if scale == 1 else x.float() / scale) - mean


def _is_plain(loss: Callable) -> bool:
    """Whether a loss is the mean of a function of each row's log-odds, or its "batch" form."""
    return (
        type(loss) is DMLoss
        and loss.reduction == "mean"
        and loss.weight is None
        and loss.process_group is None
    )
