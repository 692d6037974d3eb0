"""Time training steps and predictions at the MNIST size: ``enn_speed.py published|ours PATH``.

Prints milliseconds, the median of several, as JSON. `published` is the published program
(tensorflow-engram 0.1.0 on TensorFlow), which runs in an environment of its own.
"""

import json
import os
import statistics
import sys
import time

import numpy as np

BATCH, STEPS, FEATURES, CLASSES, HIDDEN, SLOTS = 128, 28, 28, 10, 128, 64
WARM, ROUNDS = 5, 40


def timed(action) -> tuple[float, float]:
    """Return the median milliseconds of an action, and of processor time."""
    for _ in range(WARM):
        action()
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter(), time.process_time()
        action()
        taken.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    wall, processor = (1e3 * statistics.median(part) for part in zip(*taken, strict=True))
    return wall, processor


def published(x, y) -> dict[str, float]:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import tensorflow as tf
    from tensorflow_engram.models import EngramClassifier

    network = EngramClassifier((STEPS, FEATURES), CLASSES, hidden_dim=HIDDEN, memory_size=SLOTS)
    network.compile(
        optimizer=keras.optimizers.Adam(1e-3, clipnorm=1.0), loss="categorical_crossentropy"
    )
    x, y = tf.constant(x), tf.one_hot(y, CLASSES)
    network.make_train_function()
    step = network.train_function
    batches = iter(tf.data.Dataset.from_tensors((x, y)).repeat())
    predict = tf.function(lambda given: network(given, training=False))
    return {"train": timed(lambda: step(batches)), "predict": timed(lambda: predict(x).numpy())}


def ours(x, y, path: str) -> dict[str, float]:
    import torch

    from models.enn.batches import Batch
    from models.enn.config import EngramConfig
    from models.enn.networks import EngramClassifier
    from models.enn.trainer import Recipe, Trainer

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    if path == "lstm":
        from models.enn.baselines import Recurrent

        network = Recurrent("lstm", FEATURES, [HIDDEN], CLASSES, readout="last")
    else:
        config = EngramConfig(input_size=FEATURES, hidden_size=HIDDEN, slots=SLOTS)
        network = EngramClassifier(config, CLASSES, readout="last")
        network.engram.cell().path = path
    batch = Batch(torch.as_tensor(x), torch.as_tensor(y))
    trainer = Trainer(network, None, None, Recipe())

    def predict():
        network.eval()
        with torch.inference_mode():
            network(batch.x)

    return {"train": timed(lambda: trainer.learn(batch)), "predict": timed(predict)}


def main() -> None:
    who, path = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "auto"
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, STEPS, FEATURES), dtype=np.float32)
    y = rng.integers(CLASSES, size=BATCH)
    print(json.dumps(published(x, y) if who == "published" else ours(x, y, path)))


if __name__ == "__main__":
    main()
