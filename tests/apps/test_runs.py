"""The runs page: what is found, shown and done, without a browser."""

import datetime
import json
import uuid
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import panel as pn
import pytest
from toys import Walk

import models
import workbench
from apps.runs.page import PAGE, Runs, runs_page
from apps.runs.words import beside, special, valued
from workbench import Change, Record
from workbench.link import parse
from workbench.store import Store

DAY = "2026-11-2{}T12:00:00+00:00"


@pytest.fixture(autouse=True)
def walk(monkeypatch):
    monkeypatch.setitem(models.REGISTRY, "walk", "toys:Walk")


@pytest.fixture
def add(store):
    """Return a function that stores a run of the toy model, its stamp changed, and gives its id."""

    def store_run(seed=1, values=None, changes=(), **stamp):
        run = workbench.run(Walk(**(values or {})), seed, progress=False)
        stamp = {"id": uuid.uuid4().hex[:12], **stamp}
        changed = replace(run.stamp, changes=list(changes), **stamp)
        store.add(Record(run.data, changed))
        return changed.id

    return store_run


def view(runs):
    return json.loads(runs.list.view)


def seeds(runs):
    return [row["seed"] for row in view(runs)["rows"]]


def act(runs, what, **more):
    runs.list._handle_msg({"act": what, **more})
    return view(runs)


def test_an_empty_store_says_what_to_do_next(store):
    shown = view(Runs(store))
    assert (shown["all"], shown["rows"], shown["trashed"]) == (0, [], 0)
    assert [one["href"] for one in shown["start"]] == ["/lab?model=spass", "/lab?model=sdm"]
    assert shown["disk"] == "0 records take 0 B. The trash is empty."


def test_a_record_says_what_is_special_about_it(store, add):
    add(seed=5, values={"drift": 1.5, "mirror": True}, tags=["a", "b"], note="look")
    (row,) = view(Runs(store))["rows"]
    assert row["title"] == "Random walk" and row["seed"] == 5
    assert row["special"] == "drift 1.5 m/s, mirror on"
    assert (row["tags"], row["note"], row["status"]) == (["a", "b"], "look", "")
    assert row["facts"].startswith("ran 0.") and row["facts"].endswith("kB")


def test_values_in_words():
    assert special("walk", Walk().values()) == "all values at default"
    assert special("gone", {"x": 1}) == "This workbench has no such model."
    assert valued("walk", "label", "") == "label empty"
    assert valued("walk", "label", "x" * 90) == f"label {'x' * 59}…"
    assert valued("walk", "old_name", 3) == "old name 3"


def test_the_newest_come_first_page_by_page(store, add):
    for n in range(PAGE + 3):
        add(seed=n, values={"steps": 1}, created=f"2026-11-20T12:00:{n:02d}+00:00")
    runs = Runs(store)
    assert seeds(runs) == list(range(PAGE + 2, 2, -1))
    assert act(runs, "turn", to=PAGE)["first"] == PAGE
    assert seeds(runs) == [2, 1, 0]
    assert act(runs, "turn", to=900)["first"] == PAGE
    assert act(runs, "turn", to=-900)["first"] == 0


def test_filters_go_together(store, add):
    first = add(seed=1, created=DAY.format(1), tags=["kept"])
    add(seed=2, created=DAY.format(2), values={"drift": 2.0}, tags=["kept"])
    add(seed=3, created=DAY.format(3), values={"drift": 2.0})
    runs = Runs(store)
    assert act(runs, "filter", name="tag", value="kept")["found"] == 2
    assert act(runs, "filter", name="where", value="drift=2")["found"] == 1
    assert seeds(runs) == [2]
    assert act(runs, "clear")["found"] == 3
    assert act(runs, "filter", name="model", value="sdm")["found"] == 0
    act(runs, "clear")
    act(runs, "filter", name="until", value="2026-11-22")
    assert seeds(runs) == [2, 1]
    act(runs, "filter", name="since", value="2026-11-22")
    assert seeds(runs) == [2]
    assert view(runs)["models"] == {"walk": "Random walk"} and view(runs)["tags"] == ["kept"]
    assert first not in [row["id"] for row in view(runs)["rows"]]


