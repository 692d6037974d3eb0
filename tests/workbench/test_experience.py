"""The estimate of a run follows what like runs took here, and one odd run does not move it."""

import json
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import Choice, Cost, Model, Quantity
from workbench import experience as module
from workbench.experience import Experience, corrected


class Timed(Model):
    """A model whose cost is what its parameters say."""

    key = "timed"
    length = Quantity(10.0, bounds=(0.01, 10_000), unit="s", doc="seconds that it says to take")
    size = Quantity(100.0, bounds=(0, 10_000), unit="MB", doc="memory that it says to take")
    engine = Choice("fast", options=["fast", "live"], doc="how")

    def cost(self):
        return Cost(self.length, int(self.size * 1e6), "length")


class Other(Timed):
    key = "other"


@pytest.fixture
def experience(tmp_path):
    return Experience(tmp_path / "store" / "experience.jsonl")


def learn(experience, *factors, model=None):
    model = model or Timed()
    for each in factors:
        experience.learn(model, each * model.length, each * model.size * 1e6)


def seconds(experience, **values):
    return experience.estimate(Timed(**values)).seconds


def test_without_experience_the_model_is_believed(experience):
    assert experience.estimate(Timed()) == Timed().cost()


def test_three_runs_correct_the_next_estimate_of_seconds_and_bytes(experience):
    learn(experience, 2.0, 2.2, 1.9)
    cost = experience.estimate(Timed())
    assert cost.seconds == pytest.approx(20, rel=0.01)
    assert cost.bytes == pytest.approx(200e6, rel=0.1)
    assert cost.lower == "length"


@pytest.mark.parametrize("odd", [0.001, 1000.0])
@pytest.mark.parametrize("others", [[], [1.0], [1.1, 1.0, 1.05], [1.0] * 8])
def test_one_odd_run_changes_nothing_much(experience, odd, others):
    learn(experience, *others, odd)
    assert seconds(experience) == pytest.approx(10, rel=0.11)


def test_the_latest_runs_count(experience):
    learn(experience, *[5.0] * 20, *[2.0] * 9)
    assert seconds(experience) == pytest.approx(20, rel=0.05)


def test_only_like_runs_count(experience):
    learn(experience, *[3.0] * 5)
    assert seconds(experience, length=30) > 80
    assert seconds(experience, length=100) == 100
    assert seconds(experience, length=1) == 1
    assert seconds(experience, engine="live") == 10
    assert experience.estimate(Other()).seconds == 10


def test_a_run_of_no_length_tells_nothing_wild(experience):
    experience.learn(Timed(length=0.01, size=0), 0.3, 1e6)
    experience.learn(Timed(length=0.01, size=0), 0.3, 1e6)
    experience.learn(Timed(length=0.01, size=0), 0.3, 1e6)
    cost = experience.estimate(Timed(length=0.05, size=1))
    assert 0.3 < cost.seconds < 0.5 and cost.bytes < 3e6


def test_it_is_remembered_and_damaged_lines_are_passed_over(tmp_path):
    path = tmp_path / "experience.jsonl"
    learn(Experience(path), 2.0, 2.0)
    good = path.read_text()
    strange = {"model": "timed", "engine": "fast", "host": "x", "expected": [1], "took": [1, 2]}
    endless = strange | {"expected": [1, 2], "took": [float("nan"), 1]}
    lines = [good[:40], "[" * 99_999, "3", "null", json.dumps(strange), json.dumps(endless), "\0é"]
    path.write_bytes("\n".join(lines).encode("utf-16-le") + b"\n")
    with path.open("a") as file:
        file.write("\n".join([*lines, good]))
    again = Experience(path)
    learn(again, 2.0)
    assert seconds(again) == pytest.approx(20, rel=0.02)
    assert seconds(Experience(path)) == pytest.approx(20, rel=0.02)


def test_other_machines_tell_nothing(tmp_path, monkeypatch):
    path = tmp_path / "experience.jsonl"
    learn(Experience(path), 4.0, 4.0, 4.0)
    monkeypatch.setattr(module, "host_cpu", lambda: "another processor, 4 cores")
    assert seconds(Experience(path)) == 10


def test_where_nothing_can_be_written_it_lasts_as_long_as_the_server(tmp_path):
    (tmp_path / "file").write_text("in the way")
    experience = Experience(tmp_path / "file" / "experience.jsonl")
    learn(experience, 2.0, 2.0, 2.0)
    assert seconds(experience) > 19


def test_a_long_file_is_shortened_to_the_latest(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 20)
    monkeypatch.setattr(module, "MOST", 5)
    path = tmp_path / "experience.jsonl"
    learn(Experience(path), *[3.0] * 15, *[2.0] * 6)
    again = Experience(path)
    assert len(path.read_text().splitlines()) == 5
    assert seconds(again) == pytest.approx(20, rel=0.02) == seconds(Experience(path))


amounts = st.floats(0, 1e6)


@given(amounts, st.lists(st.tuples(amounts, amounts), max_size=9))
def test_a_corrected_amount_lies_among_what_single_runs_say(expected, pairs):
    def alone(pair):
        return corrected(expected, [pair] * 3, 0.2)

    found = corrected(expected, pairs, 0.2)
    said = sorted([expected, *map(alone, pairs)])
    assert said[0] * (1 - 1e-9) <= found <= said[-1] * (1 + 1e-9)
    if len(pairs) % 2 and len(pairs) >= 3:
        assert found == pytest.approx(statistics.median(map(alone, pairs)))


@given(st.floats(0.1, 1e6), amounts)
def test_what_like_runs_took_is_expected_again(expected, took):
    assert corrected(expected, [(took, expected)] * 3, 0.2) == pytest.approx(
        max(took, expected * (took + 0.2) / (expected + 0.2))
    )
