"""Data sets: read from folders or fetched, prepared as published and as they should be."""

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.enn.dataset import Part
from models.enn.housing import COLUMNS, FEATURES
from models.enn.images import SETS
from models.enn.loading import NAMES, load
from models.enn.sources import VARIABLE, File, cache, fetched
from workbench import ParameterError

DATA = Path(__file__).parents[3].parent / "shared" / "data"
PARTS = ("train", "validation", "test")


def needs(name):
    return pytest.mark.skipif(not (DATA / name).is_dir(), reason=f"no {name} beside this checkout")


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """Neither the user's folders nor a network."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("ENGRAM_WORKBENCH_CACHE", str(tmp_path / "cache"))

    def unreachable(*arguments, **options):
        import requests

        raise requests.ConnectionError("no network in tests")

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", unreachable)


def rng(seed=0):
    return np.random.default_rng(seed)


def rows(part):
    """Return the sequences of a part, each as bytes."""
    return [x.tobytes() for x in part.x]


def write_idx(folder, name, values, zipped=True):
    head = struct.pack(f">{1 + values.ndim}I", 2048 + values.ndim, *values.shape)
    held = head + values.astype(np.uint8).tobytes()
    path = folder / (name + ".gz" * zipped)
    path.write_bytes(gzip.compress(held) if zipped else held)


def write_mnist(folder, train=200, test=40, zipped=True):
    """Write a small MNIST, and return its training and test pictures and labels."""
    folder.mkdir(exist_ok=True, parents=True)
    parts = []
    for name, count in (("train", train), ("t10k", test)):
        pictures = rng(count).integers(0, 256, (count, 4, 5), dtype=np.uint8)
        labels = np.arange(count) % 10
        write_idx(folder, f"{name}-images-idx3-ubyte", pictures, zipped)
        write_idx(folder, f"{name}-labels-idx1-ubyte", labels, zipped)
        parts.append(Part(pictures, labels))
    return parts


# Pictures


@pytest.mark.parametrize("preprocessing", ["paper", "sound"])
def test_the_digits_need_no_files(preprocessing):
    data = load(preprocessing=preprocessing)
    assert [len(getattr(data, part).x) for part in PARTS] == [1293, 144, 360]
    assert data.features == 8 and data.outputs == 10 and data.train.x.shape[1] == 8
    assert data.train.x.dtype == np.float32 and data.train.y.dtype == np.int64
    assert not set(rows(data.train)) & set(rows(data.validation))
    again = load(preprocessing=preprocessing, seed=0)
    np.testing.assert_array_equal(again.train.x, data.train.x)
    other = load(preprocessing=preprocessing, seed=1)
    assert (other.train.y == data.train.y).all() == (preprocessing == "paper")


def test_a_sound_preparation_sees_training_alone(tmp_path):
    (x, y), (x_test, y_test) = write_mnist(tmp_path / "mnist")
    data = load("mnist", tmp_path)
    assert data.train.x.mean() == pytest.approx(0, abs=1e-5)
    assert data.train.x.std() == pytest.approx(1, abs=1e-5)
    assert np.bincount(data.validation.y).tolist() == [2] * 10
    assert (data.test.y == y_test).all()
    # Validation and test went through the same line as training: one slope, one offset.
    both = np.concatenate([data.train.x, data.validation.x])
    slope, offset = np.polyfit(x_test.ravel(), data.test.x.ravel(), 1)
    np.testing.assert_allclose(data.test.x, x_test * slope + offset, atol=1e-5)
    expected = np.sort((x * slope + offset).reshape(len(x), -1).sum(1))
    np.testing.assert_allclose(np.sort(both.reshape(len(x), -1).sum(1)), expected, rtol=1e-4)
    assert "seed 0" in data.preprocessing and "MNIST" in data.source


def test_the_published_preparation_of_mnist(tmp_path):
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import MinMaxScaler

    (x, y), (x_test, y_test) = write_mnist(tmp_path / "mnist")
    data = load("mnist", tmp_path, "paper", seed=9)
    scaler = MinMaxScaler().fit(x.reshape(len(x), -1).astype(np.float32) / np.float32(255))
    scaled, scaled_test = (
        scaler.transform(part.reshape(len(part), -1).astype(np.float32) / np.float32(255))
        for part in (x, x_test)
    )
    parts = train_test_split(scaled.reshape(x.shape), y, test_size=0.1, random_state=42)
    for ours, theirs in zip(
        (data.train.x, data.validation.x, data.train.y, data.validation.y), parts, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(data.test.x, scaled_test.reshape(x_test.shape))
    assert "as published" in data.preprocessing


@pytest.mark.parametrize("zipped", [True, False])
def test_where_files_may_be(tmp_path, monkeypatch, zipped):
    write_mnist(tmp_path / "own", zipped=zipped)
    write_mnist(tmp_path / "all" / "fashion-mnist", train=300)
    write_mnist(tmp_path / "all" / "mnist", train=100)
    assert len(load("mnist", tmp_path / "own").train.x) == 180
    assert len(load("fashion-mnist", tmp_path / "all").train.x) == 270
    monkeypatch.setenv(VARIABLE, str(tmp_path / "all"))
    assert len(load("mnist").train.x) == 90
    assert len(load("mnist", tmp_path / "own").train.x) == 180  # the argument goes first
    assert load("fashion-mnist").classes[9] == "ankle boot"
    write_mnist(tmp_path / "all", train=500)
    assert len(load("mnist", tmp_path / "all").train.x) == 90  # the folder of its name goes first


def test_files_that_do_not_go_together(tmp_path):
    write_mnist(tmp_path)
    write_idx(tmp_path, "train-labels-idx1-ubyte", np.arange(199) % 10)
    with pytest.raises(ParameterError, match=r"train-\* of mnist have 200 images and 199 labels"):
        load("mnist", tmp_path)
    write_idx(tmp_path, "train-labels-idx1-ubyte", np.arange(200) % 11)
    with pytest.raises(ParameterError, match="has the label 10; labels must be below 10"):
        load("mnist", tmp_path)
    write_idx(tmp_path, "train-labels-idx1-ubyte", np.zeros((5, 4, 5)))
    with pytest.raises(
        ParameterError, match=r"train-labels.* is no IDX file of labels \(it begins 2051"
    ):
        load("mnist", tmp_path)
    path = tmp_path / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(struct.pack(">2I", 2049, 200) + bytes(150)))
    with pytest.raises(ParameterError, match="is cut short: 150 of 200 labels"):
        load("mnist", tmp_path)
    write_mnist(tmp_path, train=20)
    with pytest.raises(ParameterError, match="20 samples cannot be divided, 10% held out"):
        load("mnist", tmp_path)


@needs("mnist")
def test_mnist_itself():
    data = load("mnist", DATA, "paper")
    assert [getattr(data, part).x.shape for part in PARTS] == [
        (54_000, 28, 28), (6000, 28, 28), (10_000, 28, 28),
    ]  # fmt: skip
    counts = np.bincount(data.train.y) + np.bincount(data.validation.y)
    assert counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert data.train.x.min() == 0 and data.train.x.max() == 1


@needs("fashion-mnist")
def test_fashion_mnist_itself():
    data = load("fashion-mnist", DATA)
    assert np.bincount(data.test.y).tolist() == [1000] * 10
    assert np.bincount(data.validation.y).tolist() == [600] * 10


# CIFAR-10


def write_tar(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, held in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(held)
            archive.addfile(member, io.BytesIO(held))


def cifar(count=20):
    """Return some pictures (planes of red, green, blue) of each batch of CIFAR-10, and labels."""
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    return {
        name: (rng(place).integers(0, 256, (count, 3072), dtype=np.uint8), np.arange(count) % 10)
        for place, name in enumerate(names)
    }


def old_pickle(planes, labels):
    """Return a batch as Python 2 and its numpy pickled the original ones."""

    def text(held):
        return b"T" + struct.pack("<i", len(held)) + held

    def whole(*numbers):
        return b"".join(b"J" + struct.pack("<i", number) for number in numbers)

    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + whole(0) + b"\x85"
    array += text(b"b") + b"\x87R(" + whole(1, *planes.shape) + b"\x86"
    array += b"cnumpy\ndtype\n" + text(b"u1") + whole(0, 1) + b"\x87R("
    array += whole(3) + text(b"|") + b"NNN" + whole(-1, -1, 0) + b"tb\x89"
    array += text(planes.tobytes()) + b"tb"
    batch = text(b"data") + array + text(b"labels") + b"](" + whole(*labels.tolist()) + b"e"
    return b"\x80\x02}(" + batch + b"u."


def new_pickle(planes, labels):
    """Return a batch as Python pickles it today."""
    return pickle.dumps({b"data": planes, b"labels": labels.tolist()}, protocol=2)


@pytest.mark.parametrize("pickled", [None, old_pickle, new_pickle])
def test_cifar_is_rows_of_pixels(tmp_path, pickled):
    batches = cifar()
    kind = "python" if pickled else "binary"
    if pickled is None:
        files = {
            f"cifar-10-batches-bin/{name}.bin": np.column_stack([y.astype(np.uint8), x]).tobytes()
            for name, (x, y) in batches.items()
        }
    else:
        files = {f"cifar-10-batches-py/{name}": pickled(*one) for name, one in batches.items()}
    write_tar(tmp_path / f"cifar-10-{kind}.tar.gz", files)
    data = load("cifar10", tmp_path, "paper")
    assert data.train.x.shape == (100, 32, 96) and data.test is data.validation
    planes, labels = batches["data_batch_2"]
    assert (data.train.y[20:40] == labels).all() and data.classes[0] == "airplane"
    row, column, colour = 5, 11, 2
    seen = data.train.x[20:40, row, 3 * column + colour]
    np.testing.assert_allclose(seen * 255, planes[:, colour * 1024 + row * 32 + column], rtol=1e-6)
    sound = load("cifar10", tmp_path)
    assert len(sound.train.x) == 90 and len(sound.validation.x) == 10 and len(sound.test.x) == 20
    colours = sound.train.x.reshape(-1, 3)
    np.testing.assert_allclose(colours.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(colours.std(0), 1, atol=1e-4)


def jpeg(size=32, colour=(200, 30, 90)):
    file = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "JPEG")
    return file.getvalue()


def jpegs(**changed):
    files = {
        f"{part}/{name}/{number:04}.jpg": jpeg(colour=(25 * place, 100, number))
        for part, count in (("train", 10), ("test", 2))
        for place, name in enumerate(load_classes())
        for number in range(count)
    }
    return files | changed


def load_classes():
    from models.enn.cifar import CLASSES

    return CLASSES


def test_a_jpeg_copy_of_cifar(tmp_path):
    write_tar(tmp_path / "cifar10-jpeg.tar.gz", jpegs() | {"labels.txt": b"no picture"})
    data = load("cifar10", tmp_path, "paper")
    assert data.train.x.shape == (100, 32, 96) and data.test.x.shape == (20, 32, 96)
    assert data.train.y[:20].tolist() == [*range(10)] * 2
    red = data.train.x[:10, 0, 0] * 255
    np.testing.assert_allclose(red, 25 * np.arange(10), atol=4)
    assert "JPEG copy" in data.source


def damaged_cifar():
    """Yield a name, the files of an archive, and what is said."""
    good = {
        f"{name}.bin": np.column_stack([y, x]).astype(np.uint8) for name, (x, y) in cifar().items()
    }
    good = {name: held.tobytes() for name, held in good.items()}
    binary, python = "cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"
    missing = {name: held for name, held in good.items() if "5" not in name}
    yield binary, missing, "has no file data_batch_5.bin; it must have data_batch_1"
    yield binary, good | {"test_batch.bin": b"short"}, "test_batch.bin .* has 5 bytes; .*3,073"
    yield binary, good | {"test_batch.bin": b"\x0b" * 3073}, "has the label 11; .* below 10"
    planes, labels = cifar()["test_batch"]
    pickles = {name: old_pickle(*one) for name, one in cifar().items()}
    harmful = pickle.dumps(print, protocol=2)
    yield python, pickles | {"test_batch": harmful}, "no batch of CIFAR-10: it asks for .*print"
    yield python, pickles | {"test_batch": pickles["test_batch"][:300]}, "no batch of CIFAR-10"
    yield python, pickles | {"test_batch": old_pickle(planes[:, :9], labels)}, r"shape \(20, 9\)"
    yield "cifar10-jpeg.tar.gz", jpegs(**{"test/cat/0001.jpg": jpeg(16)}), "cat/0001.* 16 x 16"
    yield "cifar10-jpeg.tar.gz", jpegs(**{"test/cat/0001.jpg": b"no"}), "cat/0001.jpg .*identify"
    yield "cifar10-jpeg.tar.gz", {"train/cat/0001.jpg": jpeg()}, "no pictures test/CLASS"


@pytest.mark.parametrize(("name", "files", "said"), list(damaged_cifar()))
def test_a_damaged_archive_is_told(tmp_path, name, files, said):
    write_tar(tmp_path / name, files)
    with pytest.raises(ParameterError, match=said) as told:
        load("cifar10", tmp_path)
    assert name in str(told.value)


@pytest.mark.parametrize("name", ["cifar-10-binary.tar.gz", "cifar10-jpeg.tar.gz"])
def test_an_archive_that_is_cut_short_is_told(tmp_path, name):
    files = (
        jpegs() if "jpeg" in name else {f"data_batch_{n}.bin": bytes(30730) for n in range(1, 6)}
    )
    write_tar(tmp_path / name, files)
    whole = (tmp_path / name).read_bytes()
    for held in (whole[: len(whole) // 2], b"no archive", b""):
        (tmp_path / name).write_bytes(held)
        with pytest.raises(ParameterError, match=f"{name} could not be read: "):
            load("cifar10", tmp_path)


@needs("cifar10")
@pytest.mark.slow
def test_the_jpeg_copy_itself():
    data = load("cifar10", DATA, "paper")
    assert np.bincount(data.train.y).tolist() == [5000] * 10
    assert np.bincount(data.test.y).tolist() == [1000] * 10


# Texts


def write_wikitext(folder, **lines):
    folder.mkdir(exist_ok=True)
    for part in ("train", "valid", "test"):
        (folder / f"{part}.txt").write_text(lines.get(part, " a b \n \n c <unk> d a \n"))


def test_every_step_of_a_sound_text_has_its_target(tmp_path):
    write_wikitext(tmp_path, valid=" a new word \n" * 3)
    data = load("wikitext-2", tmp_path, steps=3)
    assert data.classes == ("<unk>", "<eos>", "a", "b", "c", "d")
    assert data.train.x.tolist() == [[2, 3, 1], [1, 4, 0]]  # a b . | . c <unk> | d a .
    assert data.train.y.tolist() == [[3, 1, 1], [4, 0, 5]]
    assert data.validation.x[0].tolist() == [2, 0, 0] and data.train.x.dtype == np.int64
    few = load("wikitext-2", tmp_path, steps=3, words=4)
    assert few.classes == ("<unk>", "<eos>", "a", "b") and few.train.x.max() == 3
    assert data.features == 0 and data.outputs == 6


def test_the_published_preparation_of_a_text(tmp_path):
    words = [f"w{number}" for number in range(9)]
    lines = [" ".join(rng(line).choice(words, 5 + line % 7)) for line in range(60)]
    lines[3] = lines[3].upper()
    write_wikitext(tmp_path, train="\n".join(lines), test="unread")
    data = load("wikitext-2", tmp_path, "paper", steps=4)

    from sklearn.model_selection import train_test_split

    kept, test = train_test_split([line.lower().split() for line in lines], test_size=0.2,
                                  random_state=42)  # fmt: skip
    number = {word: place for place, word in enumerate(sorted(words))}
    cut = [
        np.array([[number[word] for word in line[i : i + 4]] for line in part
                  for i in range(0, len(line) - 4, 4)])
        for part in (kept, test)
    ]  # fmt: skip
    whole = int(len(cut[0]) * 0.8)
    assert data.classes == tuple(sorted(words))
    for part, tokens in zip(PARTS, (cut[0][:whole], cut[0][whole:], cut[1]), strict=True):
        x, y = getattr(data, part)
        assert x.dtype == np.float32 and (x[..., 0] == tokens).all()
        assert (y[:, :-1] == tokens[:, 1:]).all() and not y[:, -1].any()
    half = load("wikitext-2", tmp_path, "paper", steps=4, share=0.5)
    drawn = [lines[place] for place in rng(42).permutation(60)[:30]]
    write_wikitext(tmp_path, train="\n".join(drawn), test="unread")
    same = load("wikitext-2", tmp_path, "paper", steps=4)
    np.testing.assert_array_equal(half.train.x, same.train.x)
    assert len(half.train.x) < len(data.train.x)


def test_a_text_is_divided_by_document(tmp_path):
    for number in range(20):
        words = f"Speech number{number}, it's said. " * 12
        (tmp_path / f"{number}.txt").write_text(words)
    (tmp_path / "LICENSE.txt").write_text("aside " * 100)
    data = load("text", tmp_path, steps=5, seed=3)
    assert "aside" not in data.classes and {"it's", ",", "."} <= set(data.classes)
    named = [word for word in data.classes if word.startswith("number")]
    assert len(named) == 16  # words of the training part alone
    with tarfile.open(tmp_path / "all.tar.gz", "w:gz") as archive:
        for number in range(20):
            archive.add(tmp_path / f"{number}.txt", f"text/{number}.txt")
    other = load("text", tmp_path / "all.tar.gz", steps=5, seed=4)
    assert len(other.train.x) == len(data.train.x) and other.classes != data.classes


def test_one_file_is_divided_by_empty_lines_or_lines(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text("\r\n\r\n".join(f"chapter{n} of words\r\nand lines" for n in range(30)))
    data = load("text", path, steps=2)
    assert sum(word.startswith("chapter") for word in data.classes) == 24
    path.write_text("\n".join(f"line{n} of words" for n in range(20)))
    data = load("text", path, steps=2)
    assert [word for word in data.classes if word.startswith("line")][-1] in ("line15", "line9")
    assert "line16" not in data.classes  # in order: the last four lines validate and test
    assert (tmp_path / "book.txt").read_text().startswith("line0")


def test_wikitext_in_its_zip_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "wikitext-2-v1.zip", "w") as archive:
        for part in ("train", "valid", "test"):
            archive.writestr(f"wikitext-2/wiki.{part}.tokens", " a b c \n" * 9)
    assert load("wikitext-2", tmp_path, steps=4).train.x.shape == (8, 4)
    (tmp_path / "wikitext-2-v1.zip").write_bytes(b"no zip")
    with pytest.raises(ParameterError, match="wikitext-2-v1.zip could not be read as UTF-8 text"):
        load("wikitext-2", tmp_path)


@pytest.mark.parametrize(
    ("name", "files", "options", "said"),
    [
        ("wikitext-2", {"train.txt": b"a"}, {}, "needs the file valid.txt beside train.txt"),
        ("text", {"a.txt": b"\xff\xfe\xff"}, {}, "a.txt could not be read as UTF-8 text"),
        ("text", {"a.txt": b" "}, {}, "no words in"),
        ("text", {"a.txt": b"few words"}, {}, "1 lines and 1 documents; .* at least ten"),
        ("text", {"a.txt": b"a b\n" * 20}, {"steps": 32}, "has 3 tokens .*|has 6 tokens"),
        ("text", {"a.txt": b"a b\n" * 20}, {"steps": 0}, "steps = 0 .* from 1 to"),
        ("text", {"a.txt": b"a b\n" * 20}, {"share": 2}, "share = 2 "),
        ("text", {"a.txt": b"a b\n" * 20}, {"words": -1}, "words = -1 "),
        ("text", {"a.txt": b"a b\n" * 20}, {"preprocessing": "paper"}, "has 0 spans of steps = 32"),
        ("text", {"a.txt": b"a b\n" * 20}, {"rows": 3}, "rows is no option of the data set 'text'"),
    ],
)
def test_a_text_that_cannot_be_used_is_told(tmp_path, name, files, options, said):
    for file, held in files.items():
        (tmp_path / file).write_bytes(held)
    with pytest.raises(ParameterError, match=said):
        load(name, tmp_path, **options)


@needs("wikitext-2")
def test_wikitext_2_itself():
    data = load("wikitext-2", DATA)
    tokens = (2_088_628, 217_646, 245_569)
    assert [len(getattr(data, part).x) for part in PARTS] == [(n - 1) // 32 for n in tokens]
    assert data.outputs == 33_278 and data.classes[2] == "the"
    x, y = data.train
    assert (x.ravel()[1:] == y.ravel()[:-1]).all()  # one stream, and no target is lost


# Housing


def housing_table(count=60, gaps=()):
    values = rng(1).uniform(1, 50, (count, 9)).round(2)
    lines = [",".join([*COLUMNS, "ocean_proximity"])]
    for place, row in enumerate(values):
        cells = [str(cell) for cell in row]
        if place in gaps:
            cells[4] = ""
        lines.append(",".join([*cells, "INLAND"]))
    return values, "\n".join(lines) + "\n"


def test_all_features_of_a_house_are_shown_one_by_one(tmp_path):
    values, text = housing_table(gaps=range(0, 60, 2))
    (tmp_path / "housing.csv").write_text(text)
    data = load("california-housing", tmp_path, seed=2)
    assert data.train.x.shape[1:] == (8, 8) and data.outputs == 1 and not data.classes
    everything = np.concatenate([getattr(data, part).x for part in PARTS])
    assert np.isfinite(everything).all() and len(everything) == 60
    off = everything * (1 - np.eye(8))
    assert not off.any()
    shown = np.einsum("bii->bi", data.train.x)
    np.testing.assert_allclose(shown.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(shown.std(0), 1, atol=1e-5)
    bedrooms = data.train.x[:, 3, 3].round(4)
    gaps = np.isin(data.train.y[:, 0], (values[::2, 8] / 1e5).astype(np.float32))
    assert len(set(bedrooms[gaps])) == 1  # one number stands for what is missing: the median
    assert (bedrooms[~gaps] < bedrooms[gaps][0]).sum() == (
        bedrooms[~gaps] > bedrooms[gaps][0]
    ).sum()
    targets = np.sort(np.concatenate([getattr(data, part).y[:, 0] for part in PARTS]))
    np.testing.assert_allclose(targets, np.sort(values[:, 8] / 1e5), rtol=1e-6)


def test_the_published_preparation_of_houses(tmp_path):
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    values, text = housing_table(gaps=(7,))
    (tmp_path / "housing.csv.gz").write_bytes(gzip.compress(text.encode()))
    data = load("california-housing", tmp_path, "paper")
    rooms = (values[:, 3] / values[:, 6])[:, None]
    kept, test, y, _ = train_test_split(rooms, values[:, 8] / 1e5, test_size=0.2, random_state=42)
    scaler = StandardScaler().fit(kept)
    np.testing.assert_allclose(data.test.x[:, 0], scaler.transform(test), atol=1e-5)
    np.testing.assert_allclose(data.train.x[:, 0], scaler.transform(kept)[:38], atol=1e-5)
    np.testing.assert_allclose(data.validation.y[:, 0], y[38:], rtol=1e-6)
    assert data.train.x.shape == (38, 1, 1)


def test_houses_in_the_archive_of_statlib(tmp_path):
    values, _ = housing_table()
    lines = "\n".join(",".join(map(str, row)) for row in values)
    write_tar(tmp_path / "cal_housing.tgz", {"CaliforniaHousing/cal_housing.data": lines.encode()})
    data = load("california-housing", tmp_path, "paper")
    assert data.train.x.shape == (38, 1, 1)
    write_tar(tmp_path / "cal_housing.tgz", {"other": b""})
    with pytest.raises(ParameterError, match="cal_housing.tgz has no file cal_housing.data"):
        load("california-housing", tmp_path)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"", "is no table of 9 columns"),
        (b"a,b\n1,2\n", "has no column longitude; it must have longitude, latitude"),
        (",".join(COLUMNS).encode() + b"\n1,2,3\n", "is no table of 9 columns"),
        (",".join(COLUMNS).encode() + b"\n" + b"a," * 9, "no table of 9 columns of numbers"),
        (",".join(COLUMNS).encode() + b"\n" + b"1," * 8, "gaps in columns other than"),
        (",".join(COLUMNS).encode() + b"\n", "must have rows of longitude"),
        (b"\xff\xfe", "could not be read"),
    ],
)
def test_a_damaged_table_is_told(tmp_path, held, said):
    (tmp_path / "housing.csv").write_bytes(held)
    with pytest.raises(ParameterError, match=f"housing.csv .*{said}"):
        load("california-housing", tmp_path)


@needs("california-housing")
def test_the_houses_themselves():
    data = load("california-housing", DATA, "paper")
    assert [len(getattr(data, part).x) for part in PARTS] == [13_209, 3303, 4128]
    x, y = (np.concatenate([data.train[i], data.validation[i]]) for i in (0, 1))
    fit = np.polyfit(x[:, 0, 0], y[:, 0], 1)
    error = y_test = data.test.y[:, 0]
    error = ((np.polyval(fit, data.test.x[:, 0, 0]) - y_test) ** 2).mean()
    assert error == pytest.approx(1.29, abs=0.005)  # the published linear regression
    assert 1 - error / y_test.var() == pytest.approx(0.01, abs=0.005)
    assert len(FEATURES) == load("california-housing", DATA).features


# Where from


def test_a_file_is_fetched_checked_and_kept(monkeypatch, tmp_path):
    import hashlib

    import requests

    held, asked = b"the file itself", []

    def send(self, request, **options):
        asked.append(request.url)
        answer = requests.Response()
        answer.status_code = 404 if "gone" in request.url else 200
        answer.url, answer.request = request.url, request
        answer.raw = io.BytesIO(b"" if "gone" in request.url else held)
        answer.headers["content-length"] = str(len(held))
        return answer

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", send)
    good = hashlib.sha256(held).hexdigest()
    homes = ("https://gone.example/", "https://here.example/")
    path = fetched("toys", File("toy.gz", homes, good))
    assert path == cache() / "toys" / "toy.gz" and path.read_bytes() == held
    assert asked == ["https://gone.example/toy.gz", "https://here.example/toy.gz"]
    assert fetched("toys", File("toy.gz", homes, good)) == path and len(asked) == 2
    with pytest.raises(ParameterError, match="example/a: .*checksum is not the published"):
        fetched("toys", File("other.gz", ("https://here.example/a",), "0" * 64))
    with pytest.raises(ParameterError, match="the server answers 404"):
        fetched("toys", File("toy2.gz", homes[:1], good))
    assert [one.name for one in (cache() / "toys").iterdir()] == ["toy.gz"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("digits", "text")])
def test_without_a_network_or_a_folder(name):
    with pytest.raises(
        ParameterError, match="could not be fetched .*cannot be reached.*ENGRAM_WORK"
    ):
        load(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "digits"])
def test_a_folder_without_the_files_is_told(tmp_path, name):
    said = "is not allowed: .* needs the file" if name != "text" else "no words in"
    with pytest.raises(ParameterError, match=said):
        load(name, tmp_path)
    with pytest.raises(
        ParameterError, match="no such file" if name == "text" else "needs the file"
    ):
        load(name, tmp_path / ("x" * 300))


def test_checksums_are_sha256():
    assert all(
        len(checksum) == 64 and int(checksum, 16)
        for one in SETS.values() for checksum in one.checksums.values()
    )  # fmt: skip
    assert len({checksum for one in SETS.values() for checksum in one.checksums.values()}) == 8


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (["minst"], {}, "'minst' is no data set; did you mean 'mnist'"),
        (["digits"], {"preprocessing": "other"}, "preprocessing = 'other' .* 'paper' or 'sound'"),
        (["digits"], {"steps": 3}, "steps is no option of the data set 'digits'"),
        (["text"], {}, "name a text file"),
    ],
)
def test_what_cannot_be_loaded_is_told(arguments, options, said):
    with pytest.raises(ParameterError, match=said):
        load(*arguments, **options)


def test_a_smaller_part_is_drawn_from_each():
    data = load()
    small = data.at_most(200, seed=1)
    assert [len(getattr(small, part).x) for part in PARTS] == [200, 144, 200]
    assert set(rows(small.train)) <= set(rows(data.train))
    again, other = data.at_most(200, seed=1), data.at_most(200, seed=2)
    assert (again.train.x == small.train.x).all() and not (other.train.y == small.train.y).all()
    with pytest.raises(ParameterError, match="samples = 0 "):
        data.at_most(0, 1)
