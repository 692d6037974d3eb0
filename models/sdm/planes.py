"""Random hard-location addresses as bit planes, the layout that the scan reads.

A block is 512 locations; one 512-bit vector holds one address bit of all of them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.sdm.sizes import aligned_zeros

LANES = 512
CHUNK_BITS = 48


def padded_bits(bits: int) -> int:
    """Fill the bits of an address up to whole chunks of the scan."""
    return -(-bits // CHUNK_BITS) * CHUNK_BITS


def random_planes(bits: int, locations: int, seed: Any) -> NDArray[np.uint64]:
    """Draw random addresses, bit-sliced: (blocks, padded bits, 8), 512 locations in a block.

    Bit n of location m is bit ``m % 64`` of ``planes[m // 512, n, m // 64 % 8]``. Bits beyond the
    address are zero; lanes beyond the last location are random and are left out by the scan.
    """
    rng = np.random.default_rng(seed)
    blocks = -(-locations // LANES)
    planes = aligned_zeros((blocks, padded_bits(bits), LANES // 64), np.uint64)
    for block in planes:
        block[:bits] = rng.integers(0, 2**64, size=(bits, LANES // 64), dtype=np.uint64)
    planes.flags.writeable = False
    return planes


def plane_addresses(planes: NDArray[np.uint64], bits: int, locations: Any) -> NDArray[np.bool_]:
    """Read the addresses, (..., bits), of the given locations from their bit planes."""
    place = np.asarray(locations)
    words = planes[place // LANES, :bits, place // 64 % (LANES // 64)]
    shift = (place % 64).astype(np.uint64)[..., np.newaxis]
    return (words >> shift & np.uint64(1)).astype(bool)
