"""Milliseconds of one forward and one backward run of PyTorch's recurrent layers (cuDNN), at the shapes of
native/cuda/tests/bench_cuda.cc: eager, and captured as a CUDA graph."""

import time

import torch

CELLS = {"simple": torch.nn.RNN, "lstm": torch.nn.LSTM, "gruResetAfter": torch.nn.GRU}
SHAPES = [(50, 32, 20), (100, 64, 128), (100, 128, 1024)]


def milliseconds(run, runs=20):
    best = float("inf")
    for _ in range(6):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(runs):
            run()
        torch.cuda.synchronize()
        best = min(best, (time.perf_counter() - start) / runs * 1e3)
    return best


def captured(run):
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
print(torch.__version__, torch.cuda.get_device_name(0), "cuDNN", torch.backends.cudnn.version())
for name, cell in CELLS.items():
    for steps, batch, units in SHAPES:
        layer = cell(units, units).cuda()
        x = torch.randn(steps, batch, units, device="cuda", requires_grad=True)
        dy = torch.randn(steps, batch, units, device="cuda")

        def forward():
            return layer(x)[0]

        def both():
            forward().backward(dy)

        times = {"forward": milliseconds(forward), "forward and backward": milliseconds(both)}
        try:
            times["the same as a graph"] = milliseconds(captured(both))
        except RuntimeError as error:
            print(name, "cannot be captured:", str(error).splitlines()[0])
        shown = "  ".join(f"{what} {ms:8.3f} ms" for what, ms in times.items())
        print(f"{name:14} T {steps:3} B {batch:3} F {units:4} H {units:4}  {shown}")
