"""Checkpoints: a run that was killed goes on where its last one stands.

A checkpoint is what torch.save writes, read back with weights_only=True, and 32 bytes more: the
SHA-256 of the rest, for torch notices a short file but not a wrong byte. It appears whole or not at
all, and the one before it stays beside it, as ``<name>.previous``.
"""

import hashlib
import io
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dmnb._files import atomic_write
from dmnb.train.identity import digest, identity

log = logging.getLogger(__name__)
DIGEST = hashlib.sha256().digest_size


def save(state: Mapping[str, Any], path: Path) -> None:
    """Write ``state``, of tensors and plain values, to ``path``; what was there becomes the
    previous one. Raises OSError where it cannot be written: both files are then as they were."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    body = buffer.getvalue()
    atomic_write(path, body + hashlib.sha256(body).digest(), previous=previous(path))


def load(path: Path) -> dict | None:
    """The state at ``path`` or, where that is damaged or missing, the previous one; tensors on the
    CPU. None where there is neither.

    Raises:
        ValueError: what is there is damaged.
    """
    damage = []
    for candidate in (path, previous(path)):
        try:
            state = _read(candidate)
        except FileNotFoundError:
            continue
        except ValueError as error:
            damage.append(str(error))
            continue
        if damage:
            log.warning("%s; the run goes on from %s", damage[0], candidate.name)
        if candidate != path:
            os.replace(candidate, path)  # the next save must not put the damaged one in its place
        return state
    if damage:
        raise ValueError(f"{'; '.join(damage)}: delete to train from the beginning")
    return None


def remove(path: Path) -> None:
    """Delete the checkpoint at ``path`` and the previous one, as far as they are there."""
    for file in (path, previous(path)):
        file.unlink(missing_ok=True)


def previous(path: Path) -> Path:
    """Where the checkpoint before the one at ``path`` is."""
    return path.with_name(f"{path.name}.previous")


def _read(path: Path) -> dict:
    content = path.read_bytes()
    body, digest = content[:-DIGEST], content[-DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError(f"checkpoint {path} is damaged")
    return torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)


def fingerprint(run, *, settings: Mapping, truth: Tensor | None) -> dict[str, Any]:
    """What tells a run from another: settings, network, loss, data, random numbers, processes.

    truth: clean labels (N,), or None.
    """
    tensors = run.loss.state_dict().values() if isinstance(run.loss, nn.Module) else ()
    unseeded = run.source.generator is torch.default_generator
    return {
        **json.loads(json.dumps(settings, default=_plain)),
        "network": digest(identity(run.model)),
        "loss": digest(identity(run.loss), *tensors),
        "data": digest(*run.source.content()),
        "clean labels": None if truth is None else digest(truth),
        "generator": None if unseeded else digest(run.source.generator.get_state()),
        "torch": str(torch.__version__),
        "device": run.processes.device.type,
        "processes": run.processes.size,
    }


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's, any other sequence as a list."""
    return value.tolist() if hasattr(value, "tolist") else list(value)


class Keeper:
    """Keeps the checkpoint of one run at ``path``: written every so many steps, removed at the end.

    The processes of a run call every method together; the first of them writes.
    """

    def __init__(self, run, path: Path, *, every: int, about: Mapping[str, Any]):
        self.run, self.path, self.every, self.about = run, path, every, dict(about)
        path.parent.mkdir(parents=True, exist_ok=True)

    def restore(self) -> None:
        """Set the run to where its checkpoint stands; nothing where there is none.

        Raises:
            ValueError: the checkpoint is damaged, or of another run.
        """
        state = self.run.processes.from_first(lambda: load(self.path))
        if state is None:
            return
        about = state["about"]
        names = sorted(about.keys() | self.about.keys())
        other = [name for name in names if about.get(name) != self.about.get(name)]
        if other:
            told = ", ".join(f"{name} ({_told(about, name)})" for name in other)
            raise ValueError(f"checkpoint {self.path} is of a run with another {told}")
        self.run.load_state_dict(state["run"])
        log.info("%s: on from epoch %d, step %d", self.path, self.run.epoch, self.run.step)

    def after_step(self) -> None:
        """Write the checkpoint if it is due. Where that fails the run goes on, with a warning."""
        if self.run.steps_done % self.every:
            return
        state = {"about": self.about, "run": self.run.state_dict()}
        if self.run.processes.rank == 0:
            try:
                save(state, self.path)
            except OSError as error:
                log.warning("no checkpoint of step %d: %s", self.run.steps_done, error)

    def remove(self) -> None:
        """Delete what was kept: the run has ended."""
        if self.run.processes.rank == 0:
            remove(self.path)


def _told(about: Mapping[str, Any], name: str) -> str:
    value = about.get(name)
    return "differs" if isinstance(value, str) and len(value) > 30 else f"there {value!r}"
