"""What `import dmnb` costs beyond `import torch`, as a ratio of fresh interpreters.

    python benchmarks/import_time.py [--rounds 9]

Every round starts one interpreter for each import, in turn, so that a busy moment falls on both;
the first round only warms the file cache. The aim is a ratio under 1.3.
"""

import argparse
import platform
import statistics
import subprocess
import sys

CODE = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
MODULES = ("torch", "dmnb")


def seconds(module):
    command = [sys.executable, "-c", CODE.format(module)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    times = [[seconds(module) for module in MODULES] for _ in range(rounds + 1)][1:]
    torch, dmnb = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(ours / theirs for theirs, ours in times)
    print(f"Python {platform.python_version()}, median of {rounds} fresh interpreters each")
    print("| import torch s | import dmnb s | ratio |\n|---|---|---|")
    print(f"| {torch:.2f} | {dmnb:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
