#!/usr/bin/env python3
"""results_pandas.py DB: the same table by pandas, and settings as columns."""
import json
import sqlite3
import sys

import pandas as pd

path = sys.argv[1] if len(sys.argv) > 1 else "results.db"
db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

scores = pd.read_sql("SELECT * FROM run_scores WHERE metric = 'BLEU' AND status = 'done'", db)
table = scores.groupby(["experiment", "contestant"]).agg(runs=("run", "nunique"), BLEU=("value", "mean"))
table.round(3).reset_index().to_csv(sys.stdout, index=False)

runs = pd.read_sql("SELECT id, settings FROM runs", db, index_col="id")
settings = pd.json_normalize([json.loads(text) for text in runs.settings]).set_index(runs.index)
print()
print(settings.filter(regex="train.learning_rate|settings.heads").to_string())
