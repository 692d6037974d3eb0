"""The gallery's page: a card for each model, found by its words, with a picture that speaks."""

import html
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import tornado.httpclient
from bokeh.server.server import Server
from PIL import Image

import models
import workbench
from apps import pictures
from apps.drawing.palette import DARK, LIGHT
from apps.gallery.page import card, family, gallery, plain, words
from apps.gallery.plain import Plain

every_model = pytest.mark.parametrize("key", models.names())


class Reader(HTMLParser):
    """Collects links, pictures and the tags that are left open."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "input", "source"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag, **attributes):
        return [a for t, a in self.found if t == tag and attributes.items() <= a.items()]


@pytest.fixture(scope="module")
def made():
    return Reader(gallery())


def test_the_page_is_whole_and_asks_nothing_of_others(made):
    assert made.open == []
    assert not re.search(r"(src|href)=['\"]?(https?:)?//", gallery())
    assert made.all("script", src=None) == [] and len(gallery()) < 40_000
    assert [a["href"] for a in made.all("a")][:2] == ["./", "./lab"]


def test_every_model_has_a_card_under_its_family(made):
    assert [a["href"] for a in made.all("a", **{"class": "card"})] == [
        f"lab?model={key}" for key in models.names()
    ]
    headings = re.findall(r"<h2>(.*?)</h2>", gallery())
    assert headings == list(
        dict.fromkeys(html.escape(family(models.get(k))) for k in models.names())
    )
    assert "Sparse distributed memory" in headings and "Plasticity" in headings


@every_model
def test_a_card_says_title_line_source_and_pace(key):
    model, text = models.get(key), html.unescape(card(key))
    source = model.references[0]
    assert model.title in text and model.summary in text
    assert f"{source.authors.split(',')[0].split(' ')[0]} {source.year}, " in text
    assert text.count("runs seconds") + text.count("runs minutes") + text.count("drag") == 1


@every_model
def test_a_model_is_found_by_what_it_is_about(key):
    model, found = models.get(key), words(models.get(key))
    for text in (model.title, model.summary, model.__doc__, family(model)):
        assert set(re.findall(r"[\w-]+", plain(text))) <= set(found)
    for reference in model.references:
        assert str(reference.year) in found
    assert len(found) == len(set(found))


def test_accents_and_capitals_do_not_matter():
    assert plain("Tomé & WÖRGÖTTER, Straße") == "tome & worgotter, strasse"
    assert "tome" in words(models.get("dynamic_engram"))


@every_model
def test_a_picture_is_there_for_light_and_dark_and_says_what_it_shows(key, made):
    (source,) = [s for s in made.all("source") if f"/{key}-dark.png" in s["srcset"]]
    (image,) = [i for i in made.all("img") if f"/{key}.png" in i["src"]]
    assert image["alt"] == pictures.text_of(key) and re.search(r"\d.*\.$", image["alt"])
    assert re.search(r"\?v=[0-9a-f]{3,8}$", image["src"]) and source["class"] == "dark"
    for ground, paper in (("light", LIGHT.paper), ("dark", DARK.paper)):
        path = pictures.path_of(key, ground)
        assert path.stat().st_size < 50_000
        with Image.open(path) as picture:
            assert picture.size == (640, 400)
            corner = picture.convert("RGB").getpixel((1, 1))
        assert np.abs(np.subtract(corner, list(bytes.fromhex(paper[1:])))).max() <= 2


def test_a_picture_is_drawn_from_the_record_for_both_grounds(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(pictures, "text_of", pictures.text_of.__wrapped__)
    model = models.get("spass")
    record = workbench.run(model(duration=1.0), seed=1, progress=False)
    paths = list(pictures.make(record, model))
    assert [path.name for path in paths] == ["spass.png", "spass-dark.png"]
    assert pictures.text_of("spass") == model.observables[0].reading(record.data)
    assert pictures.text_of("nothing") == ""
    light, dark = (np.asarray(Image.open(path).convert("L"), float) for path in paths)
    assert light.mean() > 200 and dark.mean() < 60
    assert list(pictures.make(record, model))[0].read_bytes() == paths[0].read_bytes()


# Served


@pytest.fixture
def address():
    server = Server({}, port=0, extra_patterns=[("/", Plain, {"make": gallery})])
    server.start()
    yield f"http://localhost:{server.port}/", server.io_loop
    server.stop()
    server.unlisten()


def fetch(address, **headers):
    url, loop = address
    client = tornado.httpclient.AsyncHTTPClient()
    return loop.run_sync(lambda: client.fetch(url, headers=headers, raise_error=False))


def test_the_page_is_served_without_a_session_or_a_cookie(address):
    answer = fetch(address)
    assert answer.code == 200 and answer.body.decode() == gallery()
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"


def test_a_browser_that_has_the_page_is_not_sent_it_again(address):
    headers = fetch(address).headers
    assert headers["Cache-Control"] == "no-cache"  # kept, but asked for before it is shown
    again = fetch(address, **{"If-None-Match": headers["Etag"]})
    assert again.code == 304 and not again.body
