"""The script of a record gives the same record again, on its own."""

import ast
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import toys
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from toys import Walk

import models
import workbench
from workbench import Change, Record, RecordError
from workbench.script import literal, script

ROOT = Path(__file__).parents[2]


def ran(text, folder):
    """Run a script in a folder with nothing else to help it."""
    (folder / "again.py").write_text(text, encoding="utf-8")
    asked = [sys.executable, "-W", "error", "again.py"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def check_tidy(folder):
    """Assert that formatting and the strictest sensible rules leave the scripts as they are."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        ["format", "--check"],
        ["check", "--select", "E,F,W,I,UP,B,D,Q", "--ignore", "D203,D213"],
    ):
        done = subprocess.run(
            [*ruff, *command, "--isolated", "."], cwd=folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def same(first, second):
    """Assert that two records hold the same but for where, when and how long it took."""
    xr.testing.assert_identical(
        first.data.drop_attrs(deep=False), second.data.drop_attrs(deep=False)
    )
    mine, other = vars(first.stamp).copy(), vars(second.stamp).copy()
    for name in ("id", "created", "wall_time", "libraries", "git_revision"):
        del mine[name], other[name]
    assert mine == other


def test_the_script_of_a_model_of_the_registry_gives_the_same_record(tmp_path):
    kind = models.get("spass")
    name, parameter = next((n, p) for n, p in kind.parameters().items() if p.live)
    changes = [Change(2, name, parameter.bounds[1]), Change(3, name, parameter.bounds[0])]
    record = workbench.run(kind(), seed=5, changes=changes, progress=False)
    ran(script(record), tmp_path)
    same(Record.open(tmp_path / "spass_seed5.nc"), record)
    check_tidy(tmp_path)


def test_the_script_of_a_model_elsewhere_imports_its_module(tmp_path):
    shutil.copy(toys.__file__, tmp_path)
    model = Walk(label='it\'s "ü" \\ 記憶', mirror=True, drift=1e-5)
    record = workbench.run(model, seed=0, changes=[Change(2, "drift", 1)], progress=False)
    text = script(record.stamp, tmp_path / "here.nc")
    assert "import workbench\nfrom toys import Walk\n\nmodel = Walk(" in text
    ran(text, tmp_path)
    same(Record.open(tmp_path / "here.nc"), record)
    (tmp_path / "toys.py").unlink()
    check_tidy(tmp_path)


@pytest.mark.parametrize("length", [8, 73, 74, 81, 82, 83, 120])
def test_a_script_is_tidy_however_long_the_path_of_its_record(record, tmp_path, length):
    (tmp_path / "again.py").write_text(script(record, "a" * (length - 3) + ".nc"), encoding="utf-8")
    check_tidy(tmp_path)


def test_a_script_says_where_it_comes_from(record):
    text = ast.get_docstring(ast.parse(script(record)))
    said = " ".join(text.split())
    stamp = record.stamp
    assert text.startswith("Random walk, seed 7.\n\n")
    assert f"Gives the record {stamp.id} of {stamp.created} again" in said
    assert (
        f"engram-workbench {stamp.version}" in said and f"numpy {stamp.libraries['numpy']}" in said
    )
    assert f"python -m pip install engram-workbench=={stamp.version}" in said
    assert "partial" not in said


def test_the_script_of_a_partial_record_says_that_it_runs_the_whole(record):
    said = script(replace(record.stamp, status="partial: stopped"))
    assert "It is partial: stopped; this script runs the whole." in " ".join(said.split())


@pytest.mark.parametrize(
    "where",
    ["__main__:Walk", "toys:made.<locals>.Walk", "toys:Walk.Inner", "toys", "", "a b:C",
     "os;x:C", "toys:Walk()", ".toys:Walk", "class:Walk"],
)  # fmt: skip
def test_a_class_that_no_script_can_import_is_told(where, record):
    with pytest.raises(RecordError, match="cannot import the class of 'walk'.*: put it at the top"):
        script(replace(record.stamp, model_class=where))


@pytest.mark.parametrize(
    "tampered",
    [
        {"parameters": {"a=1); import os; f(b": 1}},
        {"parameters": {"a": [1]}},
        {"parameters": {"a": None}},
        {"parameters": {"a": float("nan")}},
        {"changes": [{"frame": 1, "name": "a"}]},
        {"changes": [{"frame": 1, "name": "a", "value": {}}]},
        {"changes": ["a"]},
    ],
)
def test_what_no_run_could_have_written_is_refused(tampered, record):
    with pytest.raises(RecordError):
        script(replace(record.stamp, **tampered))


HOSTILE = '"""\nimport os\nos.remove("x")\n"""'


@pytest.mark.parametrize("name", ["title", "status", "id", "created", "version", "python",
                                  "git_revision", "model"])  # fmt: skip
@pytest.mark.parametrize("text", [HOSTILE, "\\", '\\"""', "\\N{x", 'ends with "', "\0\r\u2028"])
def test_no_text_of_a_stamp_becomes_code(name, text, record):
    stamp = replace(record.stamp, model_class="models.x:X", **{name: text})
    plain = ast.parse(script(replace(record.stamp, model_class="models.x:X")))
    tree = ast.parse(script(stamp))
    assert [type(node) for node in ast.walk(tree)] == [type(node) for node in ast.walk(plain)]


@given(st.text() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.booleans())
def test_a_value_is_spelled_exactly(value):
    spelled = literal(value)
    assert ast.literal_eval(spelled) == value
    assert "\n" not in spelled


def test_texts_are_quoted_as_the_formatter_does(tmp_path):
    texts = [
        "",
        "a",
        "it's",
        'a "b"',
        "'\"",
        "''\"",
        '\'""',
        "\\",
        "\\'",
        '\\"',
        "\n",
        "ü\u2028",
        "\x7f",
    ]
    lines = "".join(f"x = {literal(text)}\n" for text in texts)
    (tmp_path / "texts.py").write_text(f'"""Texts."""\n\n{lines}', encoding="utf-8")
    check_tidy(tmp_path)
