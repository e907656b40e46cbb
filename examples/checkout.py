"""`import checkout` before `import neurons`: the lessons run from a checkout, installed or not."""

import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent

sys.path.insert(0, str(EXAMPLES.parent))
