"""Make the gallery's pictures: each model computes its own (``python -m apps.pictures``)."""

from __future__ import annotations

import sys

import models
import workbench
from apps.figures import save_figure
from apps.gallery import PICTURES


def main(keys: list[str]) -> None:
    """Run the models with these keys (all of them when none is named) and keep their pictures."""
    PICTURES.mkdir(exist_ok=True)
    for key in keys or models.names():
        model = models.get(key)
        record = workbench.run(model(), seed=1)
        path = save_figure(record, PICTURES / f"{key}.png", model.observables[: model.cover])
        print(f"{path.name}: {record.stamp.line()}")


if __name__ == "__main__":
    main(sys.argv[1:])