def test_a_day_begins_and_ends_where_the_server_is(store, add):
    here = datetime.datetime(2026, 11, 21).astimezone()
    for seed, seconds in ((1, -1), (2, 0), (3, 86_399), (4, 86_400)):
        when = (here + datetime.timedelta(seconds=seconds)).astimezone(datetime.UTC)
        add(seed=seed, created=when.isoformat(timespec="seconds"))
    assert seeds(Runs(store, {"since": "2026-11-21", "until": "2026-11-21"})) == [3, 2]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"where": "drft=2"}, "No record has a parameter 'drft': did you mean drift?"),
        ({"since": "yesterday"}, "since = 'yesterday' is no day: write it as in 2026-05-31."),
    ],
)
def test_what_cannot_be_read_is_told_and_shows_nothing(store, add, asked, sentence):
    add()
    shown = view(Runs(store, asked))
    assert (shown["wrong"], shown["found"], shown["all"]) == (sentence, 0, 1)


def test_the_address_names_the_filter_and_nothing_else(store, add):
    add(tags=["x"])
    runs = Runs(store, {"tag": "x", "store": "/etc", "first": "9"})
    assert view(runs)["filter"] == {"model": "", "tag": "x", "since": "", "until": "", "where": ""}
    assert runs.store is store and view(runs)["found"] == 1


def test_several_deleted_records_are_brought_back_one_by_one(store, add):
    ids = [add(seed=n, created=DAY.format(n)) for n in (1, 2, 3)]
    runs = Runs(store)
    for id in ids[:2]:
        shown = act(runs, "delete", id=id)
    assert shown["said"] == "Deleted Random walk, seed 2." and not shown["alarm"]
    assert [one["text"] for one in shown["undo"]] == ["Random walk, seed 2", "Random walk, seed 1"]
    assert seeds(runs) == [3] and shown["trashed"] == 2
    assert shown["disk"].startswith("1 record takes ")
    assert "; 2 deleted records take " in shown["disk"]
    act(runs, "restore", file=shown["undo"][1]["file"])
    assert seeds(runs) == [3, 1]
    shown = act(runs, "restore", file=shown["undo"][0]["file"])
    assert seeds(runs) == [3, 2, 1] and shown["undo"] == []
    assert shown["said"] == "Random walk, seed 2 is back."


def test_undo_outlives_the_page_in_the_trash(store, add):
    runs = Runs(store)
    act(runs, "delete", id=add(seed=4))
    later = Runs(Store(store.folder))
    (one,) = view(later)["trash"]
    assert one["text"] == "Random walk, seed 4" and view(later)["undo"] == []
    act(later, "restore", file=one["file"])
    assert seeds(later) == [4]


def test_the_trash_is_emptied(store, add):
    runs = Runs(store)
    act(runs, "delete", id=add())
    shown = act(runs, "empty")
    assert (shown["trashed"], shown["undo"], store.size) == (0, [], 0)
    assert shown["said"] == "1 deleted record removed for good."


def test_tags_and_notes_are_kept(store, add):
    id = add()
    runs = Runs(store)
    act(runs, "tag", id=id, text="one, two words")
    assert act(runs, "note", id=id, text="first\nsecond")["rows"][0]["note"] == "first\nsecond"
    assert act(runs, "untag", id=id, text="one")["rows"][0]["tags"] == ["two words"]
    assert store.find(id).tags == ["two words"]


@pytest.mark.parametrize(
    "wish",
    [
        {"act": "delete", "id": "nothing"},
        {"act": "tag", "id": "../../etc/passwd", "text": "x"},
        {"act": "restore", "file": "../runs.nc"},
    ],
)
def test_what_is_not_in_the_store_is_told_and_nothing_happens(store, add, wish):
    add()
    runs = Runs(store)
    runs.act(wish)
    assert view(runs)["alarm"] and view(runs)["said"].startswith("There is no record")
    assert view(runs)["found"] == 1


