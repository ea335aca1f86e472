"""The fast path on CUDA: the steps of the plain loop, on the same batches, in fewer kernels.

bf16     products of matrices in bfloat16, by autocast, and images in channels_last; weights, their
         gradients, statistics and the optimiser stay float32
compile  crop, network and loss through torch.compile, which needs Triton and some seconds
graph    a whole step, from the indices of a batch to the weights, captured as one CUDA graph and
         replayed; the last, smaller batch of an epoch takes the step as it was

Each is left out where it cannot be had, and the log says why. Kernels are deterministic and none is
chosen by trial, so that the same seed gives the same result twice. Nothing waits for the GPU until
an epoch ends.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from dmnb.train.run import Run
from dmnb.train.sources import InMemory

log = logging.getLogger(__name__)
FEATURES = ("bf16", "compile", "graph")
COMPILE_FROM = 5000  # steps; compiling takes as long as it saves in about so many


@contextmanager
def fast_path(run: Run, *, steps: int, wanted: bool | None) -> Iterator[tuple[str, ...]]:
    """Let the run take its steps fast inside the block; yield which of `FEATURES` it has.

    steps: how many there will be. wanted: None for what can be had, True to insist on all, False
    for none; on the CPU there are none.

    Raises:
        ValueError: all are wanted, on a device without CUDA.
        RuntimeError: all are wanted, and one cannot be had.
    """
    device = run.processes.device
    if wanted and device.type != "cuda":
        raise ValueError(f"fast must be False or None on a device without CUDA, got {device}")
    if wanted is False or device.type != "cuda":
        yield ()
        return
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        yield speed_up(run, obstacles(run, steps, insist=bool(wanted)), insist=bool(wanted))
    finally:
        cudnn.deterministic, cudnn.benchmark = before


def obstacles(run: Run, steps: int, *, insist: bool = False) -> dict[str, str]:
    """Features that this run cannot have, and why; insist: compile even where it does not pay."""
    found = {}
    device = run.processes.device
    if device.type == "cuda" and torch.cuda.get_device_capability(device) < (8, 0):
        found["bf16"] = "this GPU has no bfloat16"
    if find_spec("triton") is None:
        found["compile"] = "Triton is not installed"
    elif steps < COMPILE_FROM and not insist:
        found["compile"] = f"{steps} steps are fewer than the {COMPILE_FROM} that repay it"
    if not isinstance(run.source, InMemory):
        found |= dict.fromkeys(("compile", "graph"), "batches come from loaders")
    if run.processes.size > 1:
        found |= dict.fromkeys(("compile", "graph"), "several processes share a batch")
    return found


def speed_up(run: Run, without: dict[str, str], *, insist: bool = False) -> tuple[str, ...]:
    """Replace the run's network, objective and update by faster ones; the features they have.

    without: features to leave out, with reasons. insist: RuntimeError instead of leaving any out.
    """
    missing = dict(without)
    if "bf16" not in missing:
        run.network = run.measured = Bfloat16(run.model, run.processes.device.type)
    example = None if {"compile", "graph"} <= missing.keys() else run.source.example()
    for feature, change in (("compile", _compile), ("graph", _capture)):
        if feature not in missing:
            try:
                change(run, example)
            except Exception as error:  # whatever a compiler or a capture may raise
                missing[feature] = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    for feature, reason in missing.items():
        if insist:
            raise RuntimeError(f"fast=True, but no {feature}: {reason}")
        level = logging.INFO if feature in without else logging.WARNING
        log.log(level, "training without %s: %s", feature, reason)
    return tuple(feature for feature in FEATURES if feature not in missing)


class Bfloat16(nn.Module):
    """A network under autocast to bfloat16, its convolutions and their inputs in channels_last."""

    def __init__(self, network: nn.Module, device_type: str):
        super().__init__()
        self.network, self.device_type = network, device_type
        for parameter in network.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        # Without its cache: a weight cast outside a graph must not be read inside, nor after it.
        with torch.autocast(self.device_type, torch.bfloat16, cache_enabled=False):
            return self.network(x)


class ForShapes:
    """A function of tensors with a special form for those of the example's shapes."""

    def __init__(self, special: Callable, general: Callable, example: Sequence[Tensor]):
        self.special, self.general = special, general
        self.shapes = [x.shape for x in example]

    def __call__(self, *tensors: Tensor, **options):
        fits = self.shapes == [x.shape for x in tensors]
        return (self.special if fits else self.general)(*tensors, **options)


