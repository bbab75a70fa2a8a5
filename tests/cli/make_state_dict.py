#!/usr/bin/env python3
"""Writes state_dict.pt, the file that people save when they mean to save a module: torch.save(module.state_dict())."""
import pathlib

import torch

torch.save(torch.nn.Linear(2, 3).state_dict(), pathlib.Path(__file__).parent / "state_dict.pt")
