"""A picture that a person brings: its bits exactly, and every file that is none refused."""

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import models
from apps.commands.execute import configured
from apps.lab.picture_field import PictureField
from apps.lab.upload import LARGEST, otsu, picture_bits, preview, value_of_file
from workbench import ParameterError, Picture

PARAMETER = Picture("A" * 96, doc="a picture")
PARAMETER.name = "picture"
DRAWN = np.zeros((24, 24), bool)
DRAWN[4:20, 6:10] = DRAWN[15:20, 6:20] = True  # an L


def file_of(image, kind="PNG", **options):
    written = io.BytesIO()
    image.save(written, format=kind, **options)
    return written.getvalue()


def drawing(times=1, paper=255, ink=0):
    shades = np.where(np.kron(DRAWN, np.ones((times, times))), ink, paper)
    return Image.fromarray(shades.astype(np.uint8))


# What becomes of a picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("times", [1, 5, 40])
def test_a_drawing_comes_back_bit_by_bit(kind, times):
    content = file_of(drawing(times), kind, **{"quality": 95} if kind == "JPEG" else {})
    np.testing.assert_array_equal(picture_bits(content, 24), DRAWN)


@pytest.mark.parametrize(("paper", "ink"), [(200, 190), (255, 254), (130, 0)])
def test_ink_is_what_is_darker_however_faint(paper, ink):
    content = file_of(drawing(3, paper, ink))
    np.testing.assert_array_equal(picture_bits(content, 24), DRAWN)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_a_picture_may_have_any_colours(mode):
    image = drawing(2, paper=200, ink=170) if mode == "I;16" else drawing(2)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    content = file_of(image, "JPEG" if mode == "CMYK" else "PNG")
    np.testing.assert_array_equal(picture_bits(content, 24), DRAWN)


def test_what_is_clear_shows_the_white_paper():
    clear = Image.new("RGBA", (24, 24), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 12, 24))
    assert picture_bits(file_of(clear), 24)[:, :12].all()
    assert not picture_bits(file_of(clear), 24)[:, 12:].any()


def test_a_picture_is_fitted_whole_on_white_paper():
    wide = Image.new("L", (240, 120), 0)
    bits = picture_bits(file_of(wide), 24)
    assert bits[6:18].all() and not bits[:6].any() and not bits[18:].any()


def test_a_photograph_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    content = file_of(drawing(10), "JPEG", exif=exif, quality=95)
    np.testing.assert_array_equal(picture_bits(content, 24), np.rot90(DRAWN, -1))


def test_of_an_animation_the_first_frame_counts():
    blank = Image.new("L", (24, 24), 255)
    content = file_of(drawing(), "GIF", save_all=True, append_images=[blank])
    np.testing.assert_array_equal(picture_bits(content, 24), DRAWN)


@given(st.lists(st.integers(0, 255), min_size=2, max_size=60).filter(lambda v: len(set(v)) > 1))
def test_the_threshold_is_otsus(values):
    """Compared with the definition: the largest variance between the two groups."""
    grey = np.array(values, np.uint8)

    def between(threshold):
        dark, light = grey[grey <= threshold].astype(float), grey[grey > threshold].astype(float)
        if not dark.size or not light.size:
            return 0.0
        return dark.size * light.size * (dark.mean() - light.mean()) ** 2

    best = max(between(threshold) for threshold in range(256))
    assert between(otsu(grey)) == pytest.approx(best)


def test_the_preview_is_the_bits_in_black_and_white():
    with Image.open(io.BytesIO(preview(DRAWN))) as shown:
        np.testing.assert_array_equal(np.asarray(shown), np.where(DRAWN, 0, 255))


# What is refused


