#!/usr/bin/env python3
"""results.py DB: what contestants scored, and how a run learned, by Python's standard library."""
import sqlite3
import sys
from statistics import mean

path = sys.argv[1] if len(sys.argv) > 1 else "results.db"
db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
db.row_factory = sqlite3.Row

scores = {}
for row in db.execute(
    "SELECT experiment, contestant, run, value FROM run_scores WHERE metric = 'BLEU' AND status = 'done' ORDER BY 1, 2"
):
    scores.setdefault((row["experiment"], row["contestant"]), []).append((row["run"], row["value"]))
print("experiment,contestant,runs,BLEU")
for (experiment, contestant), of in scores.items():
    runs = {run for run, _ in of}
    print(f"{experiment},{contestant},{len(runs)},{round(mean(value for _, value in of), 3)}")

curve = db.execute(
    "SELECT run, step, value FROM run_curves WHERE metric = 'train_loss' AND run = (SELECT min(run) FROM run_curves) ORDER BY step"
).fetchall()
for point in (curve[0], curve[-1]):
    print(f"run {point['run']}: training loss {point['value']:.3f} at update {point['step']}")
