"""Streams of tasks: what is asked in each scenario, and what is refused."""

import gzip
import struct

import numpy as np
import pytest

from models.gating.experiment import ContinualLearning
from models.gating.scenarios import CLASS, DOMAIN, PERMUTED, TASK, stream
from workbench import ParameterError, RunFailed, run


def test_class_incremental_one_head_for_all():
    made = stream(scenario=CLASS)
    assert made.outputs == 10 and made.pixels == 64 and not made.told
    for place, task in enumerate(made.tasks):
        assert set(task.train.y) == set(task.test.y) == {2 * place, 2 * place + 1}
        assert task.head.all()
        assert (
            task.train.x.dtype == np.float32 and 0 <= task.train.x.min() < task.train.x.max() <= 1
        )
    assert sum(len(task.train.x) for task in made.tasks) == 1437
    assert sum(len(task.test.x) for task in made.tasks) == 360
    assert made.chance(1) == 0.5 and made.chance(5) == 0.1


def test_domain_incremental_shares_the_head():
    made = stream(scenario=DOMAIN)
    assert made.outputs == 2 and not made.told and made.chance(5) == 0.5
    assert all(set(task.train.y) == {0, 1} for task in made.tasks)


def test_task_incremental_has_a_head_for_each():
    made = stream(scenario=TASK)
    assert made.outputs == 10 and made.told and made.chance(5) == 0.5
    heads = np.array([task.head for task in made.tasks])
    assert (heads.sum(0) == 1).all() and (heads.sum(1) == 2).all()
    assert all(task.head[task.train.y].all() for task in made.tasks)


def test_scenarios_ask_about_the_same_pictures():
    streams = [stream(scenario=name, seed=4) for name in (CLASS, DOMAIN, TASK)]
    for tasks in zip(*(one.tasks for one in streams), strict=True):
        assert all(np.array_equal(tasks[0].train.x, task.train.x) for task in tasks)
        assert np.array_equal(tasks[0].train.y % 2, tasks[1].train.y)


def test_permuted_pixels_are_the_same_pictures_in_another_order():
    made = stream(scenario=DOMAIN, kind=PERMUTED, tasks=3, seed=2)
    first, second = made.tasks[0].train, made.tasks[1].train
    assert made.outputs == 10 and np.array_equal(first.y, second.y)
    assert not np.array_equal(first.x, second.x)
    np.testing.assert_array_equal(np.sort(first.x, 1), np.sort(second.x, 1))
    many = stream(scenario=CLASS, kind=PERMUTED, tasks=3)
    assert many.outputs == 30 and many.tasks[2].train.y.min() == 20


def test_training_and_test_never_share_a_picture_and_seeds_divide_otherwise():
    one, same, other = stream(seed=1), stream(seed=1), stream(seed=2)
    train = {row.tobytes() for task in one.tasks for row in task.train.x}
    test = {row.tobytes() for task in one.tasks for row in task.test.x}
    assert len(train) == 1437 and not train & test
    assert np.array_equal(one.tasks[3].test.x, same.tasks[3].test.x)
    assert test != {row.tobytes() for task in other.tasks for row in task.test.x}


def test_classes_may_be_shuffled_and_left_out():
    assert stream(shuffled=True, seed=3).tasks[0].name != "0, 1"
    three = stream(tasks=3)
    assert [task.name for task in three.tasks] == ["0, 1, 2", "3, 4, 5", "6, 7, 8"]
    assert stream(samples=100).tasks[0].train.x.shape[0] < 40


def test_more_tasks_than_classes_is_told():
    with pytest.raises(ParameterError, match="tasks = 12 is not allowed: 10 classes make at most"):
        ContinualLearning(tasks=12).validate()
    with pytest.raises(ParameterError, match="tasks = 6 .*domain-incremental.*at most 5 tasks"):
        ContinualLearning(tasks=6, scenario=DOMAIN).validate()
    ContinualLearning(tasks=10).validate()
    ContinualLearning(tasks=12, scenario=DOMAIN, kind=PERMUTED).validate()


def test_too_few_pictures_for_a_task_are_told():
    with pytest.raises(ParameterError, match="is left with . training and .. test pictures"):
        stream(samples=4)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with small files of MNIST's format."""
    rng = np.random.default_rng(1)
    for part, count in (("train", 60), ("t10k", 30)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = np.arange(count, dtype=np.uint8) % 10
        head = struct.pack(">4I", 2051, count, 28, 28)
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        told = struct.pack(">2I", 2049, count) + labels.tobytes()
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(told))
    return tmp_path


def asked(folder):
    return ContinualLearning(data="mnist", folder=str(folder), epochs=1, units=16, active=2)


def test_files_are_read_from_a_folder(folder):
    record = run(asked(folder), seed=1, progress=False)
    assert record.complete and record.data.sizes["task"] == 5


def test_a_truncated_file_is_told(folder):
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(RunFailed, match="train-images-idx3-ubyte is cut short: 46,040 of 47,040"):
        run(asked(folder), seed=1, progress=False)
    labels = folder / "t10k-labels-idx1-ubyte.gz"
    labels.write_bytes(labels.read_bytes()[:-9])
    path.write_bytes(path.read_bytes() + bytes(1000))
    with pytest.raises(RunFailed, match="t10k-labels-idx1-ubyte.gz could not be read"):
        run(asked(folder), seed=1, progress=False)


def test_a_folder_without_the_files_is_told(tmp_path):
    with pytest.raises(ParameterError, match="mnist needs the file train-images-idx3-ubyte.gz or"):
        asked(tmp_path).validate()
