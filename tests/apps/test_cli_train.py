"""`engram-workbench train`: several networks and seeds, and what is said of them."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from apps.cli import main
from workbench.store import Store

SHORT = ["--samples", "96", "--hidden", "8", "--slots", "4", "--epochs", "2", "--quiet"]


def train(*arguments):
    done = CliRunner().invoke(main, ["train", *arguments], prog_name="engram-workbench")
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "runs")


def test_networks_are_compared_over_seeds(folder):
    code, out, _ = train("digits", "--model", "enn,LSTM", "--seeds", "2", "--runs", folder, *SHORT)
    assert code == 0
    assert "One-way ANOVA: F = " in out
    assert re.search(r"ENN - LSTM: [+-]\d", out)
    assert re.search(r"trace removed +\d", out)
    entries = Store(folder).list()
    assert sorted(entry.seed for entry in entries) == [1, 1, 2, 2]
    networks = [Store(folder).open(each.id).stamp.parameters["network"] for each in entries]
    assert sorted(networks) == ["ENN", "ENN", "LSTM", "LSTM"]


def test_one_network_has_its_interval_and_what_it_says(folder):
    code, out, _ = train("--runs", folder, *SHORT[:-1])
    assert code == 0
    assert re.search(r"ENN, seed 1: [\d.]+% of 360 answers right\. The memory is inert: ", out)
    assert re.search(r"ENN: [\d.]+ \(one run\)", out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["digit"], "data = 'digit' is not allowed"),
        (["--model", "ANN"], "network = 'ANN' is not allowed; it must be|network = 'ANN' is not"),
        (["--seeds", "0"], "--seeds '0' is not allowed; it must be from 1 to 1000"),
        (["--seeds", "two"], "--seeds 'two' is not allowed"),
        (["--slot", "3"], "did you mean '--slots'"),
        (["--network", "ENN"], "'--network' is no option"),
        (["--data", "digits"], "'--data' is no option"),
    ],
)
def test_what_is_not_allowed_is_told_before_anything_runs(arguments, told, folder):
    code, out, err = train(*arguments, "--runs", folder, *SHORT)
    assert code == 2
    assert re.search(told, err), err
    assert out == ""
    assert Store(folder).list() == []


def test_its_help_shows_the_parameters():
    code, out, _ = train("--help")
    assert code == 0
    assert "--learning-rate" in out
    assert "Memory that works" in out
