"""What the model of silent assemblies shows, the equations behind it and their sources."""

from __future__ import annotations

from models.spiking import silent_assemblies_readings as readings
from models.spiking.views import CALCIUM, RESPONSE, STRIP
from workbench import Curve, Equation, Histogram, Raster, Reference, Trace

REFERENCES = (
    Reference(
        "Vogels TP, Sprekeler H, Zenke F, Clopath C, Gerstner W", 2011,
        "Inhibitory plasticity balances excitation and inhibition in sensory pathways and memory "
        "networks",
        "Science 334:1569-1573", doi="10.1126/science.1211095",
    ),
    Reference(
        "Barron HC, Vogels TP, Emir UE, Makin TR, O'Shea J, Clare S, Jbabdi S, Dolan RJ, "
        "Behrens TEJ", 2016,
        "Unmasking latent inhibitory connections in human cortex to reveal dormant cortical "
        "memories",
        "Neuron 90:191-203", doi="10.1016/j.neuron.2016.02.031",
    ),
)  # fmt: skip

EQUATIONS = (
    Equation(
        r"C\,\frac{dV}{dt} = g_L (E_L - V) + g_E (E_E - V) + g_I (E_I - V) + I_{bg}",
        "A cell integrates its currents; at -50 mV it fires, and stays at -60 mV for 5 ms. Each "
        "spike opens conductances that close again with 5 ms (excitatory) and 10 ms (inhibitory).",
    ),
    Equation(
        r"w \leftarrow w + \eta\,(y_{post} - \alpha) \;\text{at a presynaptic spike}, \quad "
        r"w \leftarrow w + \eta\,x_{pre} \;\text{at a postsynaptic spike}",
        "Inhibitory plasticity: near-coincident spikes, in either order, strengthen a synapse from "
        "an inhibitory to an excitatory cell; each presynaptic spike alone weakens it.",
    ),
    Equation(
        r"\tau\,\frac{dx}{dt} = -x, \quad \tau\,\frac{dy}{dt} = -y, \quad "
        r"\alpha = 2\,\rho_0\,\tau, \quad \tau = 20\,\text{ms}",
        "Traces x and y grow by 1 at each spike of the cell before and after the synapse. For "
        "uncorrelated spikes the changes cancel where the excitatory cell fires at its target "
        "rate rho_0.",
    ),
)

OBSERVABLES = (
    Raster(
        ("spike_cell",),
        "Spikes of both assemblies and others",
        labels={
            "cue": "cued part of assembly 1",
            "engram": "rest of assembly 1",
            "paired": "assembly 2",
            "other": "other excitatory cells",
            "inhibitory": "inhibitory cells",
            "recall": "tagged cells",
        },
        window=6.0,
        reading=readings.raster_reading,
    ),
    STRIP,
    Trace(
        ("rate_cued", "rate_assembly_1", "rate_assembly_2", "rate_others", "rate_inhibitory"),
        "Firing rates",
        theory=("rate_target",),
        y_label="rate",
        roles={
            "rate_cued": "cue",
            "rate_assembly_1": "engram",
            "rate_assembly_2": "paired",
            "rate_others": "other",
            "rate_inhibitory": "inhibitory",
        },
        reading=readings.rates_reading,
    ),
    Trace(
        ("weight_assembly_1", "weight_assembly_2", "weight_others"),
        "Inhibition grows around the assemblies",
        y_label="mean inhibitory weight",
        roles={
            "weight_assembly_1": "engram",
            "weight_assembly_2": "paired",
            "weight_others": "other",
        },
        reading=readings.weights_reading,
    ),
    Trace(
        ("cv",),
        "Irregularity of excitatory cells",
        roles={"cv": "excitatory"},
        reading=readings.irregularity_reading,
    ),
    Trace(
        ("correlation",),
        "Synchrony of excitatory cells",
        roles={"correlation": "excitatory"},
        reading=readings.correlation_reading,
    ),
    Histogram(
        ("cv_cells",),
        "Irregularity from cell to cell",
        marks=("cv_mean",),
        roles={"cv_cells": "excitatory"},
        reading=readings.cv_reading,
    ),
    Trace(
        ("mean_excitation", "mean_inhibition", "mean_net"),
        "Currents into a cell of assembly 1",
        y_label="current",
        roles={
            "mean_excitation": "excitatory",
            "mean_inhibition": "inhibitory",
            "mean_net": "other",
        },
        reading=readings.balance_reading,
    ),
    Curve(
        ("excitation", "inhibition", "net"),
        "The same currents in their last 0.2 s",
        x="ago",
        y_label="current",
        joined=True,
        roles={"excitation": "excitatory", "inhibition": "inhibitory", "net": "other"},
        reading=readings.moment_reading,
    ),
    RESPONSE,
    CALCIUM,
)
