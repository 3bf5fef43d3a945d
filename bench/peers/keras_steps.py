"""One workload in Keras (KERAS_BACKEND chooses; JAX by default): python keras_steps.py WORKLOADS.json NAME THREADS."""
import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np
from keras import layers as L

path, name, _ = sys.argv[1:4]
w = json.load(open(path))[name]
B, T, F = w["batch"], w["steps"], w["features"]


class LNSimpleRNNCell(L.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size = self.output_size = units
        self.cell = L.SimpleRNNCell(units, activation=None)
        self.norm = L.LayerNormalization()

    def build(self, shape):
        self.cell.build(shape)
        self.norm.build((shape[0], self.state_size))

    def call(self, inputs, states, training=False):
        out, _ = self.cell(inputs, states)
        out = keras.ops.tanh(self.norm(out))
        return out, [out]


def layer(kind, units, *rest):
    seq = not (rest and rest[0] == "last")
    if kind == "Conv1D":
        kernel, stride, dilation, padding, activation = rest
        return L.Conv1D(units, kernel, strides=stride, dilation_rate=dilation, padding=padding, activation=activation)
    return {
        "SimpleRNN": lambda: L.SimpleRNN(units, return_sequences=seq),
        "LSTM": lambda: L.LSTM(units, return_sequences=seq),
        "GRU": lambda: L.GRU(units, return_sequences=seq),
        "LNRNN": lambda: L.RNN(LNSimpleRNNCell(units), return_sequences=True),
        "TDDense": lambda: L.TimeDistributed(L.Dense(units)),
        "Dense": lambda: L.Dense(units),
    }[kind]()


model = keras.Sequential([keras.Input((T, F)), *[layer(*spec) for spec in w["layers"]]])
loss = "mse" if w["loss"] == "mse" else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
n = max(2, w["n"])
x = np.sin(np.arange(B * n * T * F) * 0.37).astype("float32").reshape(B * n, T, F)
y = np.zeros((B * n, *model.output_shape[1:]), "float32") if w["loss"] == "mse" else (np.arange(B * n) % model.output_shape[-1]).astype("int32")
fit = lambda: model.fit(x, y, epochs=1, batch_size=B, verbose=0)
fit()
times = []
for _ in range(8):
    start = time.perf_counter()
    fit()
    times.append((time.perf_counter() - start) * 1e3 / n)


def clock(fn, rounds=40):
    fn()
    out = []
    for _ in range(rounds):
        start = time.perf_counter()
        fn()
        out.append((time.perf_counter() - start) * 1e3)
    return min(out)


print(json.dumps({
    "train_ms": min(times),
    "predict_ms": clock(lambda: model.predict_on_batch(x[:B])),
    "predict1_ms": clock(lambda: model.predict_on_batch(x[:1])),
}))
