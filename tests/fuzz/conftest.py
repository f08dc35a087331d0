"""How hard the fuzzing tries: `FUZZ_EXAMPLES` a test, 100 in `make test`, 3,000 in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("fuzz", max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.load_profile("fuzz")
