"""Weights within and between modules: exact values, agreement of both forms, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.measures import matrix_module_weights, module_weights

PRE = [0, 0, 1, 2, 3, 3]
POST = [1, 2, 0, 3, 2, 0]
WEIGHTS = [1.0, 0.25, 0.5, 0.5, 0.75, 0.125]
MODULES = [0, 0, 1, 1]


class TestModuleWeights:
    def test_blocks_have_the_presynaptic_module_first(self) -> None:
        found = module_weights(PRE, POST, WEIGHTS, MODULES)
        assert found.blocks.tolist() == [[0.75, 0.25], [0.125, 0.625]]

    def test_intra_and_inter_are_means_over_synapses(self) -> None:
        found = module_weights([0, 1, 2, 0, 2], [1, 0, 3, 2, 0], [1, 1, 4, 1, 2], MODULES)
        assert found.intra == 2.0  # (1 + 1 + 4) / 3, and not the mean of the blocks 1 and 4
        assert found.inter == 1.5

    def test_cells_of_no_module_are_left_out(self) -> None:
        found = module_weights(PRE, POST, WEIGHTS, [0, -1, 1, 1])
        assert found.blocks.tolist() == pytest.approx(np.array([[np.nan, 0.25], [0.125, 0.625]]),
                                                      nan_ok=True)  # fmt: skip
        assert (found.intra, found.inter) == (0.625, 0.1875)

    def test_another_population_has_its_own_modules(self) -> None:
        found = module_weights([0, 1, 2], [0, 0, 1], [1.0, 2.0, 3.0], [0, 0, 1], [1, 0])
        assert found.blocks.tolist() == pytest.approx(np.array([[np.nan, 1.5], [3.0, np.nan]]),
                                                      nan_ok=True)  # fmt: skip
        assert np.isnan(found.intra)
        assert found.inter == 2.0

    def test_a_single_module_has_nothing_between(self) -> None:
        found = module_weights([0], [0], [0.5], [0])
        assert (found.blocks.tolist(), found.intra) == ([[0.5]], 0.5)
        assert np.isnan(found.inter)

    def test_without_synapses_nothing_is_defined(self) -> None:
        found = module_weights([], [], [], MODULES)
        assert np.isnan(found.blocks).all()
        assert found.blocks.shape == (2, 2)
        assert np.isnan([found.intra, found.inter]).all()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"pre": [0]}, r"pre has shape \(1,\), post \(6,\) and weights \(6,\)"),
            ({"weights": [[1.0]], "pre": [[0]], "post": [[0]]}, r"one shape \(synapses,\)"),
            ({"weights": [np.nan] * 6}, "weights holds NaN or infinity"),
            ({"pre": [4] * 6}, "pre must hold whole numbers from 0 to 3"),
            ({"post": [-1] * 6}, "post must hold whole numbers from 0 to 3"),
            ({"post": [0.5] * 6}, "post must hold whole numbers"),
            ({"modules": [0.0] * 4}, "modules is float64 of shape"),
            ({"modules": []}, r"of shape \(0,\)"),
            ({"modules": [[0] * 4]}, r"of shape \(1, 4\)"),
            ({"modules": [0, 0, 1, -2]}, "must number the modules from 0"),
            ({"modules": [-1] * 4}, "must number the modules from 0"),
            ({"post_modules": [0.5] * 4}, "post_modules is float64"),
        ],
    )
    def test_bad_input_is_named(self, change: dict, message: str) -> None:
        given = {"pre": PRE, "post": POST, "weights": WEIGHTS, "modules": MODULES}
        with pytest.raises(ValueError, match=message):
            module_weights(**given | change)


class TestMatrix:
    def test_pairs_without_a_synapse_are_nan_and_zeros_count(self) -> None:
        matrix = [[np.nan, 1.0, 0.0], [0.5, np.nan, 0.5], [0.0, 0.5, 9.0]]
        found = matrix_module_weights(matrix, [0, 0, 1])
        assert found.blocks.tolist() == [[0.75, 0.25], [0.25, 9.0]]
        assert (found.intra, found.inter) == (3.5, 0.25)

    @given(arrays(float, (4, 5), elements=st.floats(-1, 1)), arrays(bool, (4, 5)))
    def test_equals_the_means_of_its_blocks(self, weights, synapse) -> None:
        matrix = np.where(synapse, weights, np.nan)
        rows, columns = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 2, 2])
        found = matrix_module_weights(matrix, rows, columns)
        for a in range(3):
            for b in range(3):
                block = matrix[rows == a][:, columns == b]
                mean = block[~np.isnan(block)].mean() if (~np.isnan(block)).any() else np.nan
                assert found.blocks[a, b] == pytest.approx(mean, nan_ok=True)

    @pytest.mark.parametrize(
        ("weights", "modules", "columns", "message"),
        [
            ([1.0, 2.0], [0, 0], None, r"weights has shape \(2,\)"),
            ([[1.0, 2.0]], [0], None, "a module for each row and each column is needed"),
            ([[1.0, 2.0]], [0, 0], [0, 0], r"modules \(2,\) and \(2,\)"),
            ([[1.0, np.inf]], [0], [0, 0], "weights holds NaN or infinity"),
        ],
    )
    def test_bad_matrices_are_named(self, weights, modules, columns, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            matrix_module_weights(weights, modules, columns)
