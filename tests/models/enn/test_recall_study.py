"""A memory that is used: networks at tasks that need recall, and what is left without it."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
import torch

from models.enn import recall_report, recall_settings
from models.enn.associations import AssociativeRecall, Stream
from models.enn.baselines import trained
from models.enn.computing import threads
from models.enn.recall_cases import (
    CASES,
    ENGRAM,
    ENN,
    NETWORKS,
    SYMMETRIC,
    Case,
    config_of,
    network_of,
)
from models.enn.recall_report import as_dict, runs_of, text
from models.enn.recall_study import TRIAL, RecallRun, RecallStudy
from workbench import ParameterError

ONE_RATE = {"rates": (0.02,)}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    with threads(1):
        yield


def finished(*cases, networks=(), **options) -> RecallStudy:
    study = RecallStudy(cases, networks, **options)
    for done, said in study.course():
        assert 0 <= done <= 1 and said
    return study


def means(study: RecallStudy, network: str) -> dict[str, float]:
    runs = recall_report.reported(study, study.cases[0].name, network)
    parts = {name: [run.ablations[name] for run in runs] for name in runs[0].ablations}
    parts["whole"] = [run.test or 0 for run in runs]
    return {name: sum(values) / len(values) for name, values in parts.items()}


@pytest.fixture(scope="module")
def few_pairs():
    return finished(
        "pairs-4", networks=(ENN, "ENN without a trace", "ENN as published", "LSTM"),
        seeds=2, sequences=2400, **ONE_RATE,
    )  # fmt: skip


def test_the_memory_answers_and_nothing_does_without_it(few_pairs):
    """Bands wide enough for another machine's sums; a memory that is cut off falls out of them."""
    task = CASES["pairs-4"].task
    enn = means(few_pairs, ENN)
    assert enn["whole"] > 0.95
    for part in ("trace removed", "retrieval removed", "trace shuffled"):
        assert enn[part] < CASES["pairs-4"].unbound, part
    assert enn["retrieval removed"] < task.chance() + 0.1


def test_others_of_its_size_come_no_further_than_values_without_keys(few_pairs):
    unbound = CASES["pairs-4"].unbound
    assert unbound == pytest.approx(0.531, abs=1e-3)
    for name in ("ENN without a trace", "ENN as published"):
        assert means(few_pairs, name)["whole"] < unbound + 0.05
    (first, *_) = recall_report.reported(few_pairs, "pairs-4", "LSTM")
    assert first.at(2400) < unbound + 0.1  # it does learn later: see the slow test


@pytest.mark.slow
def test_an_lstm_learns_the_easy_task_from_many_times_the_sequences():
    study = finished("pairs-4", networks=(ENN, "LSTM"), seeds=2)
    engram, lstm = (
        [run.after(0.9) for run in recall_report.reported(study, "pairs-4", name)]
        for name in (ENN, "LSTM")
    )
    assert max(engram) < math.inf and min(lstm) > 5 * max(engram)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "right"), [("pairs-8", 0.9), ("few-shot", 0.9), ("continual", 0.95), ("apart", 0.75)]
)
def test_the_memory_is_what_answers(case, right):
    study = finished(case, networks=(ENN,), seeds=2, rates=(0.01,))
    enn, made = means(study, ENN), CASES[case]
    assert enn["whole"] > right
    for part in ("trace removed", "retrieval removed", "trace shuffled"):
        assert enn[part] < made.task.chance() + 0.06, part


@pytest.mark.slow
def test_a_value_after_its_key_is_bound_by_the_asymmetric_write_alone():
    study = finished("apart", networks=(ENN, SYMMETRIC), seeds=2, rates=(0.01,))
    assert means(study, ENN)["whole"] > 2 * means(study, SYMMETRIC)["whole"]


@pytest.mark.slow
def test_a_copy_is_better_told_by_an_lstm():
    """The memory is asked by the input alone, which is the same at all steps that ask."""
    study = finished("copy", networks=(ENN, "LSTM"), seeds=2, rates=(0.01,))
    assert means(study, ENN)["whole"] + 0.3 < means(study, "LSTM")["whole"]


@pytest.mark.parametrize("case", CASES)
def test_networks_are_as_large_as_the_engram_network_or_a_little_less(case):
    made = CASES[case]
    sizes = {name: trained(network_of(made, name, 1)) for name in made.networks}
    for name, size in sizes.items():
        if name in ENGRAM:
            assert size == sizes[ENN]
        else:
            assert 0.95 * sizes[ENN] < size <= sizes[ENN]
    assert (SYMMETRIC in sizes) == bool(made.cell)


