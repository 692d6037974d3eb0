"""What every design of memory does alike: words in and out, saturation, copies, snapshots."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIXTURES = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize("bits", [30, 64, 100, 200])
@pytest.mark.parametrize("counter_bits", [8, 16, 32])
def test_write_and_sums_equal_the_reference(build, reference, words, bits, counter_bits):
    memory = build(bits, 700, 90, counter_bits=counter_bits)
    plain = reference(memory)
    addresses, data = words(40, bits, 1), words(40, 90, 2)
    addresses[20:] = addresses[:20]
    plain.write(addresses, data)
    memory.write(addresses, data)
    np.testing.assert_array_equal(memory.counters, plain.counters)
    cues = np.concatenate([addresses[:7], words(7, bits, 3)])
    sums = memory.read_sums(cues)
    assert sums.dtype == np.int64
    np.testing.assert_array_equal(sums, plain.read_sums(cues))
    np.testing.assert_array_equal(memory.read(cues), plain.read_sums(cues) > 0)
    active = plain.active(cues)
    np.testing.assert_array_equal(memory.activated_counts(cues), active.sum(axis=1))
    for listed, row in zip(memory.activated(cues), active, strict=True):
        np.testing.assert_array_equal(listed, np.flatnonzero(row))


@FIXTURES
@given(count=st.integers(0, 9), seed=st.integers(0, 2**16), bits=st.sampled_from([17, 64, 97]))
def test_a_batch_is_its_words_one_by_one(build, words, count, seed, bits):
    together, single = build(bits, 400, 33), build(bits, 400, 33)
    addresses, data = words(count, bits, seed), words(count, 33, seed + 1)
    together.write(addresses, data)
    for address, word in zip(addresses, data, strict=True):
        single.write(address, word)
    np.testing.assert_array_equal(together.counters, single.counters)
    sums = together.read_sums(addresses)
    assert sums.shape == (count, 33)
    for address, row in zip(addresses, sums, strict=True):
        np.testing.assert_array_equal(single.read_sums(address), row)


@FIXTURES
@given(bits=st.integers(5, 70), data_bits=st.integers(1, 40), seed=st.integers(0, 2**16))
def test_packed_words_are_the_same_words(build, words, bits, data_bits, seed):
    as_bits, as_bytes = build(bits, 300, data_bits), build(bits, 300, data_bits)
    addresses, data = words(5, bits, seed), words(5, data_bits, seed + 1)
    as_bits.write(addresses, data)
    as_bytes.write(np.packbits(addresses, axis=-1), np.packbits(data, axis=-1))
    np.testing.assert_array_equal(as_bits.counters, as_bytes.counters)
    read = as_bytes.read(np.packbits(addresses, axis=-1))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, np.packbits(as_bits.read(addresses), axis=-1))


@pytest.mark.parametrize("batch", [(), (1,), (3,), (2, 3), (0,)])
def test_results_keep_the_leading_axes(build, words, batch):
    memory = build(40, 400)
    addresses = words(int(np.prod(batch)), 40).reshape(*batch, 40)
    memory.write(addresses)
    assert memory.read(addresses).shape == (*batch, 40)
    assert memory.read(addresses).dtype == bool
    assert memory.read(np.packbits(addresses, axis=-1)).shape == (*batch, 5)
    assert memory.read_sums(addresses).shape == (*batch, 40)
    assert memory.activated_counts(addresses).shape == batch
    iterated = memory.read_iterated(addresses)
    assert iterated.words.shape[1:] == (*batch, 40)
    assert iterated.converged.shape == iterated.reads.shape == batch
    active = memory.activated(addresses)
    assert isinstance(active, list) is (batch != ())


def test_words_are_read_exactly_at_a_light_load(build, words):
    memory = build(200, 6400, 50, counter_bits=16)
    addresses, data = words(8, 200, 1), words(8, 50, 2)
    memory.write(addresses, data)
    np.testing.assert_array_equal(memory.read(addresses), data)


def test_one_data_word_goes_to_all_addresses(build, words):
    memory, spelled = build(64, 500, 20), build(64, 500, 20)
    addresses, word = words(6, 64), words(1, 20)[0]
    memory.write(addresses, word)
    spelled.write(addresses, np.tile(word, (6, 1)))
    np.testing.assert_array_equal(memory.counters, spelled.counters)
    assert memory.counters.any()


@pytest.mark.parametrize("count", [1, 2, 60])
def test_counters_saturate_on_both_sides_alike(build, count, words):
    memory = build(16, 16)
    address = words(1, 16)[0]
    pattern = np.arange(16) % 2 == 0
    for _ in range(300 // count):
        memory.write(np.tile(address, (count, 1)), pattern)
    active = memory.counters[memory.activated(address)]
    assert memory.counter_limit == 127
    np.testing.assert_array_equal(
        active, np.where(pattern, 127, -127)[np.newaxis].repeat(len(active), 0)
    )
    memory.write(address, ~pattern)
    assert np.abs(memory.counters).max() == 126


def test_sixteen_bits_saturate_too(build, words):
    memory = build(8, 16, 2, counter_bits=16)
    memory.set_state({"counters": np.full((memory.hard_locations, 2), -32766, dtype=np.int16)})
    address = words(1, 8)[0]
    for _ in range(3):
        memory.write(address, np.array([False, True]))
    active = memory.counters[memory.activated(address)]
    np.testing.assert_array_equal(np.unique(active, axis=0), [[-32767, -32763]])


def test_sums_of_many_full_counters_do_not_overflow(words):
    from models.sdm import SparseDistributedMemory

    memory = SparseDistributedMemory(32, 5000, 3, radius=32)
    memory.set_state({"counters": np.full((5000, 3), 127, dtype=np.int8)})
    for count in (1, 5):
        np.testing.assert_array_equal(memory.read_sums(words(count, 32)), 5000 * 127)


def test_a_tie_reads_as_zero(build, words):
    memory = build(40, 300)
    address = words(1, 40)[0]
    assert not memory.read(address).any()
    assert not memory.read_iterated(address).words.any()
    memory.write(address, np.ones(40, dtype=bool))
    memory.write(address, np.zeros(40, dtype=bool))
    assert not memory.read_sums(address).any()
    assert not memory.read(address).any()


def test_weighting_zero_is_a_vote_of_locations(build, words):
    memory = build(60, 400, 30)
    memory.write(words(30, 60, 1), words(30, 30, 2))
    cues = words(4, 60, 3)
    votes = memory.read_sums(cues, weighting=0)
    squares = memory.read_sums(cues, weighting=2)
    for cue, vote, square in zip(cues, votes, squares, strict=True):
        rows = memory.counters[memory.activated(cue)].astype(int)
        np.testing.assert_array_equal(vote, np.sign(rows).sum(axis=0))
        np.testing.assert_array_equal(square, (np.sign(rows) * rows**2).sum(axis=0))
    np.testing.assert_array_equal(memory.read(cues, weighting=0), votes > 0)
    np.testing.assert_array_equal(memory.read_sums(cues, weighting=1.0), memory.read_sums(cues))


def test_a_written_word_is_a_fixed_point(build, words):
    memory = build(128, 3200)
    stored = words(3, 128)
    memory.write(stored)
    result = memory.read_iterated(stored, steps=5)
    assert result.words.shape == (1, 3, 128)
    np.testing.assert_array_equal(result.words[0], stored)
    assert result.converged.all()
    np.testing.assert_array_equal(result.reads, 0)


def test_iterated_reading_follows_single_reads(build, words, flip):
    memory = build(128, 3200)
    stored = words(6, 128)
    memory.write(stored)
    cues = np.concatenate([stored[:1], flip(stored, 20)])
    result = memory.read_iterated(cues, steps=4)
    current = cues
    for read in result.words:
        np.testing.assert_array_equal(read, memory.read(current))
        current = read
    fixed = (memory.read(current) == current).all(axis=1)
    assert fixed[result.converged].all()
    trail = np.concatenate([cues[np.newaxis], result.words])
    changes = (trail[1:] != trail[:-1]).any(axis=-1)
    last = np.where(changes.any(axis=0), len(changes) - np.argmax(changes[::-1], axis=0), 0)
    np.testing.assert_array_equal(result.reads, last)
    np.testing.assert_array_equal(result.converged, ~changes[-1])


def test_iterated_reading_stops_after_the_steps_allowed(build, words, flip):
    memory = build(128, 3200)
    stored = words(4, 128)
    memory.write(stored)
    result = memory.read_iterated(flip(stored, 12), steps=1)
    assert len(result.words) == 1
    assert not result.converged.any()
    np.testing.assert_array_equal(result.reads, 1)


def test_the_counter_histogram_counts_every_counter(build, words):
    memory = build(64, 5000, 3)
    memory.write(words(50, 64, 1), words(50, 3, 2))
    values, counts = memory.counter_histogram()
    found, expected = np.unique(memory.counters, return_counts=True)
    np.testing.assert_array_equal(values, np.arange(found[0], found[-1] + 1))
    np.testing.assert_array_equal(counts[np.isin(values, found)], expected)
    assert counts.sum() == memory.hard_locations * 3
    assert build(64, 100).counter_histogram()[0].tolist() == [0]


def test_a_copy_lives_on_its_own(build, words):
    memory = build(64, 500)
    stored = words(5, 64)
    memory.write(stored[:3])
    twin, before = memory.copy(), memory.counters.copy()
    np.testing.assert_array_equal(twin.counters, before)
    twin.write(stored[3:])
    np.testing.assert_array_equal(memory.counters, before)
    memory.write(stored[3:])
    np.testing.assert_array_equal(twin.counters, memory.counters)
    assert (memory.counters != before).any()


def test_a_snapshot_takes_the_memory_back(build, words):
    memory = build(64, 500)
    memory.write(words(3, 64, 1))
    state, before = memory.get_state(), memory.counters.copy()
    memory.write(words(3, 64, 2))
    memory.set_state(state)
    np.testing.assert_array_equal(memory.counters, before)
    memory.write(words(3, 64, 2))
    np.testing.assert_array_equal(state["counters"], before)
    with pytest.raises(ValueError, match="snapshot has int16 counters"):
        memory.set_state({"counters": before.astype(np.int16)})
    with pytest.raises(ValueError, match="of shape"):
        memory.set_state({"counters": before[:-1]})


def test_the_seed_alone_decides_the_locations(build, words):
    cues = words(5, 64)
    first, again, other = (build(64, 800, 1, seed=s).activated(cues) for s in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(a.tolist() != b.tolist() for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 10), "address_bits is 0"),
        ((10, -1), "hard_locations is -1"),
        ((10, 2.5), "hard_locations is 2.5"),
        ((10, 10, 0), "data_bits is 0"),
        ((True, 10), "address_bits is True"),
    ],
)
def test_sizes_are_whole_and_positive(build, sizes, message):
    with pytest.raises(ValueError, match=message):
        build(*sizes)


def test_counters_have_8_16_or_32_bits(build):
    with pytest.raises(ValueError, match="counter_bits is 12; allowed are 8, 16 and 32"):
        build(10, 10, counter_bits=12)


def test_malformed_words_are_refused(build, words):
    memory = build(40, 100, 20)
    good = words(3, 40)
    with pytest.raises(ValueError, match="addresses have dtype int64; allowed are bool"):
        memory.read(good.astype(int))
    with pytest.raises(ValueError, match="addresses have shape .*40 bits must be 40"):
        memory.read(good[:, :-1])
    with pytest.raises(ValueError, match="40 bits must be 5"):
        memory.read(good.view(np.uint8))
    with pytest.raises(ValueError, match="shape \\(\\)"):
        memory.read(np.bool_(True))
    with pytest.raises(ValueError, match="data have shape .*20 bits must be 20"):
        memory.write(good, good)
    with pytest.raises(ValueError, match="data have batch shape \\(2,\\) and addresses \\(3,\\)"):
        memory.write(good, words(2, 20))
    with pytest.raises(ValueError, match="write without data needs data_bits equal"):
        memory.write(good)
    with pytest.raises(ValueError, match="read_iterated needs data_bits equal .* 20 and 40"):
        memory.read_iterated(good)
    with pytest.raises(ValueError, match="weighting is -1"):
        memory.read_sums(good, weighting=-1)
    with pytest.raises(ValueError, match="weighting is inf"):
        memory.read(good, weighting=np.inf)
    assert not memory.counters.any()


def test_iterated_reading_needs_a_step(build, words):
    with pytest.raises(ValueError, match="steps is 0"):
        build(16, 20).read_iterated(words(1, 16), steps=0)
