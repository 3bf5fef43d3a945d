"""One workload in PyTorch: python torch_steps.py WORKLOADS.json NAME THREADS; prints milliseconds as JSON."""
import json
import sys
import time

import torch
from torch import nn

path, name, threads = sys.argv[1:4]
torch.set_num_threads(int(threads))
w = json.load(open(path))[name]
B, T, F = w["batch"], w["steps"], w["features"]


class LNCell(nn.Module):
    """A cell of the user's own: a Python loop over time."""

    def __init__(self, inputs, units):
        super().__init__()
        self.x, self.h = nn.Linear(inputs, units), nn.Linear(units, units, bias=False)
        self.norm = nn.LayerNorm(units, eps=1e-3)
        self.units = units

    def forward(self, x):
        h = x.new_zeros(x.shape[0], self.units)
        out = []
        for t in range(x.shape[1]):
            h = torch.tanh(self.norm(self.x(x[:, t]) + self.h(h)))
            out.append(h)
        return torch.stack(out, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        width, self.parts = F, nn.ModuleList()
        self.kinds = []
        for kind, units, *rest in w["layers"]:
            if kind in ("SimpleRNN", "LSTM", "GRU"):
                self.parts.append({"SimpleRNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}[kind](width, units, batch_first=True))
            elif kind == "LNRNN":
                self.parts.append(LNCell(width, units))
            elif kind == "Conv1D":
                kernel, stride, dilation, padding, activation = rest
                self.parts.append(nn.Conv1d(width, units, kernel, stride, dilation=dilation))
            else:
                self.parts.append(nn.Linear(width, units))
            self.kinds.append((kind, rest))
            width = units

    def forward(self, x):
        for part, (kind, rest) in zip(self.parts, self.kinds):
            if kind in ("SimpleRNN", "LSTM", "GRU"):
                x, _ = part(x)
                if rest and rest[0] == "last":
                    x = x[:, -1]
            elif kind == "Conv1D":
                kernel, stride, dilation, padding, activation = rest
                z = x.transpose(1, 2)
                if padding == "causal":
                    z = nn.functional.pad(z, ((kernel - 1) * dilation, 0))
                z = part(z)
                x = (torch.relu(z) if activation == "relu" else z).transpose(1, 2)
            else:
                x = part(x)
        return x


net = Net()
opt = torch.optim.Adam(net.parameters(), 1e-3)
x = torch.sin(torch.arange(B * T * F, dtype=torch.float32) * 0.37).reshape(B, T, F)
with torch.no_grad():
    shape = net(x).shape
if w["loss"] == "mse":
    y, loss_fn = torch.zeros(shape), nn.functional.mse_loss
else:
    y, loss_fn = torch.arange(B) % shape[-1], nn.functional.cross_entropy


def step():
    opt.zero_grad(set_to_none=True)
    loss = loss_fn(net(x), y)
    loss.backward()
    opt.step()


def clock(fn, repeats, rounds=15):
    fn()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            fn()
        times.append((time.perf_counter() - start) * 1e3 / repeats)
    return min(times)


def predict(inputs):
    with torch.inference_mode():
        net(inputs)


n = max(2, w["n"] // 6)
print(json.dumps({
    "train_ms": clock(step, n),
    "predict_ms": clock(lambda: predict(x), n),
    "predict1_ms": clock(lambda: predict(x[:1]), n),
}))