def bomb(wide, high):
    """Return a PNG that says it is large and holds next to nothing."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


WHOLE = file_of(drawing(40).convert("RGB"))
REFUSED = {
    "empty": (b"", "is empty"),
    "large": (b"\x89PNG" + bytes(LARGEST), "has 2.0 MB: a picture may have at most 2 MB."),
    "text": (b"this is no picture", "is no picture that can be read: it must be PNG, JPEG, GIF or"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture that can be read"),
    "bmp": (file_of(drawing(), "BMP"), "is no picture that can be read"),
    "tiff": (file_of(drawing(), "TIFF"), "is no picture that can be read"),
    "cut": (WHOLE[: len(WHOLE) // 2], "is damaged or cut short"),
    "cut jpeg": (file_of(drawing(40), "JPEG")[:700], "is damaged or cut short"),
    "bomb": (bomb(30_000, 30_000), "has far too many pixels: a picture may have at most 16 mi"),
    "large bomb": (bomb(10_000, 10_000), "has 10,000 x 10,000 pixels: a picture may have at most "),
    "medium": (bomb(4001, 4000), "has 4,001 x 4,000 pixels"),
    "hollow": (bomb(4000, 4000), "is damaged or cut short"),
    "flat": (file_of(Image.new("RGB", (30, 30), "white")), "has one shade only"),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=list(REFUSED))
def test_a_file_that_is_no_picture_is_refused_in_a_sentence(content, why):
    with pytest.raises(ParameterError) as error:
        picture_bits(content, 24, "drawing.png")
    sentence = str(error.value)
    assert sentence.startswith(f"'drawing.png' {why}") and sentence.endswith(".")
    assert "\n" not in sentence and len(sentence) < 150


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_damage_gives_bits_or_a_sentence(kind, data):
    content = bytearray(file_of(drawing(2).convert("RGB"), kind))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        assert picture_bits(content, 24).shape == (24, 24)
    except ParameterError as error:
        assert str(error).endswith(".")


# In a file, and in the page


def test_a_file_gives_the_value_of_a_parameter(tmp_path):
    path = tmp_path / "drawing.gif"
    path.write_bytes(file_of(drawing(), "GIF"))
    np.testing.assert_array_equal(Picture.bits(value_of_file(path, PARAMETER)), DRAWN)


def test_a_flag_may_name_a_file_or_spell_the_picture(tmp_path):
    path = tmp_path / "drawing.webp"
    path.write_bytes(file_of(drawing(), "WEBP", lossless=True))
    sdm, spelled = models.get("sdm"), PARAMETER.spell(DRAWN)
    for written in (str(path), spelled):
        assert configured(sdm, None, {}, (f"picture={written}",)).picture == spelled
        assert configured(sdm, None, {"value_picture": written}, ()).picture == spelled
    with pytest.raises(ParameterError, match=r"or the name of a file \(No such file"):
        configured(sdm, None, {}, ("picture=none.png",))


@pytest.mark.parametrize("name", ["none.png", ".", "a\0b.png", "x" * 300 + ".png"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises(ParameterError, match="is not allowed: it must be a picture of 24 x 24"):
        value_of_file(tmp_path / name, PARAMETER)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)  # sparse: it takes no place
    with pytest.raises(ParameterError, match=r"'huge.png' has 3000.0 MB"):
        value_of_file(path, PARAMETER)


def told(content, **more):
    data = base64.b64encode(content).decode()
    return {"name": "drawing.png", "size": len(content), "data": data} | more


@pytest.fixture
def field():
    said = []
    field = PictureField(PARAMETER, "A" * 96, "your picture", said.append)
    return field, said


def test_an_upload_shows_its_bits_and_becomes_the_value(field):
    field, said = field
    field.take(told(WHOLE))
    np.testing.assert_array_equal(Picture.bits(field.value), DRAWN)
    assert said == [""]
    assert field._button.said == f"{DRAWN.sum()} of 576 bits are on."
    assert field._button.source.startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("what", "why"),
    [(told(b"text"), "is no picture"), (told(b""), "is empty"),
     (told(b"", size=LARGEST + 1), "has 2.0 MB"),
     (told(bytes(LARGEST + 1), size=3), "has 2.0 MB"), (told(WHOLE[:50]), "is damaged")],
    ids=["text", "empty", "large", "larger than it said", "cut"],
)  # fmt: skip
def test_a_refused_upload_leaves_the_old_picture(field, what, why):
    field, said = field
    field.take(told(WHOLE))
    before, shown = field.value, field._button.source
    field.take(what)
    assert (field.value, field._button.source) == (before, shown)
    assert said[0] == "" and len(said) == 2
    assert said[1].startswith(f"'drawing.png' {why}") and said[1].endswith(".")
