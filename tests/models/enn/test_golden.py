"""The reference mode equals the published program, value for value and gradient for gradient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from models.enn.golden import check, main
from workbench import ParameterError

FOLDER = Path(__file__).parents[4] / "shared" / "golden"
FILES = sorted(FOLDER.glob("*.npz"))
needs_files = pytest.mark.skipif(not FILES, reason="the golden values are not beside this checkout")


@needs_files
@pytest.mark.parametrize("way", ["auto", "fused", "plain"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values_and_gradients(path, way):
    errors = check(path, way)
    assert errors.wrong == ()
    assert 0 < errors.values < 1e-12
    assert 0 < errors.gradients < 1e-12


@needs_files
def test_the_command_says_how_far_and_fails_where_it_is_too_far(tmp_path):
    with np.load(FILES[0]) as file:
        arrays = dict(file)
    arrays["outputs"] = arrays["outputs"] + 1e-7 * abs(arrays["outputs"]).max()
    bad = tmp_path / "bad.npz"
    np.savez(bad, **arrays)
    good = CliRunner().invoke(main, [str(path) for path in FILES])
    assert good.exit_code == 0
    assert good.output.count(": ok") == 3 * len(FILES)
    done = CliRunner().invoke(main, [str(FILES[0]), str(bad)])
    assert done.exit_code == 1
    assert "bad.npz (plain): values 1.0e-07" in done.output
    assert "OUT OF TOLERANCE: outputs" in done.output


def test_what_is_no_such_file_is_told(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"no archive")
    with pytest.raises(ParameterError, match="a.npz is no file of golden values"):
        check(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", x=np.zeros(3))
    with pytest.raises(ParameterError, match="no file of golden values.*meta_json"):
        check(tmp_path / "b.npz")
    done = CliRunner().invoke(main, [str(tmp_path / "a.npz")])
    assert done.exit_code == 1
    assert "Error: " in done.output