def test_a_seed_gives_the_same_weights_and_another_others():
    made = CASES["few-shot"]
    first, again, other = (
        torch.cat([w.flatten() for w in network_of(made, ENN, seed).parameters()])
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_study_goes_on_from_what_was_finished(tmp_path):
    options = {"networks": ("LSTM",), "sequences": 320, "rates": (0.01, 0.02)}
    whole = finished("pairs-4", seeds=2, **options)
    half = RecallStudy(("pairs-4",), seeds=2, **options)
    for _ in half.course():
        if len(half.finished) == 3:
            break
    path = tmp_path / "study.json"
    path.write_text(json.dumps(as_dict(half, False)))
    second = RecallStudy(("pairs-4",), seeds=2, **options)
    second.finished = runs_of(path, second)
    assert [run.what for run in second.finished] == [run.what for run in half.finished]
    assert second.finished[0].loss == half.finished[0].loss
    for _ in second.course():
        pass
    assert [timeless(run) for run in second.finished] == [timeless(run) for run in whole.finished]
    assert [run.seed for run in whole.finished] == [TRIAL, TRIAL, 1, 2]
    assert len({run.rate for run in whole.finished[2:]}) == 1


def timeless(run: RecallRun) -> RecallRun:
    return dataclasses.replace(run, seconds=0.0)


def test_a_file_of_another_study_is_refused(tmp_path):
    study = RecallStudy(sequences=64)
    path = tmp_path / "study.json"
    path.write_text(json.dumps(as_dict(RecallStudy(sequences=96), True)))
    with pytest.raises(ParameterError, match="of a study with other settings; name another"):
        runs_of(path, study)
    for held in ("{", "[]", '{"settings": {}, "runs": [{}]}'):
        path.write_text(held)
        with pytest.raises(ParameterError, match="is no file of a study of recall"):
            runs_of(path, study)


def test_the_rate_of_the_lowest_held_out_loss_is_taken():
    study = RecallStudy()
    case = CASES["copy"]
    study.finished = [
        RecallRun("copy", "GRU", TRIAL, rate, loss=loss)
        for rate, loss in ((0.1, []), (0.02, [3.0, 2.0]), (0.01, [1.5, 1.9]), (0.003, [1.6]))
    ]
    study.finished.append(RecallRun("copy", "LSTM", TRIAL, 0.5, loss=[0.1]))
    assert study.best_rate(case, "GRU") == 0.01


def test_a_rate_at_which_training_breaks_off_is_not_taken():
    study = finished("pairs-4", networks=("GRU",), seeds=1, sequences=320, rates=(1e30, 0.01))
    trials = [run for run in study.finished if run.seed == TRIAL]
    assert [len(run.loss) > 0 and min(run.loss) < 2 for run in trials] == [False, True]
    assert study.finished[-1].rate == 0.01


def test_what_a_course_came_to():
    run = RecallRun("copy", "GRU", 1, 0.1, sequences=[10, 20, 30], accuracy=[0.5, 0.95, 0.9])
    assert (run.after(0.9), run.after(0.99)) == (20, math.inf)
    assert (run.at(10), run.at(30)) == (0.5, 0.95)


def test_the_report_tells_what_is_there(few_pairs):
    said = text(few_pairs)
    assert "A SHORT RUN: 2,400 training sequences at most" in said
    assert "chance 25.0 %, who knows the values but not their keys 53.1 %" in said
    assert "trace removed  retrieval removed" in said
    lines = [line for line in said.splitlines() if line.startswith("  ENN  ")]
    assert "2 of 2 runs" in lines[0] and "+-" in lines[1]
    assert "nothing is finished" in text(RecallStudy(("copy",)))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cases": ("pairs-9",)}, "'pairs-9' is no task; did you mean 'pairs-8'"),
        ({"networks": ("LSTN",)}, "'LSTN' is no network; did you mean 'LSTM'"),
        ({"seeds": 0}, "seeds = 0, sequences = 0 and 3 rates are not allowed"),
        ({"rates": ()}, "0 rates are not allowed"),
    ],
)
def test_what_is_not_allowed_is_told(options, told):
    with pytest.raises(ParameterError, match=told):
        RecallStudy(**options)


@pytest.mark.slow
def test_settings_are_changed_one_by_one(monkeypatch):
    chosen = ("nothing", "temperature 0.75", "4 slots")
    monkeypatch.setattr(
        recall_settings, "CHANGES", {name: recall_settings.CHANGES[name] for name in chosen}
    )
    study = recall_settings.settings_study(seeds=1, sequences=2560)
    for _ in study.course():
        pass
    assert [(run.case, run.seed, run.rate) for run in study.finished] == [
        (name, 1, recall_settings.RATE) for name in chosen
    ]
    right = [run.test or 0 for run in study.finished]
    assert right[0] > 0.4 and right[1] < 0.3 and right[2] < right[0]
    assert [(run.slots or 0) > 20 for run in study.finished] == [False, True, False]
    said = recall_settings.text(study).splitlines()
    assert "A SHORT RUN: 2,560 at most" in said[0]
    assert [line.split("  ")[1] for line in said[2:]] == list(chosen)


@pytest.mark.parametrize("name", recall_settings.CHANGES)
def test_every_change_is_one_that_a_cell_can_have(name):
    case = recall_settings.changed(name, recall_settings.CHANGES[name])
    assert case.networks == [ENN]
    config, usual = (config_of(each, ENN, 1) for each in (case, CASES["pairs-8"]))
    assert (config == usual) == (name == "nothing")


def test_every_network_is_told_of():
    assert set(ENGRAM) < set(NETWORKS)
    assert isinstance(CASES["continual"].task, Stream) and CASES["continual"].readout == "each"
    assert Case(name="x", title="", task=AssociativeRecall()).readout == "last"
