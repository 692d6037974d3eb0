"""`engram-workbench sweep`: what it prints and keeps, and what it refuses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from apps.cli import main
from models.plasticity.spass import fixed_point
from workbench.store import Store

ROOT = Path(__file__).parents[2]
OVER = ["--over", "kappa=0.5,2", "--over", "target_rate=0.1:1:3", "--workers", "1"]


def sweep(*arguments):
    done = CliRunner().invoke(main, ["sweep", *arguments], prog_name="engram-workbench")
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "runs")


def test_numbers_stand_side_by_side_and_go_into_a_file(folder, tmp_path):
    path = tmp_path / "table.nc"
    measure = ("--measure", "weight_theory", "--measure", "activity")
    code, out, err = sweep("spass", *OVER, *measure, "-o", str(path), "--runs", folder)
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:3] == ["kappa", "target_rate", "weight_theory"] and len(lines) == 8
    assert lines[-1] == ["6", "runs:", "6", "new,", "0", "from", "the", "store."]
    for kappa, rate, weight, _activity in lines[1:7]:
        expected, _ = fixed_point(1.0, float(rate), float(kappa))
        assert float(weight) == pytest.approx(expected, rel=1e-3)
    with xr.open_dataset(path, engine="h5netcdf") as data:
        assert dict(data.sizes) == {"kappa": 2, "target_rate": 3, "seed": 1}
        ids = set(np.ravel(data["record"].values).astype(str))
    assert ids == {entry.id for entry in Store(folder).list()}


def test_typed_again_it_runs_what_is_missing(folder):
    sweep("spass", *OVER, "--runs", folder)
    code, out, _ = sweep("spass", *OVER, "--seeds", "2", "--runs", folder)
    assert code == 0 and out.endswith("12 runs: 6 new, 6 from the store.\n")
    assert re.search(r"^0\.5 +0\.1 +[\d.]+ \+- 0", out, re.MULTILINE)  # it has no randomness


def test_samples_are_drawn(folder):
    asked = ("--sample", "latin", "--samples", "4", "--over", "kappa=0.5:2", "--workers", "1")
    code, out, _ = sweep("spass", *asked, "--measure", "weight", "--runs", folder)
    kappas = [float(line.split()[0]) for line in out.splitlines()[1:5]]
    assert code == 0 and all(0.5 <= kappa <= 2 for kappa in kappas) and len(set(kappas)) == 4


def test_a_plan_of_the_model_is_run_as_it_is_or_changed(folder):
    small = ("--set", "cues=4", "--set", "fillings=1", "--set", "largest=50", "--workers", "1")
    plan = ("capacity", "--plan", "hebbian-rule-coding-level-and-size", *small)
    few = ("--over", "units=100,200", "--measure", "capacity", "--runs", folder)
    code, out, _ = sweep(*plan, *few)
    assert code == 0 and out.splitlines()[0].split() == ["units", "capacity"]
    (first, *_) = Store(folder).list()
    assert first.parameters["memory"] == "Hebbian" and first.parameters["cues"] == 4
    code, _, err = sweep("capacity", "--plan", "hebian-rule", "--runs", folder)
    assert code == 2 and "'hebian-rule' is no plan of 'capacity'" in err
    code, _, err = sweep("capacity", "--runs", folder)
    assert code == 2 and "or --plan with one of willshaw-coding-level-and-size" in err
    code, _, err = sweep("spass", "--plan", "any", "--runs", folder)
    assert code == 2 and "'any' is no plan: 'spass' has none." in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["spas", *OVER], "'spas' is no model; did you mean 'spass'"),
        (["spass"], "needs --over NAME=VALUES at least once"),
        (["spass", "--over", "kappa"], "--over 'kappa' is not allowed: write NAME=VALUES"),
        (["spass", "--over", "kap=1"], "'kap' is no parameter of 'spass'; did you mean 'kappa'"),
        (["spass", "--over", "kappa=-1,1"], "kappa = '-1' is not allowed"),
        (["spass", "--over", "kappa=1", "--over", "kappa=2"], "kappa was given 2 times"),
        (["spass", "--over", "kappa=1", "--seeds", "0"], "--seeds"),
        (["spass", "--over", "kappa=1", "--sample", "latin"], "kappa = .* is no range"),
    ],
)
def test_what_is_not_allowed_is_told_before_anything_runs(arguments, told, folder):
    code, out, err = sweep(*arguments, "--runs", folder)
    assert (code, out) == (2, "") and re.search(told, err) and not Path(folder).exists()


def test_an_unknown_measure_is_told_and_nothing_is_lost(folder):
    code, _, err = sweep("spass", *OVER, "--measure", "wait", "--runs", folder)
    assert code == 2 and "'wait' is no measure; did you mean 'weight'" in err
    assert len(Store(folder).list()) == 6


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there are no groups of processes")
def test_an_interrupt_keeps_what_is_finished(folder):
    over = ["--over", "stored=100:2000:8"]
    asked = ["sweep", "sdm", *over, "--set", "patterns=random words", "--seeds", "4"]
    process = subprocess.Popen(
        [sys.executable, "-m", "apps", *asked, "--runs", folder], cwd=ROOT,
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not len(Store(folder).list()) and time.monotonic() < until:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    kept = len(Store(folder).list())
    assert process.returncode == 130 and kept >= 1
    assert f"Interrupted: {32 - kept} runs are missing" in err and "Traceback" not in err
    assert f"{kept} new" in out
