"""Compiled code is kept on disk, and thrown away when a source of it changes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import models.sdm
from models.sdm import caching

PROGRAM = """
import numpy as np
from models.sdm import SelectedCoordinateMemory, rows
memory = SelectedCoordinateMemory(8, 16, selected_bits=2)
memory.write(np.zeros(8, dtype=bool))
stats = rows.update_listed.stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()), memory.counters.min())
"""


def test_the_stamp_covers_every_source(tmp_path):
    sources = Path(models.sdm.__file__).parent
    for source in sources.glob("*.py"):
        shutil.copy(source, tmp_path)
    before = caching.sources_stamp(tmp_path)
    assert before == caching.sources_stamp()
    numba_files = [f for f in sources.glob("*.py") if "import compiled\n" in f.read_text()]
    assert {f.name for f in numba_files} == {"kernels.py", "rows.py"}
    for name in ("kernels.py", "rows.py", "bitslice.py", "intrinsics.py", "planes.py"):
        with (tmp_path / name).open("a") as file:
            file.write("# changed\n")
        after = caching.sources_stamp(tmp_path)
        assert after != before
        before = after


def test_a_changed_instruction_is_compiled_again(tmp_path):
    package = tmp_path / "models" / "sdm"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(models.sdm.__file__).parent, package, ignore=ignored)
    (tmp_path / "models" / "__init__.py").touch()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)

    def outcome():
        command = [sys.executable, "-P", "-c", PROGRAM]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.split()

    assert outcome() == ["0", "1", "-1"]
    assert outcome() == ["1", "0", "-1"]
    instructions = package / "intrinsics.py"
    instructions.write_text(instructions.read_text().replace("llvm.sadd.sat", "llvm.ssub.sat"))
    assert outcome() == ["0", "1", "0"]
