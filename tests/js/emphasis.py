"""Writes emphasis.json, dmnb.emphasis at some points, for emphasis.test.js."""

import json
import math
from pathlib import Path

from dmnb import emphasis

VALUES = Path(__file__).with_suffix(".json")

P = [0.0, 1e-12, 1e-5, 0.003, 0.07, 0.2, 1 / 3, 0.4999, 0.5, 0.61, 0.75, 0.88, 0.99, 0.99999, 1.0]
M = [-700, -60, -36.5, -17, -8.2, -4, -1.7, -0.3, 0, 0.2, 1, 2.6, 5.5, 9, 16, 25, 44, 90, 600]
EMPHASES = [
    *(
        emphasis.DM(lam, beta)
        for lam, beta in [(0.5, 12), (0, 2), (0, -3), (1, 16), (2, -5), (3, 0)]
    ),
    *(emphasis.DM(lam, beta) for lam, beta in [(0.5, 200), (0.3, 6.5), (0.01, 30), (0, 690)]),
    *(emphasis.AnchoredDM(lam, beta) for lam, beta in [(0.5, 12), (0, 4), (2, 0.01), (0.05, 50)]),
    *(emphasis.Normal(mode, beta) for mode, beta in [(0.5, 8), (0.2, 90), (-1, 3), (0.7, -4)]),
    *(emphasis.Exponential(beta) for beta in [2, -6, 0, 300]),
    *(emphasis.Beta(alpha, eta) for alpha, eta in [(2, 3), (1, 1), (1.3, 2), (40, 60), (1, 5.5)]),
    *(emphasis.GCE(q) for q in [0, 0.7, 1]),
    emphasis.CCE(),
    emphasis.MAE(),
    emphasis.MSE(),
    emphasis.Uniform(),
    emphasis.Tabulated((0, 0.25, 1), (0.5, 4, 1)),
    emphasis.Tabulated((0, 1), (2, 0)),
    emphasis.Tabulated((0.1, 0.2, 0.5, 0.55, 0.9), (3, 0.01, 2, 2, 0.4)),
    emphasis.Tabulated((0, 0.02, 0.4, 0.6, 0.97, 1), (0, 5, 5.5, 1, 0.2, 0.1)),
]


def finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def values() -> list[dict]:
    return [
        {
            "emphasis": e.to_dict(),
            "python": repr(e),
            "mode": finite(e.mode),
            "contrast": finite(e.contrast),
            "integral": e.integral,
            "weight": [e.weight(p) for p in P],
            "weight_at": [e.weight_at(m) for m in M],
            "objective": [e.objective(m) for m in M],
        }
        for e in EMPHASES
    ]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row, allow_nan=False) for row in values())
    VALUES.write_text(f'{{"p": {json.dumps(P)}, "m": {json.dumps(M)}, "rows": [\n{lines}\n]}}\n')
