"""Times `ransomtrail demo` against the same job done with pandas, matplotlib and sqlite3 (benches/peer.py).

    cargo build --release && python3 benches/compare.py [RUNS]

Both read the same data from this repository, write a SQLite database, and draw four charts as SVG and PNG. Prints the median
wall time and the largest resident memory of each; needs python3 with pandas and matplotlib."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9


def measure(name, command):
    times, peak = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for n in range(runs + 1):
            begin = time.perf_counter()
            child = subprocess.Popen([*command, os.path.join(folder, "out")], stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            assert status == 0, name
            if n > 0:  # the first run warms caches, and builds matplotlib's font cache
                times.append(time.perf_counter() - begin)
                peak = max(peak, usage.ru_maxrss)
    median = statistics.median(times)
    print(f"{name:<22}{median:8.3f} s  ({min(times):.3f}–{max(times):.3f}, {runs} runs)  {peak / 1024:6.0f} MB")
    return median


peer = measure("pandas, matplotlib", [sys.executable, str(root / "benches" / "peer.py"), str(root / "data")])
ours = measure("ransomtrail demo", [str(root / "target" / "release" / "ransomtrail"), "demo", "--out"])
print(f"{peer / ours:.1f} times as fast, on {os.cpu_count()} cores")
