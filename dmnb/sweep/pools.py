"""Where the cells of a sweep run: processes of this machine, or a Ray cluster.

A pool has ``submit(function, *arguments)``, which gives a `concurrent.futures.Future`, and
``close``; function and arguments are pickled. That is all that a sweep needs of either.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import resource_tracker
from typing import Any

import torch


class Processes:
    """A process for each of ``environments``, whose variables it gets; one call at a time in each.

    A process that dies fails its call with RuntimeError, and another takes its place. All end when
    this one does, however it ends. Threads per process: OMP_NUM_THREADS of its environment.

    They are spawned, and import the script that submits: it must do so under
    ``if __name__ == "__main__":``, or each of them would begin a sweep of its own.
    """

    def __init__(self, environments: Sequence[Mapping[str, str]]):
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._workers = [_Worker(environment) for environment in environments]
        for worker in self._workers:
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(len(self._workers))

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Call function(*arguments) in the next process that is free; the future of its result."""
        return self._threads.submit(self._call, function, arguments)

    def _call(self, function: Callable, arguments: tuple) -> Any:
        worker = self._free.get()
        try:
            return worker.call(function, arguments)
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """End the processes, in the middle of a call too."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()


class _Worker:
    """A process that makes one call after another; started with the first, and after a death."""

    def __init__(self, environment: Mapping[str, str]):
        self._environment = dict(environment)
        self._process = None
        self._stopped = False
        self._lock = threading.Lock()  # a process is started by one thread, and ended by another

    def call(self, function: Callable, arguments: tuple) -> Any:
        if self._process is None or not self._process.is_alive():
            self._start()
        try:
            self._connection.send((function, arguments))
            return self._connection.recv()
        except (EOFError, OSError):
            self._process.join()
            how = f"exit status {self._process.exitcode}"
            if self._process.exitcode < 0:
                how = signal.Signals(-self._process.exitcode).name
            raise RuntimeError(f"the process of this cell died ({how})") from None

    def _start(self) -> None:
        # A fresh interpreter: a forked one could use neither CUDA nor OpenMP safely.
        context = multiprocessing.get_context("spawn")
        with self._lock:
            if self._stopped:
                raise RuntimeError("stopped")
            self._connection, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self._environment))
            with _without_interrupts():
                self._process.start()
            other.close()

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.terminate()
                self._process.join()


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes that this thread starts have SIGINT blocked; not on Windows, which has no masks.

    Ctrl-C reaches every process of the terminal, and one that is still importing would tell it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # started inside, it would take the mask away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection, environment: Mapping[str, str]) -> None:
    """Answer calls until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the sweep decides what an interrupt ends
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(environment)
    torch.set_num_threads(int(environment["OMP_NUM_THREADS"]))
    while True:
        try:
            function, arguments = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(function(*arguments))


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


def environments(jobs: int | None, gpu_share: float | None) -> list[dict[str, str]]:
    """The variables of each process on this machine: OMP_NUM_THREADS, its share of the CPU's cores
    (or that of the caller's environment), and with a share of a GPU CUDA_VISIBLE_DEVICES.

    jobs: how many processes, at least 1; None: as many as the GPUs take, without GPUs one.
    gpu_share: the share of a GPU that each takes, in (0, 1]; None: GPUs are not assigned.

    Raises:
        ValueError: a value outside these ranges, more jobs than the GPUs take, or no GPU.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    gpus = _gpu_slots(gpu_share) if gpu_share is not None else None
    if gpus is not None and (jobs or 1) > len(gpus):
        raise ValueError(f"jobs must be at most {len(gpus)} at this gpu-share, got {jobs}")
    jobs = jobs or len(gpus or [""])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = os.environ.get("OMP_NUM_THREADS") or str(max(1, cores // jobs))
    return [
        {"OMP_NUM_THREADS": threads} | ({"CUDA_VISIBLE_DEVICES": gpus[job]} if gpus else {})
        for job in range(jobs)
    ]


def _gpu_slots(share: float) -> list[str]:
    """A GPU for each cell that fits, neighbours on different ones."""
    check_share(share)
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    gpus = [str(index) for index in range(torch.cuda.device_count())]
    gpus = visible.split(",")[: len(gpus)] if visible else gpus
    if not gpus:
        raise ValueError("gpu-share needs a GPU, and this machine shows none")
    return gpus * int(1 / share + 1e-9)


def check_share(gpu_share: float | None) -> None:
    """ValueError for a share of a GPU that is neither None nor in (0, 1]."""
    if gpu_share is not None and not 0 < gpu_share <= 1:
        raise ValueError(f"gpu-share must be in (0, 1], got {gpu_share}")


class Ray:
    """A Ray cluster; ``address`` as `ray.init` takes it, such as "auto" or "ray://head:10001".

    Every call takes one CPU and ``gpu_share`` of a GPU. A call whose machine or process is lost is
    made again, up to 3 times. Every node needs this package and what the cells import.

    Raises:
        ModuleNotFoundError: ray is not installed. ValueError: the cluster has no GPU, or gpu_share
            is outside (0, 1]. ConnectionError: there is no cluster at the address.
    """

    def __init__(self, address: str, gpu_share: float | None = None):
        try:
            import ray
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("--ray needs ray: pip install dmnb[cluster]") from error
        check_share(gpu_share)
        self._ray = ray
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        if gpu_share is not None and not ray.cluster_resources().get("GPU"):
            self.close()
            raise ValueError(f"gpu-share needs a GPU, and the cluster at {address} has none")
        self._options = {"num_cpus": 1, "num_gpus": gpu_share or 0, "max_retries": 3}

    def submit(self, function: Callable, *arguments: Any) -> Future:
        """Call function(*arguments) where the cluster has room; the future of its result."""
        return self._ray.remote(**self._options)(function).remote(*arguments).future()

    def close(self) -> None:
        """Leave the cluster, which ends the calls that are still running."""
        self._ray.shutdown()