def test_a_wish_that_there_is_not_changes_nothing(store, add):
    add()
    runs = Runs(store)
    before = view(runs)
    runs.list._handle_msg("nonsense")
    runs.act({"act": "refresh"})
    assert view(runs) == before


def test_two_to_four_records_of_one_model_can_be_compared(store, add):
    ids = [add(seed=n, created=DAY.format(n)) for n in range(1, 6)]
    runs = Runs(store)
    assert view(runs)["why"] == "Choose two to four records of one model."
    assert act(runs, "choose", id=ids[0], on=True)["why"].startswith("One is chosen")
    shown = act(runs, "choose", id=ids[1], on=True)
    assert (shown["why"], shown["compare"]) == ("", f"/compare?runs={ids[0]},{ids[1]}")
    for id in ids[2:]:
        shown = act(runs, "choose", id=id, on=True)
    assert (shown["compare"], shown["why"]) == ("", "5 are chosen: at most 4 can be compared.")
    shown = act(runs, "delete", id=ids[0])
    assert shown["compare"] == f"/compare?runs={','.join(ids[1:])}"
    assert act(runs, "unchoose")["chosen"] == []


def test_records_of_two_models_cannot_be_compared(store, add):
    pair = [add(), add(model="other", title="Another")]
    runs = Runs(store)
    for id in pair:
        act(runs, "choose", id=id, on=True)
    told = "These are of 2 models (Random walk, Another): choose records of one."
    assert (view(runs)["why"], view(runs)["compare"]) == (told, "")
    act(runs, "unchoose")
    for id in (pair[1], add(model="other", title="Another")):
        act(runs, "choose", id=id, on=True)
    assert "no model other" in view(runs)["why"]


def test_one_click_repeats_a_record_with_its_seed_and_values(store, add):
    changes = [{"frame": 1, "name": "drift", "value": 2.0}]
    id = add(seed=9, values={"drift": -1.0, "label": "a&b=c"}, changes=changes)
    (row,) = view(Runs(store))["rows"]
    address = urlsplit(row["again"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == "/lab" and asked.pop("beside") == id
    linked = parse(asked, models.get)
    assert linked.model.values() == Walk(drift=-1.0, label="a&b=c").values()
    assert (linked.seed, linked.refused) == (9, [])
    assert linked.changes == [Change(1, "drift", 2.0)]


def test_a_run_that_cannot_be_repeated_says_why(store, add):
    add(model="gone")
    add(parameters={"drift": 99.0})
    gone, wild = sorted(store.list(), key=lambda entry: entry.model)
    assert beside(gone) == (
        "",
        "The run cannot be repeated here: this workbench has no such model.",
    )
    assert "drift = 99.0 is not allowed" in beside(wild)[1]
    add(parameters={f"old_{n}": n for n in range(5)}, seed=8)
    (old,) = [entry for entry in store.list() if entry.seed == 8]
    assert beside(old)[1].endswith("no longer has old 0, old 1, old 2 and 2 more parameters.")


def test_a_file_that_is_no_record_is_told_and_can_be_deleted(store, add):
    add()
    (store.folder / "broken.nc").write_text("no record")
    runs = Runs(store)
    row = next(row for row in view(runs)["rows"] if not row["readable"])
    assert row["id"] == row["title"] == "broken.nc" and "is damaged" in row["status"]
    assert act(runs, "delete", id="broken.nc")["undo"][0]["text"] == "broken.nc"


def test_partial_runs_say_so(store, add):
    add(status="partial: stopped")
    assert view(Runs(store))["rows"][0]["status"] == "partial: stopped"


def test_a_store_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    shown = view(Runs(Store(tmp_path / "file")))
    assert shown["alarm"] and "cannot be listed" in shown["said"]


def test_a_page_is_made_for_a_server(store):
    class Desk:
        pass

    desk = Desk()
    desk.store = store
    made = runs_page(desk)
    assert isinstance(made, pn.viewable.Viewable)
    assert made.meta.title == "Runs - Engram Workbench"
