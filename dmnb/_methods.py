"""The methods by which records are made: their names and signs, and which settings each reads."""

NAMES = {
    "cce": "CCE", "mae": "MAE", "mse": "MSE", "gce": "GCE", "dm": "DM", "anchored": "anchored DM",
    "dm-authors": "DM, authors’ formula", "dm-authors-float64": "DM, authors’ formula in float64",
}  # fmt: skip
SYMBOLS = {"lam": "λ", "beta": "β"}
# The settings of a weighting that a method reads; others read none.
READ = {
    **dict.fromkeys(("dm", "dm-authors", "dm-authors-float64"), ("lam", "beta")),
    **dict.fromkeys(("anchored", "normal", "beta"), ("lam", "beta")),
    "exponential": ("beta",),
    "gce": ("q",),
}
