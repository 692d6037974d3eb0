"""A link gives the same run, and anything at all may be in one."""

import json
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import Pair, Walk

from workbench import Change, Folder, Model, ParameterError, run
from workbench.link import parse, query
from workbench.model import unknown
from workbench.parameters import shown
from workbench.stamp import version

MODELS = {"walk": Walk, "pair": Pair}


def get(key):
    if key not in MODELS:
        raise ParameterError(unknown(key, MODELS, "model"))
    return MODELS[key]


walks = st.builds(
    Walk,
    drift=st.floats(-5, 5),
    walkers=st.integers(1, 50),
    kind=st.sampled_from(["normal", "uniform"]),
    mirror=st.booleans(),
    label=st.text(max_size=40).filter(str.isprintable),
)
changes = st.lists(
    st.builds(Change, st.integers(1, 10**9), st.just("drift"), st.floats(-5, 5)), max_size=4
)


@given(model=walks, seed=st.integers(0, 2**32 - 1), changes=changes)
def test_a_run_comes_back_exactly_as_it_went_into_the_link(model, seed, changes):
    text = query(model, seed, changes)
    assert text.isascii()
    for form in (text, "?" + text, dict(parse_qsl(text, keep_blank_values=True))):
        linked = parse(form, get)
        assert type(linked.model) is Walk
        assert linked.model.values() == model.values()
        assert (linked.seed, linked.changes, linked.version) == (seed, changes, version())
        assert (linked.refused, linked.note) == ([], "")


def test_a_link_says_everything_and_reads_well():
    fields = dict(parse_qsl(query(Walk(), 7), keep_blank_values=True))
    assert list(fields) == ["model", "seed", *Walk.parameters(), "version"]
    assert fields["mirror"] == "false"
    assert query(Walk(), 7, [Change(3, "drift", 0.1)]).endswith(
        "&changes=" + urlencode({"": '[[3,"drift",0.1]]'})[1:]
    )


def test_the_changes_of_a_record_give_the_same_data_through_a_link():
    first = run(Walk(), 5, changes=[Change(2, "drift", -4.0)], progress=False)
    text = query(Walk(), 5, [Change(**change) for change in first.stamp.changes])
    linked = parse(text, get)
    again = run(linked.model, linked.seed, changes=linked.changes, progress=False)
    assert again.data.equals(first.data)


def test_what_a_link_does_not_say_is_as_by_default():
    linked = parse("model=walk&steps=5", get)
    assert linked.model.changed() == {"steps": 5}
    assert (linked.seed, linked.changes, linked.version) == (1, [], "")
    assert (linked.refused, linked.note) == ([], "")


@pytest.mark.parametrize("text", ["", "?", "steps=5", "model=", "=walk", "&&&", "model", "%"])
def test_a_link_without_a_model_is_refused(text):
    with pytest.raises(ParameterError, match="The link names no model"):
        parse(text, get)


def test_a_link_to_an_unknown_model_is_refused_with_the_nearest():
    with pytest.raises(ParameterError, match="'wallk' is no model; did you mean 'walk'"):
        parse("model=wallk", get)


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("drift=9", "drift = '9' is not allowed: it must be a number from -5 to 5 m/s."),
        ("drift=", "drift = '' is not allowed: it must be a number from -5 to 5 m/s."),
        ("walkers=2.5", "walkers = '2.5' is not allowed: it must be a whole number from 1 to 50."),
        ("kind=cauchy", "kind = 'cauchy' is not allowed: it must be one of 'normal', 'uniform'."),
        ("seed=-1", "seed = '-1' is not allowed: it must be a whole number from 0 to "),
        ("drfit=1", "'drfit' is no parameter of 'walk'; did you mean 'drift'?"),
        ("name=x", "'name' is no parameter of 'walk'; there are drift, walkers, steps, "),
        ("steps=6", "'steps' is given more than once: '5' counts, '6' does not."),
        ("model=pair", "'model' is given more than once: 'walk' counts, 'pair' does not."),
        ("記憶=ü", "'\\u8a18\\u61b6' is no parameter of 'walk'; there are drift, "),
        ("%ff=1", "'\\ufffd' is no parameter of 'walk'; there are drift, "),
        ("label=%00", "label = '\\x00' is not allowed: it must be printable text "),
        ("changes={", "changes = '{' is not allowed: it must be a list in JSON."),
        ("changes=" + "[" * 99_999, "is not allowed: it must be a list in JSON."),
        ("changes={}", "changes = '{}' is not allowed: it must be a list in JSON."),
        ("changes=[1]", "The change 1 is not allowed: it must be frame, name and value."),
        ("changes=[[-1,\"drift\",1]]", "The change [-1, 'drift', 1] is not allowed"),
        ("changes=[[true,\"drift\",1]]", "The change [True, 'drift', 1] is not allowed"),
        ("changes=[[1,[],1]]", "The change [1, [], 1] is not allowed"),
        ("changes=[[1,\"drift\",NaN]]", "drift = nan is not allowed"),
        ("changes=[[1,\"drift\",{}]]", "drift = {} is not allowed"),
        ("changes=[[1,\"steps\",1]]", "'steps' cannot be changed while 'walk' runs."),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_and_the_rest_kept(extra, sentence):
    linked = parse(f"model=walk&steps=5&mirror=yes&{extra}", get)
    (told,) = linked.refused
    assert sentence in told
    assert linked.model.changed() == {"steps": 5, "mirror": True}
    assert (linked.seed, linked.changes) == (1, [])


