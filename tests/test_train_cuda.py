"""The fast path: what can be told without a GPU on the CPU, with a fake graph; the rest on one."""

import importlib.util
import logging
import math
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from dmnb import DMLoss, data, emphasis, experiment, models
from dmnb.train import Curves, cuda, fit, learning_rate, optimizer_of
from dmnb.train.parallel import Processes
from dmnb.train.run import Run, set_rate
from dmnb.train.sources import Loaders, source_of

BATCH = 20
COUNT = 115  # 5 batches and one of 15


def digits(device="cpu"):
    whole = data.load("digits")
    labels = (whole.train_labels[:COUNT] + (torch.arange(COUNT) % 3 == 0)) % 10
    parts = (whole.train_images[:COUNT], labels, whole.test_images[:50], whole.test_labels[:50])
    return data.Dataset(*(part.to(device) for part in parts), whole.class_names)


def network(name="mlp", **options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return models.build(name, in_shape=(1, 8, 8), num_classes=10, width=8, **options)


def run_of(model=None, *, optimizer="sgd", augment=True, source=None, loss=None, lr=0.05):
    """A run on the CPU with the optimiser that the fast path has, its rate in a tensor."""
    model, processes = model or network(), Processes()
    if source is None:
        generator = torch.Generator().manual_seed(1)
        options = {"generator": generator, "processes": processes}
        source = source_of(digits(), batch_size=BATCH, augment=augment, **options)
    descent = optimizer_of(
        optimizer, model.parameters(), lr=lr, weight_decay=1e-3, device=torch.device("cpu")
    )
    return Run(model, loss or DMLoss(emphasis.DM(0.5, 6)), source, descent, processes)


def trained(run, epochs=2):
    """The run after some epochs: the parameters, buffers and what was measured."""
    while run.epoch <= epochs:
        loss = run.train_epoch(lambda step: learning_rate(step, 12, lr=0.05, schedule="cosine"))
        run.record(loss, None, histogram=False)
        run.end_epoch()
    measured = vars(run.curves) | {"seconds": 0}
    return run.model.state_dict(), measured


def same(one, two):
    equal = all(torch.equal(one[0][name], two[0][name]) for name in one[0])
    return equal and one[1] == two[1]


class FakeGraph:
    """Captures a step as a graph does: what it reads is where it was, and it runs when replayed."""

    def __init__(self, fails=None):
        self.fails, self.replayed = fails, 0

    def __call__(self, step, device):
        if self.fails:
            raise self.fails

        def replay():
            self.replayed += 1
            step()

        return replay


@pytest.fixture
def graph(monkeypatch):
    fake = FakeGraph()
    monkeypatch.setattr(cuda, "capture", fake)
    return fake


@pytest.fixture
def compiler(monkeypatch):
    """torch.compile that traces and differentiates but generates no code; counts its calls."""
    compile, calls = torch.compile, []

    def traced(function, *, dynamic, options):
        calls.append({"dynamic": dynamic, "options": options})
        return compile(function, backend="aot_eager", dynamic=dynamic)

    monkeypatch.setattr(torch, "compile", traced)
    return calls


ONLY = {name: {other: "" for other in cuda.FEATURES if other != name} for name in cuda.FEATURES}


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
@pytest.mark.parametrize("model", ["mlp", "resnet20"])
def test_a_captured_step_is_the_step(model, optimizer, graph):
    plain = trained(run_of(network(model), optimizer=optimizer))
    run = run_of(network(model), optimizer=optimizer)
    assert cuda.speed_up(run, ONLY["graph"]) == ("graph",)
    assert same(trained(run), plain)
    assert graph.replayed == 10  # the last batches, of 15, were not


def test_a_rehearsal_leaves_no_trace():
    run, untouched = run_of(network("resnet20")), run_of(network("resnet20"))
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    cuda.rehearse(run, run.source.example())
    assert torch.equal(torch.rand(3), expected)
    for name, value in untouched.model.state_dict().items():
        assert torch.equal(run.model.state_dict()[name], value), name
    assert run.total == 0 and all(p.grad is None for p in run.model.parameters())
    momenta = [state["momentum_buffer"] for state in run.descent.state.values()]
    assert len(momenta) == len(list(run.model.parameters()))
    assert not any(momentum.any() for momentum in momenta)


def test_a_rehearsal_in_the_middle_of_a_run_keeps_its_momentum(graph):
    plain, run = run_of(), run_of()
    for each in (plain, run):
        trained(each, epochs=1)
    cuda.speed_up(run, ONLY["graph"])
    assert same(trained(run), trained(plain))


def test_a_rehearsal_that_fails_leaves_no_trace_either():
    run, calls = run_of(), []
    objective = run.objective

    def fails_later(*tensors, **options):
        calls.append(1)
        if len(calls) == 3:
            raise InterruptedError
        return objective(*tensors, **options)

    run.objective = fails_later
    before = [p.clone() for p in run.model.parameters()]
    with pytest.raises(InterruptedError):
        cuda.rehearse(run, run.source.example())
    assert all(torch.equal(a, b) for a, b in zip(before, run.model.parameters(), strict=True))


def test_compiled_steps_are_the_steps_up_to_rounding(compiler):
    plain, run = trained(run_of()), run_of()
    assert cuda.speed_up(run, ONLY["compile"]) == ("compile",)
    parameters, curves = trained(run)
    assert [call["dynamic"] for call in compiler] == [False]
    for name, value in plain[0].items():
        torch.testing.assert_close(parameters[name], value, rtol=1e-3, atol=1e-5)
    assert curves["train_loss"] == pytest.approx(plain[1]["train_loss"], rel=1e-4)


def test_the_tenth_run_is_compiled_too(monkeypatch):
    """torch.compile would leave a method alone, in silence, that it has compiled 8 times."""
    compile, made = torch.compile, []

    def counted(graph, inputs):
        made.append(graph)
        return graph.forward

    def traced(function, *, dynamic, options):
        return compile(function, backend=counted, dynamic=dynamic)

    torch.compiler.reset()
    monkeypatch.setattr(torch, "compile", traced)
    for k in range(10):
        before, run = len(made), run_of(loss=DMLoss(emphasis.DM(0.5, k)))
        assert cuda.speed_up(run, ONLY["compile"]) == ("compile",)
        assert len(made) > before


def test_bfloat16_trains_as_well():
    plain = trained(run_of(network("small_cnn")), epochs=4)
    run = run_of(network("small_cnn"))
    assert cuda.speed_up(run, ONLY["bf16"]) == ("bf16",)
    weight = next(p for p in run.model.parameters() if p.dim() == 4)
    assert weight.is_contiguous(memory_format=torch.channels_last)
    seen = []
    run.model[0].register_forward_hook(lambda module, x, y: seen.append((x[0].stride(), y.dtype)))
    _, curves = trained(run, epochs=4)
    assert {dtype for _, dtype in seen} == {torch.bfloat16}
    assert all(p.dtype == torch.float32 for p in run.model.parameters())
    assert curves["train_loss"] == pytest.approx(plain[1]["train_loss"], rel=0.05)
    assert curves["train_loss"] != plain[1]["train_loss"]


def test_all_features_together(graph, compiler):
    run = run_of(network("small_cnn"))
    assert cuda.speed_up(run, {}) == cuda.FEATURES
    _, curves = trained(run)
    assert graph.replayed == 10 and len(compiler) == 1
    plain = trained(run_of(network("small_cnn")))[1]
    assert curves["train_loss"] == pytest.approx(plain["train_loss"], rel=0.1)


def warnings(caplog):
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


def test_without_a_compiler_the_rest_is_fast(graph, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("no C++ compiler\nand a long story")

    monkeypatch.setattr(torch, "compile", broken)
    run = run_of()
    assert cuda.speed_up(run, {}) == ("bf16", "graph")
    assert warnings(caplog) == ["training without compile: RuntimeError: no C++ compiler"]
    assert math.isfinite(trained(run)[1]["train_loss"][-1])


def test_code_that_fails_when_it_first_runs_is_not_used(monkeypatch, caplog):
    def compiled(function, **_):
        def fails(*__, **___):
            raise ValueError("unsupported")

        return fails

    monkeypatch.setattr(torch, "compile", compiled)
    plain, run = trained(run_of()), run_of()
    assert cuda.speed_up(run, {"bf16": "", "graph": ""}) == ()
    assert warnings(caplog) == ["training without compile: ValueError: unsupported"]
    assert same(trained(run), plain)


def test_where_capture_fails_steps_are_launched_one_by_one(monkeypatch, caplog):
    monkeypatch.setattr(cuda, "capture", FakeGraph(RuntimeError("operation not permitted")))
    plain, run = trained(run_of()), run_of()
    assert cuda.speed_up(run, ONLY["graph"]) == ()
    assert warnings(caplog) == ["training without graph: RuntimeError: operation not permitted"]
    assert same(trained(run), plain)


def test_who_insists_gets_an_error(monkeypatch):
    monkeypatch.setattr(cuda, "capture", FakeGraph(RuntimeError("operation not permitted")))
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)
    with pytest.raises(RuntimeError, match="no graph: RuntimeError: operation not permitted"):
        cuda.speed_up(run_of(), {}, insist=True)
    with pytest.raises(RuntimeError, match="no compile: not today"):
        cuda.speed_up(run_of(), {"compile": "not today"}, insist=True)


def test_what_stands_in_the_way(monkeypatch):
    run = run_of()
    assert cuda.obstacles(run, 10**6) == {}
    assert cuda.obstacles(run, 10) == {"compile": "10 steps are fewer than the 5000 that repay it"}
    assert cuda.obstacles(run, 10, insist=True) == {}
    loaders = source_of(
        Loaders([], []), processes=Processes(), batch_size=1, augment=False, generator=None
    )
    assert set(cuda.obstacles(run_of(source=loaders), 10**6)) == {"compile", "graph"}
    run.processes.size = 2
    assert set(cuda.obstacles(run, 10**6)) == {"compile", "graph"}
    run.processes.size = 1
    monkeypatch.setattr(cuda, "find_spec", lambda name: None)
    assert cuda.obstacles(run, 10**6) == {"compile": "Triton is not installed"}


def test_bad_models_fail_as_they_do_in_the_plain_loop():
    run = run_of(nn.Sequential(nn.Flatten(), nn.Linear(7, 10)))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        run.train_epoch(lambda step: 0.1)


def test_on_the_cpu_nothing_changes():
    run = run_of()
    with cuda.fast_path(run, steps=10**6, wanted=None) as features:
        assert features == () and run.network is run.model
    with pytest.raises(ValueError, match=r"fast.*None.*CUDA.*cpu"):
        fit(network(), nn.CrossEntropyLoss(), digits(), epochs=1, lr=0.1, fast=True)


def test_on_cuda_kernels_are_deterministic_inside_the_block_only(monkeypatch):
    run, cudnn = run_of(), torch.backends.cudnn
    run.processes.device = torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    asked = []

    def speed_up(run, without, *, insist):
        asked.append((without, insist))
        return ("graph",)

    monkeypatch.setattr(cuda, "speed_up", speed_up)
    cudnn.benchmark = True
    try:
        with cuda.fast_path(run, steps=10**6, wanted=None) as features:
            assert (features, cudnn.deterministic, cudnn.benchmark) == (("graph",), True, False)
        assert (cudnn.deterministic, cudnn.benchmark) == (False, True)
    finally:
        cudnn.benchmark = False
    assert asked == [({"bf16": "this GPU has no bfloat16"}, False)]
    with cuda.fast_path(run, steps=10**6, wanted=False) as features:
        assert features == () and len(asked) == 1


class TwoGPUs:
    """What of torch.cuda records a graph, for devices 0, which is the current one, and 1."""

    def __init__(self, monkeypatch, fails=None):
        self.now, self.log, self.fails = 0, [], fails
        for name in ("device", "Stream", "current_stream", "graph", "set_stream"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: SimpleNamespace(replay="replay"))
        generators = [
            SimpleNamespace(
                clone_state=lambda k=k: f"state {k}",
                graphsafe_set_state=lambda state, k=k: self.log.append(f"generator {k}: {state}"),
            )
            for k in (0, 1)
        ]
        monkeypatch.setattr(torch.cuda, "default_generators", generators)

    @contextmanager
    def device(self, device):
        before, self.now = self.now, device.index
        try:
            yield
        finally:
            self.now = before

    def Stream(self):
        return f"new of {self.now}"

    def current_stream(self):
        return SimpleNamespace(device=SimpleNamespace(index=self.now))

    @contextmanager
    def graph(self, graph, stream):
        self.log.append(f"capture on {stream}")
        yield
        if self.fails:
            raise self.fails

    def set_stream(self, stream):
        self.log.append(f"back to {stream.device.index}")


@pytest.mark.parametrize("k", [0, 1])
def test_a_step_is_captured_on_its_own_device(k, monkeypatch):
    gpus = TwoGPUs(monkeypatch)
    step = lambda: gpus.log.append(f"step on {gpus.now}")  # noqa: E731
    assert cuda.capture(step, torch.device("cuda", k)) == "replay"
    assert gpus.log == [f"capture on new of {k}", f"step on {k}"] and gpus.now == 0


def test_a_failed_capture_gives_back_stream_and_generator(monkeypatch):
    """torch leaves both as they were in the capture."""
    gpus = TwoGPUs(monkeypatch, RuntimeError("capture invalidated"))
    with pytest.raises(RuntimeError, match="capture invalidated"):
        cuda.capture(lambda: gpus.log.append("step"), torch.device("cuda", 1))
    assert gpus.log == ["capture on new of 1", "step", "back to 1", "generator 1: state 1"]
    assert gpus.now == 0


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
def test_a_learning_rate_in_a_tensor_is_the_number(optimizer):
    """To the bit for the numbers that float32 has."""

    def weights(device, fused):
        torch.manual_seed(0)
        p = nn.Parameter(torch.randn(1000))
        descent = optimizer_of(optimizer, [p], lr=0.1, weight_decay=1e-3, device=device)
        for group in descent.param_groups:
            group["fused"] = fused
        for step in range(5):
            rate = learning_rate(step, 5, lr=0.1, schedule="cosine", warmup_steps=2)
            set_rate(descent, torch.tensor(rate).item())
            p.grad = torch.randn(1000, generator=torch.Generator().manual_seed(step))
            descent.step()
        return p.detach()

    in_tensor = weights(torch.device("cpu"), True)
    assert torch.equal(in_tensor, weights(None, True))
    torch.testing.assert_close(in_tensor, weights(None, False), rtol=1e-6, atol=1e-6)


def test_the_record_tells_what_made_a_run_fast():
    config = experiment.Config(epochs=1, width=8, fast=False)
    record = experiment.run(config, progress=False)
    assert "fast" not in record.hardware and record.config["fast"] is False
    assert "fast" not in experiment.Config().to_dict()
    curves, labels = Curves(epoch=[1], test_accuracy=[0.5], fast=["graph"]), torch.zeros(3).long()
    made = experiment.record_of(experiment.runnable(config), curves, labels, labels)
    assert made.hardware["fast"] == ["graph"]


def test_the_benchmark_runs_and_needs_a_gpu_to_tell(capsys, monkeypatch):
    path = Path(__file__).resolve().parents[1] / "benchmarks/train_gpu.py"
    spec = importlib.util.spec_from_file_location("train_gpu", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    monkeypatch.setattr(benchmark, "BATCH", 20)
    monkeypatch.setattr(benchmark, "SIZE", 8)
    data, device = benchmark.made(30), torch.device("cpu")
    epochs, ready, run = benchmark.contenders(data, 2, device, 0)
    rate = benchmark.measure(epochs, 30, 2)
    benchmark.table(rate, ready, 32)
    assert benchmark.seconds_to_measure(run, device) > 0
    told = capsys.readouterr().out
    assert told.count("| to reach |") == 1 and all(f"| {name} |" in told for name in rate)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["train_gpu.py"])
    benchmark.main()
    assert "no CUDA device" in capsys.readouterr().out
