"""Where things are."""

import os
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
QUERIES = BENCH / "queries"
PEERS = BENCH / "peers"
RESULTS = BENCH / "RESULTS.md"

# Everything that a run leaves behind, and nothing else does: the cluster, the embedded database, logs, request files.
WORK = Path(os.environ.get("BENCH_WORK", BENCH / ".work"))

# Where `building` puts them.
GATEWAY = WORK / "programs" / "codex-gateway"
FLOOR = WORK / "programs" / "floor"
NODE = PEERS / "node" / "node_modules" / ".bin" / "node"
