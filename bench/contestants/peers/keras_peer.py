"""Keras 3 on TensorFlow: python keras_peer.py WORKLOAD THREADS [jit]"""

import sys

from keras_setup import jit  # before keras
import keras
import tensorflow as tf
from keras import layers

from protocol import serve
from workload import Workload, concatenated, map_sizes


def build(workload):
    recipe = workload.recipe
    decay = keras.regularizers.L2(recipe["weightDecay"] / 2)  # whose gradient is weightDecay * w
    sizes = map_sizes(workload)
    image = keras.Input(sizes[0])
    maps = [image]

    def joined(references):
        height, width, _ = concatenated(sizes, references)
        parts = []
        for i in references:
            below, right = height - sizes[i][0], width - sizes[i][1]
            grown = layers.ZeroPadding2D(((0, below), (0, right)))(maps[i]) if below or right else maps[i]
            parts.append(grown)
        return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)

    for number, layer in enumerate(workload.architecture["layers"], 1):
        inputs = joined(layer["inputs"])
        strides = (layer["strideHeight"], layer["strideWidth"])
        if layer["kind"] == "convolution":
            window = (layer["filterHeight"], layer["filterWidth"])
            convolution = layers.Conv2D(
                layer["filters"], window, strides, "same", use_bias=False, kernel_regularizer=decay
            )
            normalisation = layers.BatchNormalization(
                momentum=recipe["batchNormMomentum"], epsilon=recipe["batchNormEpsilon"]
            )
            maps.append(layers.ReLU()(normalisation(convolution(inputs))))
            convolution.set_weights([workload.weights[f"layer{number}/kernel"]])
        else:
            pooling = layers.MaxPooling2D if layer["kind"] == "maxPooling" else layers.AveragePooling2D
            maps.append(pooling((layer["height"], layer["width"]), strides, "same")(inputs))
    features = layers.GlobalAveragePooling2D()(joined(workload.architecture["outputs"]))
    classifier = layers.Dense(workload.task["classes"], kernel_regularizer=decay)
    model = keras.Model(image, classifier(features))
    classifier.set_weights([workload.weights["classifier/kernel"], workload.weights["classifier/bias"]])
    model.compile(
        keras.optimizers.SGD(recipe["learningRate"], recipe["momentum"], recipe["nesterov"]),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit,
    )
    return model


def batches(workload):
    """The fastest tf.data pipeline: gathers, whitens and prefetches the images during training."""
    images, labels = tf.constant(workload.images), tf.constant(workload.labels)
    count = len(workload.labels)
    within = tf.range(workload.batch, dtype=tf.int64)

    def batch(step):
        indices = (step * workload.batch + within) % count
        pixels = tf.cast(tf.gather(images, indices), tf.float32)
        return (pixels - workload.mean) / workload.deviation, tf.gather(labels, indices)

    return iter(tf.data.Dataset.counter().map(batch).prefetch(2))


workload = Workload(sys.argv[1])
model = build(workload)
source = batches(workload)
model.make_train_function()


def step():
    model.reset_metrics()
    return model.train_function(source)["loss"]


serve(
    step,
    lambda: {"keras": keras.__version__, "tensorflow": tf.__version__, "jit": jit},
    lambda: float(sum(model.losses)),
)
