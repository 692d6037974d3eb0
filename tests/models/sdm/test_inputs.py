"""What is stored: random words, pictures as bits, and MNIST-format files sound and damaged."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sdm.experiment import DistributedRecall
from models.sdm.inputs import (
    Words,
    count_images,
    find_images,
    image_words,
    load_images,
    picture_side,
    random_words,
    resized,
)
from workbench import ParameterError, run

MNIST = Path(__file__).parents[3].parent / "shared" / "data" / "mnist"
NAME = "train-images-idx3-ubyte"
SMALL = {"stored": 12, "address_bits": 128, "hard_locations": 1000, "access_fraction": 0.02,
         "cues": 4, "noise_levels": 3, "reads": 2}  # fmt: skip


def pixels(count=12, rows=5, columns=7):
    return np.random.default_rng(1).integers(0, 256, (count, rows, columns), dtype=np.uint8)


def idx(images, magic=2051, shape=None):
    """Return the bytes of an IDX file."""
    return struct.pack(">4I", magic, *(shape or images.shape)) + images.tobytes()


def rng(seed=1):
    return np.random.default_rng(seed)


# Files


@pytest.mark.parametrize("name", [NAME, "train-images.idx3-ubyte", "images-idx3-ubyte"])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_folder_of_digits_is_read(tmp_path, name, zipped):
    images = pixels()
    path = tmp_path / (name + ".gz" * zipped)
    path.write_bytes(gzip.compress(idx(images)) if zipped else idx(images))
    folder = str(tmp_path)
    assert find_images(folder) == path
    assert count_images(folder) == 12
    loaded = load_images(folder)
    np.testing.assert_allclose(loaded, images / 255)
    assert loaded.min() >= 0 and loaded.max() <= 1


def test_a_run_stores_the_digits_of_a_folder(tmp_path):
    (tmp_path / NAME).write_bytes(idx(pixels()))
    model = DistributedRecall(data=str(tmp_path), **SMALL)
    record = run(model, progress=False)
    assert record.complete and record.data.converged[0] > 0
    ink = model.words(rng()).bits[:, :36].mean()
    assert 0.4 < ink < 0.95  # the pixels are even noise, above a third in two of three
    with pytest.raises(ParameterError, match=r"stored = 13 .* it must be at most 12,"):
        DistributedRecall(**SMALL | {"data": str(tmp_path), "stored": 13}).validate()


def damaged():
    """Yield a name, what the file holds, whether it is zipped, and what is said."""
    whole = idx(pixels())
    packed = gzip.compress(whole)
    broken = bytearray(packed)
    broken[len(packed) // 2] ^= 0xFF
    yield "empty", b"", False, "could not be read: unpack requires"
    yield "empty zip", gzip.compress(b""), True, "could not be read: unpack requires"
    yield "header cut short", whole[:10], False, "could not be read: unpack requires"
    yield "cut short", whole[:-5], False, "is cut short: 415 of 420 pixels."
    yield "zip of a file cut short", gzip.compress(whole[:-5]), True, "is cut short: 415 of 420"
    yield "zip cut short", packed[:-20], True, "could not be read: Compressed file ended"
    yield "zip damaged inside", bytes(broken), True, "could not be read: "
    yield "zip damaged at its beginning", packed[:10] + b"\xff" * 40, True, "could not be read: "
    yield "no zip", whole, True, "could not be read: Not a gzipped file"
    yield "labels", idx(pixels(), magic=2049), False, r"is no IDX file of images \(it begins 2049"
    yield "of no rows", idx(pixels(), shape=(12, 0, 7)), False, "is no IDX file of images"
    yield "of no images", idx(pixels(0)), False, "is no IDX file of images"
    yield "too long", whole + b"more", False, "is longer than it says: 424 of 420 pixels"


@pytest.mark.parametrize(
    ("content", "zipped", "sentence"), [case[1:] for case in damaged()],
    ids=[case[0] for case in damaged()],
)  # fmt: skip
def test_a_damaged_file_is_told(tmp_path, content, zipped, sentence):
    name = NAME + ".gz" * zipped
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ParameterError, match=f"^data: {name} {sentence}") as told:
        load_images(str(tmp_path))
    assert str(told.value).endswith(".")


@pytest.mark.parametrize("folder", ["nowhere", "", "x" * 300, "a\u00e9/" * 300])
def test_a_folder_without_digits_is_told(tmp_path, folder):
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(pixels()))
    folder = str(tmp_path / folder)[:1000]
    for function in (load_images, count_images, find_images):
        with pytest.raises(ParameterError, match="^data = .* is not allowed: it must be a folder"):
            function(folder)
    with pytest.raises(ParameterError, match="^data = .* is not allowed"):
        DistributedRecall(data=folder).validate()


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ParameterError, match="^data = "):
        load_images(str(tmp_path / "file"))


@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST files are not beside this checkout")
def test_mnist_itself_is_stored_and_recalled():
    assert count_images(str(MNIST)) == 60_000
    values = {"data": str(MNIST), "stored": 20, "hard_locations": 20_000,
              "access_fraction": 0.003, "noise_levels": 3, "cues": 8}  # fmt: skip
    data = run(DistributedRecall(**values), progress=False).data
    assert data.converged[0] == 1.0
    assert 0.05 < data.pictures[-1].mean() < 0.5


def test_the_built_in_digits():
    images = load_images()
    assert images.shape == (count_images(), 8, 8)
    assert images.min() == 0 and images.max() == 1


# Words


def test_random_words_are_random():
    words = random_words(400, 300, 5, rng())
    assert words.bits.shape == (400, 300) and words.bits.dtype == bool and words.side == 5
    assert abs(words.bits.mean() - 0.5) < 0.01
    apart = [(words.bits[i] != words.bits[i + 1]).mean() for i in range(399)]
    assert abs(np.mean(apart) - 0.5) < 0.01


def test_a_word_begins_with_its_picture_row_by_row():
    word = np.arange(30) % 2 == 0
    picture = Words(word[None], 5).picture(word)
    assert picture.shape == (5, 5) and picture.dtype == np.uint8
    assert picture.ravel().tolist() == word[:25].astype(int).tolist()


@given(bits=st.integers(64, 10_000), share=st.floats(0.05, 1.0))
def test_a_picture_is_the_largest_square_in_its_share(bits, share):
    side = picture_side(bits, share)
    assert side >= 2 and side**2 <= bits
    assert side == 2 or side**2 <= bits * share
    assert (side + 1) ** 2 > int(bits * share)


def test_pictures_are_chosen_once_each_and_followed_by_random_context():
    images = np.zeros((10, 4, 4))
    for number, image in enumerate(images):
        image.ravel()[number] = 1.0
    words = image_words(images, 10, 200, 4, False, rng())
    assert (words.bits[:, :16].sum(axis=1) == 1).all()
    assert sorted(words.bits[:, :16].argmax(axis=1)) == list(range(10))
    assert abs(words.bits[:, 16:].mean() - 0.5) < 0.03
    other = image_words(images, 10, 200, 4, False, rng(2))
    assert not (other.bits == words.bits).all()


def test_ink_is_above_a_third_and_balanced_pixels_above_their_median():
    ink = np.linspace(0, 1, 10)
    images = np.tile(ink[:, None, None], (1, 2, 2))
    plain = image_words(images, 10, 4, 2, False, rng()).bits
    assert plain.all(axis=1).sum() == (ink > 1 / 3).sum() == 6
    balanced = image_words(images, 10, 4, 2, True, rng()).bits
    assert balanced.all(axis=1).sum() == (ink > 0.5).sum() == 5
    np.testing.assert_array_equal(balanced.any(axis=1), balanced.all(axis=1))


@pytest.mark.parametrize("side", [2, 5, 8, 17, 28])
def test_pictures_are_resized(side):
    images = load_images()[:5]
    after = resized(images, side)
    assert after.shape == (5, side, side)
    assert after.min() >= 0 and after.max() <= 1
    np.testing.assert_allclose(after[:, [0, 0, -1, -1], [0, -1, 0, -1]],
                               images[:, [0, 0, -1, -1], [0, -1, 0, -1]], atol=1e-12)  # fmt: skip
    np.testing.assert_allclose(resized(np.full((1, 8, 8), 0.7), side), 0.7)
    if side == 8:
        np.testing.assert_array_equal(after, images)


def test_pictures_that_are_no_squares_become_squares():
    assert resized(np.zeros((2, 5, 9)), 6).shape == (2, 6, 6)
