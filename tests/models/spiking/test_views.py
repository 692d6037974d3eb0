"""What the pictures of spiking models say: only what does not overlap is compared."""

import numpy as np
import pytest
import xarray as xr

from models.spiking.dynamic_engram_views import OBSERVABLES as DYNAMIC
from models.spiking.silent_assemblies_activity import ROLES
from models.spiking.silent_assemblies_views import OBSERVABLES as SILENT
from models.spiking.views import RASTER, RESPONSE, response_reading
from workbench import Raster, variable

NAN = float("nan")
MODULES = ("module 1", "module 1, not cued", "module 2", "module 2, not cued", "excitatory",
           "inhibitory", "tagged")  # fmt: skip


def responses(groups, **rates):
    """Return how groups answered: event (spaces are underscores) -> a rate for each group."""
    events = [event.replace("_", " ") for event in rates]
    return xr.Dataset(
        {"response": variable(("group", "during"), np.array(list(rates.values())).T, "Hz", "rate")},
        coords={
            "group": variable("group", np.array(groups), "1", "cells"),
            "during": variable("during", np.array(events), "1", "event"),
        },
    )


def said(groups, *rates, event="cue_module_1"):
    return response_reading(responses(groups, **{f"8-9_{event}": rates}))


def test_a_module_is_not_compared_with_its_own_part_or_with_all_cells():
    assert said(MODULES, 30.0, 20.0, 1.0, 2.0, 16.0, 12.0, 40.0) == (
        "During '8-9 cue module 1' module 1 fired at 30 Hz, module 1 (not cued) fired at 20 Hz, "
        "no other excitatory group above 2 Hz and inhibitory cells at 12 Hz."
    )


def test_the_part_that_fires_most_is_told_first():
    found = said(MODULES, 10.0, 25.0, 1.0, 1.0, 90.0, 99.0, 99.0, event="light_tagged")
    assert "module 1 (not cued) fired at 25 Hz, module 1 fired at 10 Hz, no other" in found


def test_parts_beside_each_other_are_told_together():
    groups = ("assembly 1", "assembly 2", "others", "inhibitory", "assembly 1, cued",
              "assembly 2, cued", "tagged")  # fmt: skip
    assert said(groups, 74.4, 1.9, 5.2, 9.0, 101.0, 2.0, NAN, event="cue_assembly_1") == (
        "During '8-9 cue assembly 1' assembly 1 (cued) fired at 101 Hz, assembly 1 fired at "
        "74.4 Hz, no other excitatory group above 5.2 Hz and inhibitory cells at 9 Hz."
    )


def test_all_excitatory_cells_count_where_there_is_no_other_group():
    assert said(("excitatory", "inhibitory", "tagged"), 3.0, 4.0, 50.0) == (
        "During '8-9 cue module 1' excitatory fired at 3 Hz and inhibitory cells at 4 Hz."
    )
    assert "'8-9 cue module 1' module 1 fired at 2 Hz." in said(("module 1", "excitatory"), 2.0, 9)


def test_what_lies_across_other_groups_is_not_compared_with_them():
    groups = "engram", "others", "training engram", "inhibitory", "tagged"
    assert said(groups, 5.0, 1.0, 80.0, 7.0, 90.0, event="light_tagged") == (
        "During '8-9 light tagged' engram fired at 5 Hz, no other excitatory group above 1 Hz and "
        "inhibitory cells at 7 Hz."
    )


def test_groups_of_which_nothing_is_known_are_left_out():
    found = said(MODULES, NAN, NAN, 3.0, NAN, 1.0, NAN, NAN)
    assert found == "During '8-9 cue module 1' module 2 fired at 3 Hz."
    assert "none of them was a cue or light" in said(MODULES, *[NAN] * 7)


def test_only_what_a_network_is_to_answer_is_told():
    rates = [1.0] * len(MODULES)
    data = responses(MODULES, **{"0-5_rest": rates, "5-9_learn": rates, "9-10_cue_module_2": rates})
    assert response_reading(data).count("uring '") == 1
    some = {f"{i}-{i + 1}_cue_module_1": rates for i in range(6)}
    assert response_reading(responses(MODULES, **some)).count("uring '") == 4
    assert RESPONSE.reading is response_reading


def raster_of(observables):
    return next(one for one in observables if isinstance(one, Raster))


@pytest.mark.parametrize(
    ("raster", "roles"),
    [
        (RASTER, {"excitatory", "inhibitory", "engram"}),
        (raster_of(SILENT), {*ROLES.values(), "recall"}),
        (raster_of(DYNAMIC), {"excitatory", "inhibitory", "engram", "recall"}),
    ],
)
def test_a_raster_has_words_of_its_own_for_every_role(raster, roles):
    assert set(raster.labels) == roles
    assert len(set(raster.labels.values())) == len(roles)
    assert not roles & set(raster.labels.values())
