"""The machine's own rate: PyTorch's product of two square matrices. python matmul.py SIDE THREADS"""

import sys

import torch

from protocol import serve

side = int(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
a, b = torch.rand(side, side), torch.rand(side, side)

serve(lambda: (a @ b)[0, 0], lambda: {"torch": torch.__version__})
