"""The science: one folder a family, one file a model; this is their registry."""

from __future__ import annotations

import importlib

from workbench.model import Model, ParameterError, unknown

#: Key -> where its class lives. Imported when asked for, since some need heavy libraries.
REGISTRY = {
    "assemblies": "models.spiking.assemblies:ModularAssemblies",
    "dynamic_engram": "models.spiking.dynamic_engram:DynamicEngram",
    "silent_assemblies": "models.spiking.silent_assemblies:SilentAssemblies",
    "sdm": "models.sdm.experiment:DistributedRecall",
    "associative": "models.associative.experiment:AssociativeRecall",
    "capacity": "models.associative.capacity_lab:CapacityLab",
    "autoencoder": "models.associative.autoencoder_experiment:AutoencoderMemory",
    "arena": "models.arena.experiment:Arena",
    "enn": "models.enn.experiment:EngramTraining",
    "continual": "models.gating.experiment:ContinualLearning",
    "sparsity": "models.gating.sparsity:SparsityRegularisers",
    "spass": "models.plasticity.spass:SynapticScaling",
    "spass_inputs": "models.plasticity.spass_inputs:CompetingInputs",
    "spass_chain": "models.plasticity.spass_chain:FeedForwardChain",
    "spass_ring": "models.plasticity.spass_ring:RecurrentRing",
    "assembly_competition": "models.plasticity.assembly_competition:AssemblyCompetition",
    "hebb": "models.plasticity.hebb:CorrelatedInputs",
    "stdp": "models.plasticity.stdp:SpikeTiming",
    "calcium": "models.plasticity.calcium:CalciumThresholds",
    "six_rules": "models.plasticity.six_rules:SixRules",
}


def names() -> list[str]:
    """Return the keys of all models, in the order of the gallery."""
    return list(REGISTRY)


def get(key: str) -> type[Model]:
    """Return the model class with this key.

    Raises
    ------
    ParameterError
        If there is none; the sentence names the nearest.

    Examples
    --------
    >>> import models
    >>> models.get("spass").title
    'SPaSS: Hebbian plasticity with synaptic scaling'
    """
    if key not in REGISTRY:
        raise ParameterError(unknown(key, REGISTRY, "model"))
    module, name = REGISTRY[key].split(":")
    return getattr(importlib.import_module(module), name)
