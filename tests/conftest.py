"""What all tests share."""

from hypothesis import HealthCheck, settings

# How long an example takes says nothing of the code on a machine that does other things as well. The first
# text that is drawn has hypothesis build its tables of characters, which its health check takes for slow
# input.
settings.register_profile("sitegen", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sitegen")
