"""What tells the networks and losses of two runs apart: text that is the same in every process."""

import dataclasses
import functools
import hashlib
import re
from types import CodeType, FunctionType, MethodType
from typing import Any

import torch
from torch import Tensor, nn


def identity(value: Any, _within: tuple = ()) -> str:
    """Text on what ``value`` computes: the code of functions, what they close over and were given,
    the modules of a network with their settings and shapes, and the parameters of an emphasis.

    Of other objects it is their repr, without addresses. Global variables are not looked at, nor
    are the values of a network's parameters.
    """
    value = getattr(value, "_torchdynamo_orig_callable", value)  # what torch.compile was given
    if any(value is one for one in _within):
        return "itself"

    def told(*parts: Any) -> str:
        return f"({', '.join(identity(part, (*_within, value)) for part in parts)})"

    if isinstance(value, Tensor):
        return digest(value)
    if isinstance(value, nn.Module):
        return _text(value) + told(*_parts(value))
    if isinstance(value, functools.partial):
        return told(value.func, value.args, value.keywords)
    if isinstance(value, MethodType):
        return told(value.__func__, value.__self__)
    if isinstance(value, FunctionType):
        cells = [_content(cell) for cell in value.__closure__ or ()]
        defaults = value.__defaults__, value.__kwdefaults__
        return value.__qualname__ + told(value.__code__, cells, *defaults)
    if isinstance(value, CodeType):
        return told(value.co_code, value.co_names, value.co_consts)
    if isinstance(value, list | tuple):
        return told(*value)
    if isinstance(value, dict):
        return told(*value.items())
    if isinstance(value, set | frozenset):  # ordered by hashes, which are random
        return str(sorted(map(told, value)))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {f.name: getattr(value, f.name, None) for f in dataclasses.fields(value)}
        return type(value).__qualname__ + told(given)
    if callable(value) and type(value).__repr__ is object.__repr__:
        return _text(value) + told(type(value).__call__, getattr(value, "__dict__", {}))
    return _text(value)


def digest(*parts: Tensor | str) -> str:
    """SHA-256 of texts and tensors, with their shapes and dtypes."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, Tensor):
            found.update(f"{tuple(part.shape)} {part.dtype}".encode())
            part = part.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy()
        found.update(part.encode() if isinstance(part, str) else part)
    return found.hexdigest()


def _parts(module: nn.Module) -> list:
    """What the repr of a module leaves out: the code of its classes, shapes, its emphasis."""
    kinds = dict.fromkeys(map(type, module.modules()))
    forwards = [getattr(kind, "forward", None) for kind in kinds]
    shapes = [f"{name} {tuple(x.shape)} {x.dtype}" for name, x in module.state_dict().items()]
    return [*forwards, *shapes, getattr(module, "emphasis", None)]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


def _text(value: Any) -> str:
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
