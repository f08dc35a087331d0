"""How many examples the slow property tests try: few in `make test`, MORE_EXAMPLES times as many in `make test-long`."""

import os


def some(few: int) -> int:
    return few * int(os.environ.get("MORE_EXAMPLES", "1"))
