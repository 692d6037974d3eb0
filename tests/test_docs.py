"""What README and CONTRIBUTING show is run."""

import re
import shlex
from pathlib import Path

import pytest
import xarray as xr
from click.testing import CliRunner

import workbench
from apps.cli import main
from apps.drawing.live import LivePlot
from workbench.model import Model

ROOT = Path(__file__).parent.parent


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = {}
    for block in blocks("README.md", "python"):
        exec(block, found)  # noqa: S102
    assert xr.open_dataset("sdm.nc").sizes == found["run"].data.sizes
    assert found["logits"].shape == (32, 10)


def test_commands_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENGRAM_RUNS", str(tmp_path / "runs"))
    lines = blocks("README.md", "console")[0].splitlines()
    assert len(lines) > 4
    for line in lines:
        program, *arguments = shlex.split(line.removeprefix("$ "))
        assert program == "engram-workbench"
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, (line, done.output)
    assert {path.suffix for path in tmp_path.glob("sdm*")} == {".nc", ".csv", ".png", ".svg", ".py"}


def test_every_picture_of_the_readme_is_there():
    text = (ROOT / "README.md").read_text("utf-8")
    light, dark = (re.findall(rf'{name}="([^"]+)"', text) for name in ("src", "srcset"))
    assert len(light) == len(dark) >= 6
    assert dark == [picture.replace("-light", "-dark") for picture in light]
    for picture in [*light, *dark, *re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)]:
        assert (ROOT / picture).is_file(), picture


def test_the_model_that_contributing_shows_keeps_the_contract():
    found = {}
    exec(blocks("CONTRIBUTING.md", "python")[0], found)  # noqa: S102
    model: type[Model] = found["ForgettingCurve"]
    record = workbench.run(model(), progress=False)
    # Ebbinghaus computed 30.4 % after a day and 21.2 % after 31 days from the same formula.
    assert float(record.data.savings[0]) == pytest.approx(30.4, abs=0.05)
    assert float(record.data.savings[-1]) == pytest.approx(21.2, abs=0.05)
    assert model.observables[0].reading(record.data).startswith("After 31 days")
    plot = LivePlot(model.observables[0])
    plot.show(record.data)
    assert "savings (%)" in [axis.axis_label for axis in plot.figure.axis]
