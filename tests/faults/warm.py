"""What the server of forked commands has done before: imports, and the slow first steps."""

import importlib

import matplotlib.pyplot as plt
import torch

from experiments.fingerprint.task import task_code

for _name in ("report.cli", "report.render", "experiments.runner", "experiments.workers"):
    importlib.import_module(_name)
for _task in ("simulate_function", "train_on_task", "random_labels"):
    importlib.import_module(f"experiments.tasks.{_task}")
    importlib.import_module(f"report.sections.{_task}.figures")
task_code("train-on-task")  # of all tasks, once: each command would read the whole source
torch.set_num_threads(1)
torch.optim.Adam([torch.zeros(1)])  # imports a large part of torch
_figure = plt.figure()
_figure.add_subplot().set_title("$x^2$")
_figure.canvas.draw()
plt.close(_figure)