def test_good_changes_are_kept_beside_refused_ones():
    listed = json.dumps([[1, "drift", 2], [2, "drift", 99], [3, "drift", 4]])
    linked = parse({"model": "walk", "changes": listed}, get)
    assert linked.changes == [Change(1, "drift", 2.0), Change(3, "drift", 4.0)]
    assert len(linked.refused) == 1


def test_values_that_do_not_go_together_are_told_and_kept():
    linked = parse("model=pair&low=0.9&high=0.1&seed=x", get)
    assert linked.model.changed() == {"low": 0.9, "high": 0.1}
    assert [told[:4] for told in linked.refused] == ["seed", "low "]


def test_a_link_of_another_version_is_noted():
    linked = parse("model=walk&version=0.0.9%0a" + "x" * 1000, get)
    assert linked.refused == []
    assert linked.note.startswith("The link was made by version '0.0.9\\nxxx")
    assert version() in linked.note and len(linked.note) < 250


def test_fields_as_a_server_gives_them_are_read():
    linked = parse({"model": [b"walk"], "steps": [b"5", b"6"], "drift": 1.5, "mirror": True}, get)
    assert linked.model.changed() == {"steps": 5, "drift": 1.5, "mirror": True}
    assert linked.refused == ["'steps' is given more than once: '5' counts, '6' does not."]


def test_a_flood_of_nonsense_is_told_in_few_sentences():
    linked = parse("model=walk&" + "&".join(f"x{n}=1" for n in range(3000)), get)
    assert len(linked.refused) == 21
    assert linked.refused[-1] == "And 2,980 more things were refused."


def test_an_endless_link_is_cut():
    linked = parse("model=walk&steps=5&label=" + "x" * 10**7 + "&walkers=2", get)
    assert linked.model.changed() == {"steps": 5}
    assert "longer than 500,000 characters" in linked.refused[0]
    assert all(len(told) < 200 for told in linked.refused)


names = st.sampled_from([*Walk.parameters(), "model", "seed", "version", "changes", "", "x"])


@given(
    fields=st.lists(st.tuples(names | st.text(), st.text() | st.floats().map(repr)), max_size=8),
    raw=st.text(alphabet="&=%;+#?[]{}\"',0123456789abcdrift ü\0"),
)
def test_any_query_is_read_or_refused_in_sentences(fields, raw):
    fields = [(a.encode(errors="replace"), b.encode(errors="replace")) for a, b in fields]
    for text in (urlencode([("model", "walk"), *fields]), f"model=walk&{raw}"):
        linked = parse(text, get)
        assert all(told.endswith((".", "?")) for told in linked.refused)
        assert not parse(query(linked.model, linked.seed, linked.changes), get).refused


def test_a_seed_that_is_not_allowed_makes_no_link():
    with pytest.raises(ParameterError, match="seed = -1"):
        query(Walk(), -1)


def test_every_parameter_of_a_model_can_be_in_a_link():
    from workbench.link import RESERVED

    for kind in (Walk, Pair, Model):
        assert not set(RESERVED) & set(kind.parameters())


def test_no_link_names_a_folder(tmp_path):
    class Reads(Walk):
        key = "reads"
        data = Folder("", doc="a folder")

    linked = parse({"model": "reads", "data": str(tmp_path), "steps": "5"}, lambda _key: Reads)
    assert (linked.model.data, linked.model.steps) == ("", 5)
    assert linked.refused == [
        f"data = {shown(str(tmp_path))} is not taken from a link: name the folder yourself."
    ]
    assert parse({"model": "reads", "data": " "}, lambda _key: Reads).refused == []