def _compile(run: Run, example: tuple[Tensor, ...]) -> None:
    from torch._dynamo import config
    from torch._inductor import list_options

    general, options = run.objective, {"deterministic": torch.backends.cudnn.deterministic}
    options = {name: value for name, value in options.items() if name in list_options()}
    special = torch.compile(general, dynamic=False, options=options)
    run.objective = ForShapes(special, general, example)
    try:
        # Every run compiles the one method anew; after 8 times it would be left as it is, unsaid.
        with config.patch(cache_size_limit=1000, accumulated_cache_size_limit=10_000):
            rehearse(run, example)
    except Exception:
        run.objective = general
        raise


def _capture(run: Run, example: tuple[Tensor, ...]) -> None:
    rehearse(run, example)
    run.network.train()
    run.update = ForShapes(captured(run.update, example), run.update, example)


def captured(update: Callable, example: Sequence[Tensor]) -> Callable[..., None]:
    """update(*tensors, size=B) for tensors of the example's shapes (B, ...), as one graph."""
    inputs = tuple(x.clone() for x in example)
    replay = capture(partial(update, *inputs, size=len(inputs[0])), inputs[0].device)

    def step(*tensors: Tensor, **_) -> None:
        for mine, new in zip(inputs, tensors, strict=True):
            mine.copy_(new, non_blocking=True)
        replay()

    return step


def capture(step: Callable[[], None], device: torch.device) -> Callable[[], None]:
    """A function that replays what step() launches on a GPU; capturing does not run it."""
    with torch.cuda.device(device):
        graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        generator = torch.cuda.default_generators[stream.device.index]
        spare = generator.clone_state()
        try:
            # On a stream of this device: torch keeps one of its own, of the first that captured.
            with torch.cuda.graph(graph, stream=torch.cuda.Stream()):
                step()
        except Exception:
            # A capture that fails leaves its stream current, and the generator waiting for its end.
            torch.cuda.set_stream(stream)
            generator.graphsafe_set_state(spare)
            raise
    return graph.replay


def rehearse(run: Run, example: tuple[Tensor, ...]) -> None:
    """Take steps that leave nothing behind but what is made once: kernels, tables of the loss, and
    the optimiser's state, which a graph has to find where it will be."""
    device = run.processes.device
    parts = [run.model, *([run.loss] if isinstance(run.loss, nn.Module) else [])]
    begun = [run.total, *_tensors(run.descent.state.values())]
    begun += _tensors(part.state_dict() for part in parts)
    copies = [x.clone() for x in begun]
    run.network.train()
    try:
        with torch.random.fork_rng([device] if device.type == "cuda" else []), _side_stream(device):
            for _ in range(3):
                run.update(*example, size=len(example[0]))
    finally:
        run.descent.zero_grad()
        with torch.no_grad():
            known = {id(x) for x in begun}
            for x in _tensors(run.descent.state.values()):
                if id(x) not in known:
                    x.zero_()  # as SGD's momentum and Adam's moments and step begin
            for x, copy in zip(begun, copies, strict=True):
                x.copy_(copy)


def _tensors(states: Iterable[dict]) -> list[Tensor]:
    return [x for state in states for x in state.values() if isinstance(x, Tensor)]


@contextmanager
def _side_stream(device: torch.device) -> Iterator[None]:
    """Not the default stream, as torch.cuda.graph asks of what comes before a capture."""
    if device.type != "cuda":
        yield
        return
    stream, here = torch.cuda.Stream(device), torch.cuda.current_stream(device)
    stream.wait_stream(here)
    try:
        with torch.cuda.stream(stream):
            yield
    finally:
        here.wait_stream(stream)
