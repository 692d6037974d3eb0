"""`engram-workbench warm`: each model, preset and engine is prepared once, and told."""

import pytest
from click.testing import CliRunner

import models
from apps.cli import main
from workbench import Choice, Count, Model


class Kettle(Model):
    """A model that has something to heat up for each size and engine."""

    key = "kettle"
    title = "Kettle"
    presets = {"Large": {"size": 2}, "Louder": {"noise": 3}}
    hot: set = set()

    size = Count(1, bounds=(1, 9), unit="1", doc="how large")
    noise = Count(1, bounds=(1, 9), unit="1", doc="how loud")
    engine = Choice("gas", options=["gas", "wood"], doc="what heats it")

    def warm(self, tell):
        tell("heating")
        wanted = (self.size, self.engine)
        if wanted in self.hot:
            return False
        self.hot.add(wanted)
        return True


@pytest.fixture
def kettle(monkeypatch):
    monkeypatch.setattr(Kettle, "hot", set())
    monkeypatch.setattr(models, "names", lambda: ["kettle"])
    known = models.get
    monkeypatch.setattr(models, "get", lambda key: Kettle if key == "kettle" else known(key))


@pytest.mark.parametrize("names", [[], ["kettle"]])
def test_everything_is_prepared_once(kettle, names):
    first = CliRunner().invoke(main, ["warm", *names])
    assert first.exit_code == 0
    assert first.output.count("Kettle: compiled in") == 3 and "3 compiled in" in first.output
    assert Kettle.hot == {(1, "gas"), (2, "gas"), (1, "wood")}
    assert CliRunner().invoke(main, ["warm"]).output == "Everything is compiled already.\n"


def test_models_without_code_to_compile_need_nothing():
    told = CliRunner().invoke(main, ["warm", "spass", "sdm"])
    assert (told.exit_code, told.output) == (0, "Everything is compiled already.\n")


def test_an_unknown_model_is_refused_with_the_nearest():
    told = CliRunner().invoke(main, ["warm", "assemblis"])
    assert told.exit_code == 2 and "did you mean 'assemblies'?" in told.output
