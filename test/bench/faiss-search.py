"""An index of faiss for search.ts: reads "QUERY FILTERED" a line, and answers with the numbers of the best rows."""

import json
import sys

import faiss
import numpy as np

folder, kind, photos, dimensions, wanted, threads = sys.argv[1:3] + [int(value) for value in sys.argv[3:]]
faiss.omp_set_num_threads(threads)
matrix = np.memmap(f"{folder}/matrix", np.float32, "r", shape=(photos, dimensions))
queries = np.fromfile(f"{folder}/queries", np.float32).reshape(-1, dimensions)
allowed = np.fromfile(f"{folder}/allowed", np.uint8)
metric = faiss.METRIC_INNER_PRODUCT
if kind == "flat":
    index = faiss.IndexFlat(dimensions, metric)
else:
    index = faiss.IndexScalarQuantizer(dimensions, getattr(faiss.ScalarQuantizer, kind), metric)
    index.train(np.array(matrix[:: max(1, photos // 100_000)]))
step = 50_000
for begin in range(0, photos, step):
    index.add(np.array(matrix[begin : begin + step]))
matrix._mmap.close()
selector = faiss.IDSelectorBitmap(allowed)
parameters = faiss.SearchParameters(sel=selector)
print("ready", flush=True)
for line in sys.stdin:
    query, filtered = (int(word) for word in line.split())
    _, rows = index.search(queries[query : query + 1], wanted, params=parameters if filtered else None)
    print(json.dumps(rows[0].tolist()), flush=True)
