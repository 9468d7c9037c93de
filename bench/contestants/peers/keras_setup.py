"""Keras 3 on TensorFlow as both peers of it run it: import this before keras. Arguments: WORKLOAD THREADS [jit]."""

import os
import sys

threads = int(sys.argv[2])
jit = "jit" in sys.argv[3:]
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # off by default on AMD CPUs, and worth a factor of up to 1.7
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
