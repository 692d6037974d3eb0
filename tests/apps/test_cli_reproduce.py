"""`engram-workbench reproduce`: the paper's experiments from a terminal."""

import json
import re
import subprocess
import sys

import pytest
import torch
from click.testing import CliRunner

from apps.cli import main
from models.enn import recall_settings
from models.enn.reproduce import Reproduction

SHORT = ["fig2", "--epochs", "2", "--samples", "64"]


def reproduce(*arguments):
    done = CliRunner().invoke(main, ["reproduce", *arguments], prog_name="engram-workbench")
    return done.exit_code, done.stdout, done.stderr


def test_the_papers_experiment_is_told_and_written(tmp_path):
    path = tmp_path / "told.json"
    threads = torch.get_num_threads()
    code, out, _ = reproduce(*SHORT, "--output", str(path))
    assert code == 0
    assert "A SHORT RUN, not the whole experiment: 2 of 10 epochs; 64 of 800 training" in out
    assert re.search(r"\nENN +mse +- +\d", out) and "trace removed" in out
    told = json.loads(path.read_text())
    assert told["complete"] and [run["network"] for run in told["runs"]] == ["ENN", "RNN"]
    assert told["runs"][0]["epochs"][0]["validation_accuracy"] is None  # JSON has no NaN
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert torch.get_num_threads() == threads
    code, _, err = reproduce(*SHORT, "--output", str(path))
    assert code == 2 and "exists already: give --force" in err
    assert json.loads(path.read_text()) == told


def test_the_fair_experiment_compares_runs():
    code, out, _ = reproduce(*SHORT, "--fixed", "--seeds", "2", "--model", "enn, GRU")
    assert code == 0
    assert "as it should be, 2 runs each" in out and "without LSTM, RNN" in out
    assert re.search(r"\nGRU, as large +mse +- +\d.*\(95%, 2 runs\)", out)
    assert "One-way ANOVA" in out and "Kruskal-Wallis" in out


def test_ctrl_c_keeps_what_is_finished(tmp_path, monkeypatch):
    """It comes while the second network learns."""
    course = Reproduction.course
    path = tmp_path / "told.json"

    def interrupted(self):
        for told in course(self):
            if len(self.outcomes) == 2:
                before = json.loads(path.read_text())  # what a crash would leave
                assert len(before["runs"]) == 1 and not before["complete"]
                raise KeyboardInterrupt
            yield told

    monkeypatch.setattr(Reproduction, "course", interrupted)
    code, out, err = reproduce(*SHORT, "-o", str(path))
    assert code == 130
    assert "Interrupted; here is what was finished." in err
    assert re.search(r"\nENN +mse +- +\d", out)
    assert re.search(r"RNN, seed 0, test loss: [\d.]+ \(stopped after epoch 1, not tested\)", out)
    told = json.loads(path.read_text())
    assert not told["complete"] and len(told["runs"]) == 2


RECALL = ["recall", "--tasks", "pairs-4, copy", "--model", "enn,GRU", "--samples", "64"]


def test_recall_is_studied_and_gone_on_with(tmp_path):
    path = tmp_path / "study.json"
    code, out, _ = reproduce(*RECALL, "--seeds", "1", "-o", str(path))
    assert code == 0 and "A SHORT RUN: 64 training sequences at most" in out
    assert re.search(r"\n  GRU +0\.0\d+ +[\d,]+ +64 +\d", out) and "trace removed" in out
    told = json.loads(path.read_text())
    assert told["complete"] and len(told["runs"]) == 2 * 2 * (3 + 1)
    code, _, _ = reproduce(*RECALL, "--seeds", "2", "-o", str(path))
    more = json.loads(path.read_text())
    assert code == 0 and more["seeds"] == 2 and len(more["runs"]) == 2 * 2 * (3 + 2)
    assert [run for run in more["runs"] if run in told["runs"]] == told["runs"]
    other = [*RECALL[:-1], "65", "--seeds", "1", "-o", str(path)]
    code, _, err = reproduce(*other)
    assert code == 2 and "of a study with other settings" in err
    assert json.loads(path.read_text()) == more
    code, _, _ = reproduce(*other, "--force")
    assert code == 0 and json.loads(path.read_text())["settings"]["sequences"] == 65


