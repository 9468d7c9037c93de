"""Language models in Keras 3 on TensorFlow: python language_keras_peer.py WORKLOAD THREADS [jit]"""

import sys

from keras_setup import jit  # before keras
import keras
import tensorflow as tf
from keras import layers, ops

from language_workload import LanguageWorkload
from protocol import serve
from tree_cell import TreeCell

combine = {"elem_mult": ops.multiply, "add": ops.add, "max": ops.maximum}
activate = {
    "identity": lambda x: x,
    "tanh": ops.tanh,
    "sigmoid": ops.sigmoid,
    "relu": ops.relu,
    "sin": ops.sin,
}


def split(x, widths):
    if len(widths) == 1:
        return [x]
    return ops.split(x, [sum(widths[:part]) for part in range(1, len(widths))], axis=-1)


class SearchedCell(layers.Layer):
    """A cell of the search space. Its input has been multiplied with its weights already, all steps at once."""

    def __init__(self, workload, number):
        super().__init__()
        self.state_size = [workload.hidden, workload.hidden]
        self.output_size = workload.hidden
        self.tree = TreeCell(workload.cell, workload.order, workload.hidden, combine, activate, split)
        self.given = workload.weights[f"layer{number}/hidden"]

    def build(self, _):
        self.recurrent = self.add_weight(shape=self.given.shape, initializer=keras.initializers.Constant(self.given))

    def call(self, from_input, states):
        h, c = self.tree.step(from_input, ops.matmul(states[0], self.recurrent), states[1])
        return h, [h, c]


def build(workload):
    weights = workload.weights
    tokens = keras.Input(batch_shape=(workload.batch, workload.steps), dtype="int32")
    given = lambda name: keras.initializers.Constant(weights[name])
    x = layers.Embedding(workload.vocabulary, workload.hidden, given("embedding/table"))(tokens)
    for number in range(workload.layers):
        if workload.cell["kind"] == "lstm":
            lstm = layers.LSTM(workload.hidden, return_sequences=True, stateful=True, unroll=unrolled)
            x = lstm(x)
            names = ("input", "hidden", "bias")
            lstm.set_weights([workload.gates(weights[f"layer{number}/{name}"]) for name in names])
        else:
            columns = workload.cell["base"] * workload.hidden
            x = layers.Dense(columns, use_bias=False, kernel_initializer=given(f"layer{number}/input"))(x)
            cell = SearchedCell(workload, number)
            x = layers.RNN(cell, return_sequences=True, stateful=True, unroll=unrolled)(x)
    classifier = layers.Dense(workload.vocabulary, kernel_initializer=given("softmax/kernel"))
    model = keras.Model(tokens, classifier(x))
    model.compile(
        keras.optimizers.SGD(float(workload.recipe["learningRate"]), global_clipnorm=workload.recipe["clipNorm"]),
        summed_over_steps,
        jit_compile=jit,
    )
    return model


def summed_over_steps(targets, logits):
    """The loss of each row, which Keras averages."""
    return ops.sum(ops.sparse_categorical_crossentropy(targets, logits, from_logits=True), axis=-1)


unrolled = "unrolled" in sys.argv[3:]
workload = LanguageWorkload(sys.argv[1])
model = build(workload)
model.make_train_function()
taken = 0


def windows():
    global taken
    while True:
        inputs, targets = workload.window(taken)
        taken += 1
        yield tf.constant(inputs), tf.constant(targets)


source = windows()


def step():
    model.reset_metrics()
    return model.train_function(source)["loss"]


serve(step, lambda: {"keras": keras.__version__, "tensorflow": tf.__version__, "jit": jit})
