"""`engram-workbench train`: several networks and seeds, and what is said of them."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

import models
from apps.cli import main
from apps.commands.train_text import UNUSED
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


@pytest.fixture
def speeches(tmp_path):
    """Write twelve documents in which each word has one successor."""
    words = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "then"]
    path = tmp_path / "speeches.txt"
    lines = "\n".join(" ".join(words) for _ in range(12))
    path.write_text("\n\n".join([lines] * 12))
    return path


TEXT = ["--hidden", "16", "--slots", "4", "--span", "8", "--quiet", "--learning-rate", "0.02"]


def test_networks_foresee_the_words_of_a_text(speeches, tmp_path):
    output = tmp_path / "told.json"
    code, out, _ = train(
        str(speeches), "--model", "enn,GRU", "--seeds", "2", "--epochs", "3", *TEXT,
        "--words", "8", "--preset", "Memory that works: key-value recall", "-o", str(output),
    )  # fmt: skip
    assert code == 0
    assert "Data: the text speeches.txt. Numbers of 8 words" in out
    assert re.search(r"\nGRU, as large +perplexity", out) and "published" not in out
    told = json.loads(output.read_text())
    assert told["complete"] and told["cell"]["trace"] == "sample"
    assert told["cell"]["slots"] == 4 and told["recipe"]["learning_rate"] == 0.02
    runs = [(run["network"], run["seed"]) for run in told["runs"]]
    assert runs == [(name, seed) for seed in (0, 1) for name in
                    ("ENN", "GRU, as wide", "GRU, as large")]  # fmt: skip
    accuracies = [run["measures"]["accuracy"] for run in told["runs"]]
    assert min(accuracies) > told["references"]["unigrams"]["accuracy"] + 0.2
    parts = told["runs"][0]["memory"]["ablations"]
    assert parts["whole"]["accuracy"] > 0.5
    assert parts["a trace a sample"]["changed"] == 0 < parts["one slot"]["changed"]
    code, _, err = train(str(speeches), "-o", str(output), *TEXT)
    assert code == 2 and "exists already: give --force" in err


def test_a_text_may_be_named_by_its_folder(speeches):
    (speeches.parent / "texts").mkdir()
    for number, part in enumerate(speeches.read_text().split("\n\n")):
        (speeches.parent / "texts" / f"{number}.txt").write_text(part)
    path = speeches.parent / "told.json"
    code, out, _ = train(
        "text", "--folder", str(speeches.parent / "texts"), "--epochs", "1", *TEXT, "-o", str(path)
    )
    assert code == 0 and "the text texts." in out
    assert "trace" not in json.loads(path.read_text())["cell"]  # frozen, where a batch's is asked
    assert "ENN, seed 0, validation loss" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no/such.txt"], "there is no such file or folder"),
        (["text"], "name a text file or a folder of them"),
        (["wikitext-4"], "'wikitext-4' is not allowed; there is no such file"),
        (["wikitext-2", "--folder", "/nowhere"], "wikitext-2 needs the file"),
        (["speeches.txt", "--pairs", "3"], "--pairs does not go with a text"),
        (["speeches.txt", "--runs", "here"], "--runs does not go with a text"),
        (["speeches.txt", "--span", "0"], "--span '0' is not allowed"),
        (["speeches.txt", "--words", "many"], "--words 'many' is not allowed"),
        (["digits", "--words", "9"], "--output and --words go with a text"),
    ],
)
def test_what_a_text_cannot_have_is_told(arguments, told, speeches, monkeypatch):
    monkeypatch.chdir(speeches.parent)
    code, out, err = train(*arguments)
    assert code == 2 and re.search(told, err), err
    assert out == ""


def test_what_a_text_has_no_use_for_are_parameters_that_there_are():
    assert set(UNUSED) < set(models.get("enn").parameters())