def test_the_settings_of_a_memory_are_studied(tmp_path, monkeypatch):
    monkeypatch.setattr(recall_settings, "CHANGES", {"clip at 0.1": {"clip": 0.1}})
    path = tmp_path / "settings.json"
    asked = ["recall", "--settings", "--seeds", "1", "--samples", "64", "-o", str(path)]
    code, out, _ = reproduce(*asked)
    assert code == 0 and re.search(r"\n  clip at 0\.1 +\d", out)
    told = json.loads(path.read_text())
    assert [run["case"] for run in told["runs"]] == ["clip at 0.1"]
    assert reproduce(*asked)[0] == 0 and json.loads(path.read_text()) == told


@pytest.mark.parametrize(("asked", "used"), [([], 1), (["--threads", "2"], 2)])
def test_one_thread_computes_unless_told(asked, used, monkeypatch):
    seen = []

    def counted(self):
        seen.append(torch.get_num_threads())
        yield 1.0, "done"

    monkeypatch.setattr(Reproduction, "course", counted)
    before = torch.get_num_threads()
    torch.set_num_threads(2 if used == 1 else 1)
    try:
        assert reproduce("fig2", *asked)[0] == 0
    finally:
        torch.set_num_threads(before)
    assert seen == [used]


def test_a_loss_that_is_no_number_ends_with_a_sentence(monkeypatch):
    def failing(self):
        yield 0.1, "ENN"
        self.outcomes = [type("Outcome", (), {"network": "ENN", "measures": {}, "epochs": [],
                                              "seed": 0})]  # fmt: skip
        raise FloatingPointError("The loss is nan after 3 steps.")

    monkeypatch.setattr(Reproduction, "course", failing)
    code, out, err = reproduce(*SHORT)
    assert code == 1 and "ENN: The loss is nan after 3 steps. Here is what was" in err
    assert "Figure 2" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["table9"], "'table9' is no experiment"),
        ([*SHORT, "--seeds", "3"], "--seeds goes with --fixed"),
        (["fig2", "--epochs", "few"], "--epochs 'few' is not allowed"),
        (["fig2", "--samples", "-1"], "--samples '-1' is not allowed"),
        (["fig2", "--fixed", "--seeds", "0"], "--seeds '0' is not allowed; .* from 1 to 1,000,000"),
        (["fig2", "--threads", "0"], "--threads '0' is not allowed"),
        (["fig2", "--model", "ENN,CNN"], "--model 'CNN' is not allowed; there are ENN, GRU"),
        (["fig2", "--output", "told.txt"], "must end in .json"),
        (["table2", "--data", "/nowhere"], "mnist needs the file"),
        (["fig2", "--sample", "3"], "did you mean '--samples'"),
        (["fig2", "--tasks", "copy"], "--tasks does not go with fig2"),
        (["recall", "--fixed"], "--fixed does not go with recall"),
        (["recall", "--epochs", "3"], "--epochs does not go with recall"),
        (["recall", "--tasks", "copie"], "'copie' is no task; did you mean 'copy'"),
        (["recall", "--model", "RNN"], "'RNN' is no network"),
        (["recall", "--settings", "--tasks", "copy"], "--tasks does not go with --settings"),
        (["housing", "--settings"], "--settings does not go with housing"),
    ],
)
def test_what_is_not_allowed_is_told_before_anything_runs(arguments, told):
    code, out, err = reproduce(*arguments)
    assert code == 2
    assert re.search(told, err), err
    assert out == ""


def test_the_list_of_commands_is_quick():
    said = "import sys, apps.cli; print(sorted({'torch', 'models.enn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    code, out, _ = reproduce("--help")
    assert code == 0 and "--fixed" in out
